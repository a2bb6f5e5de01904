#include "campaign/findings.hpp"

#include <cmath>

#include "spec/spec.hpp"
#include "stats/intervals.hpp"

namespace psychograph::campaign {
namespace {

class Finder {
 public:
  Finder(const Question& question, const Measurement& measured, const Telling& telling,
         const insight::Gate& gate)
      : question_(question), measured_(measured), telling_(telling), gate_(gate) {
    for (std::size_t g = 0; g <= question.groupings.size(); ++g) {
      const auto& counts = measured.customers[g];
      // Who is in no group is a row that is not told, and would tell the others if it were not looked at.
      released_.push_back(*gate.pass(insight::CountTable{counts.size() / arms(), arms(), counts}));
    }
  }

  Findings run() {
    tell(question_.groupings.size());
    for (std::size_t g = 0; g < question_.groupings.size(); ++g) tell(g);
    if (question_.arms.control) {
      for (std::size_t c = 0; c < question_.covariates.size(); ++c) tell_balance(c);
      tell_adjusted();
    }
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::size_t arms() const { return question_.arms.count(); }
  [[nodiscard]] bool of_everybody(std::size_t grouping) const {
    return grouping == question_.groupings.size();
  }
  [[nodiscard]] std::size_t groups(std::size_t grouping) const {
    return of_everybody(grouping) ? 1 : question_.groupings[grouping].count();
  }
  [[nodiscard]] Place place(std::size_t grouping, std::size_t group) const {
    if (of_everybody(grouping)) return {everybody, everybody};
    const auto& groups = question_.groupings[grouping];
    return {groups.grouping, groups.names[group]};
  }
  [[nodiscard]] bool is_withheld(std::size_t grouping, std::size_t group, std::size_t arm) const {
    return released_[grouping].at(group, arm) == results::no_count;
  }
  /// What compares an arm with the control, of so many customers.
  [[nodiscard]] bool is_one_withheld(std::size_t grouping, std::size_t group, std::size_t arm, std::int64_t n,
                                     std::int64_t n_control) const {
    return is_withheld(grouping, group, arm) || is_withheld(grouping, group, *question_.arms.control) ||
           gate_.is_small(n) || gate_.is_small(n_control);
  }

  void tell(std::size_t grouping) {
    tell_ratios(grouping);
    for (std::size_t o = 0; o < question_.outcomes.size(); ++o) {
      tell_means(grouping, o);
      if (question_.arms.control) tell_lifts(grouping, o);
      if (!of_everybody(grouping) && arms() > 1) tell_targeting(grouping, o);
    }
  }

  void tell_ratios(std::size_t grouping) {
    if (arms() < 2) return;
    for (std::size_t group = 0; group < groups(grouping); ++group) {
      const auto counts = std::span(measured_.customers[grouping]).subspan(group * arms(), arms());
      RatioRow row{place(grouping, group), test_ratio(counts, telling_.parts, telling_.smallest_deviation),
                   false};
      for (std::size_t arm = 0; arm < arms(); ++arm) row.withheld |= is_withheld(grouping, group, arm);
      findings_.ratios.push_back(std::move(row));
    }
  }

  void tell_balance(std::size_t covariate) {
    const auto& sums = measured_.covariates[covariate];
    const auto control = sums.of(0, *question_.arms.control);
    for (std::size_t arm = 0; arm < arms(); ++arm) {
      if (question_.arms.is_control(arm)) continue;
      const auto own = sums.of(0, arm);
      findings_.balance.push_back({question_.covariates[covariate].name, arm, own, control,
                                   standardised_difference(own, control),
                                   is_one_withheld(question_.groupings.size(), 0, arm, own.n, control.n)});
    }
  }

  void tell_adjusted() {
    for (std::size_t i = 0; i < measured_.adjusted.size(); ++i) {
      const auto arm = i % arms();
      if (question_.arms.is_control(arm)) continue;
      const auto& lift = measured_.adjusted[i];
      findings_.adjusted.push_back(
          {i / arms(), arm, lift,
           is_one_withheld(question_.groupings.size(), 0, arm, lift.n, lift.n_control)});
    }
  }

  void tell_targeting(std::size_t grouping, std::size_t outcome) {
    TargetingRow row{question_.groupings[grouping].grouping,
                     outcome,
                     targeting_gain(measured_.outcomes[outcome][grouping]),
                     {}};
    for (std::size_t group = 0; group < groups(grouping); ++group) {
      bool withheld = false;
      for (std::size_t arm = 0; arm < arms(); ++arm) withheld |= is_withheld(grouping, group, arm);
      row.withheld.push_back(withheld);
    }
    findings_.targeting.push_back(std::move(row));
  }

  void tell_means(std::size_t grouping, std::size_t outcome) {
    const auto& statistics = question_.outcomes[outcome].fitted->statistics;
    const bool flags = question_.outcomes[outcome].fitted->feature.kind == spec::Kind::binary &&
                       statistics.min >= 0 && statistics.max <= 1;
    for (std::size_t group = 0; group < groups(grouping); ++group) {
      for (std::size_t arm = 0; arm < arms(); ++arm) {
        const auto sample = measured_.outcomes[outcome][grouping].of(group, arm);
        const auto n = static_cast<double>(sample.n);
        const auto interval = flags ? stats::wilson(sample.mean, n)
                                    : stats::mean_interval(sample.mean, std::sqrt(sample.variance), n);
        findings_.means.push_back({place(grouping, group), outcome, arm, sample, interval.low, interval.high,
                                   is_withheld(grouping, group, arm) || gate_.is_small(sample.n)});
      }
    }
  }

  void tell_lifts(std::size_t grouping, std::size_t outcome) {
    const auto& sums = measured_.outcomes[outcome][grouping];
    const auto control = *question_.arms.control;
    std::vector<Lift> family;
    std::vector<LiftRow> rows;
    for (std::size_t group = 0; group < groups(grouping); ++group) {
      for (std::size_t arm = 0; arm < arms(); ++arm) {
        if (arm == control) continue;
        auto& lift = family.emplace_back(lift_of(sums.of(group, arm), sums.of(group, control)));
        if (is_one_withheld(grouping, group, arm, lift.own.n, lift.control.n))
          lift.verdict = Verdict::withheld;
        rows.push_back({place(grouping, group), outcome, arm, {}});
      }
    }
    judge(family, telling_.smallest_lift);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].lift = family[i];
    if (!of_everybody(grouping)) tell_heterogeneity(grouping, outcome, rows);
    findings_.lifts.insert(findings_.lifts.end(), rows.begin(), rows.end());
  }

  void tell_heterogeneity(std::size_t grouping, std::size_t outcome, const std::vector<LiftRow>& rows) {
    for (std::size_t arm = 0; arm < arms(); ++arm) {
      std::vector<Lift> lifts;
      for (const auto& row : rows) {
        if (row.arm == arm) lifts.push_back(row.lift);
      }
      if (!lifts.empty())
        findings_.heterogeneity.push_back(
            {question_.groupings[grouping].grouping, outcome, arm, heterogeneity(lifts)});
    }
  }

  const Question& question_;
  const Measurement& measured_;
  const Telling& telling_;
  const insight::Gate& gate_;
  std::vector<insight::CountTable> released_;  ///< [groupings, and everybody] of customers
  Findings findings_;
};

}  // namespace

Findings find(const Question& question, const Measurement& measured, const Telling& telling,
              const insight::Gate& gate) {
  return Finder(question, measured, telling, gate).run();
}

}  // namespace psychograph::campaign

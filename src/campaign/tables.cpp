#include "campaign/tables.hpp"

#include <cmath>

#include "results/layout.hpp"

namespace psychograph::campaign {
namespace {

namespace layout = results::layout;

/// Where it may be told.
double told(bool withheld, double figure) { return withheld ? core::not_a_number : figure; }
std::int64_t told(bool withheld, std::int64_t count) { return withheld ? results::no_count : count; }

class Tables {
 public:
  Tables(const Question& question, const Findings& findings) : question_(question), findings_(findings) {}

  [[nodiscard]] results::TidyTable lifts() const {
    const auto hidden = [](const LiftRow& row) { return row.lift.verdict == Verdict::withheld; };
    const auto figure = [&](auto of) {
      return [&hidden, of](const LiftRow& row) { return told(hidden(row), of(row.lift)); };
    };
    results::TableOf<LiftRow> table(findings_.lifts);
    return table.add("grouping", [](const LiftRow& row) { return row.place.grouping; })
        .add("segment", [](const LiftRow& row) { return row.place.group; })
        .add("arm", [this](const LiftRow& row) { return arm(row.arm); })
        .add("outcome", [this](const LiftRow& row) { return outcome(row.outcome); })
        .add("n", figure([](const Lift& lift) { return lift.own.n; }))
        .add("n_control", figure([](const Lift& lift) { return lift.control.n; }))
        .add("mean", figure([](const Lift& lift) { return lift.own.mean; }))
        .add("mean_control", figure([](const Lift& lift) { return lift.control.mean; }))
        .add("lift", figure([](const Lift& lift) { return lift.lift; }))
        .add("se", figure([](const Lift& lift) { return lift.error; }))
        .add("low", figure([](const Lift& lift) { return lift.low; }))
        .add("high", figure([](const Lift& lift) { return lift.high; }))
        .add("p", figure([](const Lift& lift) { return lift.p; }))
        .add("p_holm", figure([](const Lift& lift) { return lift.p_holm; }))
        .add("q", figure([](const Lift& lift) { return lift.q; }))
        .add("smallest_detectable", figure([](const Lift& lift) { return lift.smallest_detectable; }))
        .add("next_test", figure([](const Lift& lift) { return lift.next_test.value_or(results::no_count); }))
        .add("verdict", [](const LiftRow& row) { return std::string(to_string(row.lift.verdict)); })
        .table();
  }

  [[nodiscard]] results::TidyTable means() const {
    return results::TableOf<MeanRow>(findings_.means)
        .add("grouping", [](const MeanRow& row) { return row.place.grouping; })
        .add("segment", [](const MeanRow& row) { return row.place.group; })
        .add("arm", [this](const MeanRow& row) { return arm(row.arm); })
        .add("outcome", [this](const MeanRow& row) { return outcome(row.outcome); })
        .add("n", [](const MeanRow& row) { return told(row.withheld, row.sample.n); })
        .add("mean", [](const MeanRow& row) { return told(row.withheld, row.sample.mean); })
        .add("low", [](const MeanRow& row) { return told(row.withheld, row.low); })
        .add("high", [](const MeanRow& row) { return told(row.withheld, row.high); })
        .add("sd", [](const MeanRow& row) { return told(row.withheld, std::sqrt(row.sample.variance)); })
        .table();
  }

  [[nodiscard]] results::TidyTable ratios() const {
    struct Row {
      const RatioRow* ratio;
      std::size_t arm;
    };
    std::vector<Row> rows;
    for (const auto& ratio : findings_.ratios) {
      for (std::size_t arm = 0; arm < question_.arms.count(); ++arm) rows.push_back({&ratio, arm});
    }
    return results::TableOf<Row>(rows)
        .add("grouping", [](const Row& row) { return row.ratio->place.grouping; })
        .add("segment", [](const Row& row) { return row.ratio->place.group; })
        .add("arm", [this](const Row& row) { return arm(row.arm); })
        .add("customers",
             [](const Row& row) { return told(row.ratio->withheld, row.ratio->test.counts[row.arm]); })
        .add("expected",
             [](const Row& row) { return told(row.ratio->withheld, row.ratio->test.expected[row.arm]); })
        .add("chi2", [](const Row& row) { return told(row.ratio->withheld, row.ratio->test.chi2); })
        .add("df", [](const Row& row) { return told(row.ratio->withheld, row.ratio->test.df); })
        .add("p", [](const Row& row) { return told(row.ratio->withheld, row.ratio->test.p); })
        .add("deviation", [](const Row& row) { return told(row.ratio->withheld, row.ratio->test.deviation); })
        .add("verdict",
             [](const Row& row) {
               return std::string(row.ratio->withheld ? "withheld" : to_string(row.ratio->test.verdict));
             })
        .table();
  }

  [[nodiscard]] results::TidyTable balance() const {
    const auto verdict = [](const BalanceRow& row) -> std::string {
      constexpr double usual = 0.1;  // Austin 2009
      if (row.withheld) return "withheld";
      if (std::isnan(row.difference)) return "too few to tell";
      return std::abs(row.difference) < usual ? "alike" : "apart";
    };
    return results::TableOf<BalanceRow>(findings_.balance)
        .add("covariate", [](const BalanceRow& row) { return row.covariate; })
        .add("arm", [this](const BalanceRow& row) { return arm(row.arm); })
        .add("n", [](const BalanceRow& row) { return told(row.withheld, row.own.n); })
        .add("n_control", [](const BalanceRow& row) { return told(row.withheld, row.control.n); })
        .add("mean", [](const BalanceRow& row) { return told(row.withheld, row.own.mean); })
        .add("mean_control", [](const BalanceRow& row) { return told(row.withheld, row.control.mean); })
        .add("standardised_difference",
             [](const BalanceRow& row) { return told(row.withheld, row.difference); })
        .add("verdict", verdict)
        .table();
  }

  [[nodiscard]] results::TidyTable heterogeneity() const {
    return results::TableOf<HeterogeneityRow>(findings_.heterogeneity)
        .add("grouping", [](const HeterogeneityRow& row) { return row.grouping; })
        .add("arm", [this](const HeterogeneityRow& row) { return arm(row.arm); })
        .add("outcome", [this](const HeterogeneityRow& row) { return outcome(row.outcome); })
        .add("groups", [](const HeterogeneityRow& row) { return row.found.groups; })
        .add("pooled_lift", [](const HeterogeneityRow& row) { return row.found.pooled; })
        .add("cochran_q", [](const HeterogeneityRow& row) { return row.found.q; })
        .add("df", [](const HeterogeneityRow& row) { return row.found.df; })
        .add("p", [](const HeterogeneityRow& row) { return row.found.p; })
        .add("i2", [](const HeterogeneityRow& row) { return row.found.i2; })
        .table();
  }

  [[nodiscard]] results::TidyTable adjusted() const {
    const auto figure = [](auto of) {
      return [of](const AdjustedRow& row) { return told(row.withheld, of(row.lift)); };
    };
    return results::TableOf<AdjustedRow>(findings_.adjusted)
        .add("arm", [this](const AdjustedRow& row) { return arm(row.arm); })
        .add("outcome", [this](const AdjustedRow& row) { return outcome(row.outcome); })
        .add("n", figure([](const AdjustedLift& lift) { return lift.n; }))
        .add("n_control", figure([](const AdjustedLift& lift) { return lift.n_control; }))
        .add("lift", figure([](const AdjustedLift& lift) { return lift.lift; }))
        .add("se", figure([](const AdjustedLift& lift) { return lift.error; }))
        .add("low", figure([](const AdjustedLift& lift) { return lift.low; }))
        .add("high", figure([](const AdjustedLift& lift) { return lift.high; }))
        .add("p", figure([](const AdjustedLift& lift) { return lift.p; }))
        .table();
  }

  [[nodiscard]] results::TidyTable targeting() const {
    return results::TableOf<TargetingRow>(findings_.targeting)
        .add("grouping", [](const TargetingRow& row) { return row.grouping; })
        .add("outcome", [this](const TargetingRow& row) { return outcome(row.outcome); })
        .add("gain", [](const TargetingRow& row) { return row.found.gain; })
        .add("se", [](const TargetingRow& row) { return row.found.error; })
        .add("low", [](const TargetingRow& row) { return row.found.low; })
        .add("high", [](const TargetingRow& row) { return row.found.high; })
        .add("verdict", [](const TargetingRow& row) { return std::string(verdict_of(row.found)); })
        .table();
  }

  [[nodiscard]] results::TidyTable choices() const {
    struct Row {
      const TargetingRow* row;
      std::size_t half;
      std::string segment;
      std::string arm;
    };
    std::vector<Row> rows;
    for (const auto& row : findings_.targeting) {
      const auto& names = names_of(row.grouping);
      for (std::size_t half = 0; half < row.found.chosen.size(); ++half) {
        const auto& choice = row.found.chosen[half];
        rows.push_back({&row, half, everybody, arm(choice.single)});
        for (std::size_t group = 0; group < names.size(); ++group) {
          const auto& chosen = choice.by_group[group];
          rows.push_back({&row, half, names[group], chosen && !row.withheld[group] ? arm(*chosen) : ""});
        }
      }
    }
    return results::TableOf<Row>(rows)
        .add("grouping", [](const Row& row) { return row.row->grouping; })
        .add("outcome", [this](const Row& row) { return outcome(row.row->outcome); })
        .add("chosen_on",
             [](const Row& row) { return std::string(row.half == 0 ? "even rows" : "odd rows"); })
        .add("segment", [](const Row& row) { return row.segment; })
        .add("arm", [](const Row& row) { return row.arm; })
        .table();
  }

 private:
  [[nodiscard]] const std::string& arm(std::size_t i) const { return question_.arms.names[i]; }
  [[nodiscard]] const std::string& outcome(std::size_t i) const { return question_.outcomes[i].name; }
  [[nodiscard]] const std::vector<std::string>& names_of(const std::string& grouping) const {
    for (const auto& groups : question_.groupings) {
      if (groups.grouping == grouping) return groups.names;
    }
    static const std::vector<std::string> none;
    return none;
  }

  const Question& question_;
  const Findings& findings_;
};

}  // namespace

const char* verdict_of(const TargetingGain& gain) {
  if (std::isnan(gain.gain)) return "too few to tell";
  if (gain.low > 0) return "gains";
  if (gain.high < 0) return "loses";
  return "no gain shown";
}

std::vector<std::pair<std::string, results::TidyTable>> tables(const Question& question,
                                                               const Findings& findings) {
  const Tables made(question, findings);
  return {
      {layout::campaign_lifts, made.lifts()},         {layout::campaign_means, made.means()},
      {layout::campaign_ratios, made.ratios()},       {layout::campaign_balance, made.balance()},
      {layout::campaign_adjusted, made.adjusted()},   {layout::campaign_heterogeneity, made.heterogeneity()},
      {layout::campaign_targeting, made.targeting()}, {layout::campaign_choices, made.choices()}};
}

}  // namespace psychograph::campaign

#include "runs/measure_words.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "campaign/tables.hpp"
#include "core/printable.hpp"

namespace psychograph::runs {
namespace {

using campaign::Findings;
using campaign::Question;

/// Four digits that mean something.
std::string number(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4g}", value); }

std::string interval(double low, double high) {
  return std::isnan(low) ? "-" : fmt::format("{} to {}", number(low), number(high));
}

std::string probability(double p) { return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p); }

std::string arms_text(const Question& question, const Findings& findings) {
  if (findings.ratios.empty()) return {};
  const auto& ratio = findings.ratios.front();
  if (ratio.withheld) return {};
  std::string text;
  for (std::size_t arm = 0; arm < question.arms.count(); ++arm)
    text += fmt::format("{}{} {}{}", arm == 0 ? "" : ", ", core::printable(question.arms.names[arm]),
                        ratio.test.counts[arm], question.arms.is_control(arm) ? " (control)" : "");
  text += fmt::format(": {} ({})\n", campaign::to_string(ratio.test.verdict), probability(ratio.test.p));
  if (ratio.test.verdict == campaign::RatioVerdict::off)
    text += "Something chose who is in which arm: don't trust what follows before it is found.\n";
  const auto apart = std::count_if(findings.balance.begin(), findings.balance.end(), [](const auto& row) {
    return !row.withheld && std::abs(row.difference) >= 0.1;
  });
  if (apart > 0)
    text += fmt::format(
        "{} of {} comparisons of what customers were like before are apart by a tenth of a deviation or "
        "more.\n",
        apart, findings.balance.size());
  return text;
}

std::string lifts_text(const Question& question, const Findings& findings) {
  std::string text = fmt::format("\n{:<16} {:<20} {:>10} {:>10} {:>10}  {:<22} {}\n", "outcome", "arm",
                                 "mean", "control", "lift", "95 %", "verdict");
  for (const auto& row : findings.lifts) {
    if (row.place.grouping != campaign::everybody) break;
    auto lift = row.lift;
    if (lift.verdict == campaign::Verdict::withheld)
      lift.own.mean = lift.control.mean = lift.lift = lift.low = lift.high = core::not_a_number;
    text += fmt::format("{:<16} {:<20} {:>10} {:>10} {:>10}  {:<22} {}\n",
                        core::printable(question.outcomes[row.outcome].name),
                        core::printable(question.arms.names[row.arm]), number(lift.own.mean),
                        number(lift.control.mean), number(lift.lift), interval(lift.low, lift.high),
                        campaign::to_string(lift.verdict));
  }
  return text;
}

std::string means_text(const Question& question, const Findings& findings) {
  std::string text =
      fmt::format("\n{:<16} {:<20} {:>10} {:>10}  {}\n", "outcome", "arm", "customers", "mean", "95 %");
  for (const auto& row : findings.means) {
    if (row.place.grouping != campaign::everybody) break;
    if (row.withheld) continue;
    text +=
        fmt::format("{:<16} {:<20} {:>10} {:>10}  {}\n", core::printable(question.outcomes[row.outcome].name),
                    core::printable(question.arms.names[row.arm]), row.sample.n, number(row.sample.mean),
                    interval(row.low, row.high));
  }
  return text +
         "\nNo arm is a control, so nothing says what would have come of no campaign at all: these are "
         "means, and no "
         "lifts.\n";
}

/// "visit, mail: 5 of 7 shown; they differ no more than chance alone (p = 0.146)".
std::string groups_text(const Question& question, const Findings& findings, const std::string& grouping) {
  std::string text;
  for (const auto& row : findings.heterogeneity) {
    if (row.grouping != grouping) continue;
    std::size_t shown = 0;
    std::size_t all = 0;
    for (const auto& lift : findings.lifts) {
      if (lift.place.grouping != grouping || lift.arm != row.arm || lift.outcome != row.outcome) continue;
      ++all;
      shown += lift.lift.verdict == campaign::Verdict::shown ? 1 : 0;
    }
    text += fmt::format("  {}, {}: a lift is shown in {} of {}",
                        core::printable(question.outcomes[row.outcome].name),
                        core::printable(question.arms.names[row.arm]), shown, all);
    if (!std::isnan(row.found.p))
      text += fmt::format("; they differ {} ({})",
                          row.found.p <= 0.05 ? "by more than chance" : "no more than by chance",
                          probability(row.found.p));
    text += "\n";
  }
  return text;
}

/// Whether choosing by group is the same as one arm for all.
bool is_one_choice(const campaign::TargetingGain& gain) {
  return std::all_of(gain.chosen.begin(), gain.chosen.end(), [](const campaign::Choice& choice) {
    return std::all_of(choice.by_group.begin(), choice.by_group.end(),
                       [&](const auto& arm) { return !arm || *arm == choice.single; });
  });
}

std::string targeting_text(const Question& question, const campaign::TargetingRow& row) {
  if (std::isnan(row.found.gain)) return {};
  const auto& outcome = core::printable(question.outcomes[row.outcome].name);
  const auto doubt = fmt::format("95 %: {} to {}", number(row.found.low), number(row.found.high));
  const std::string verdict = campaign::verdict_of(row.found);
  if (row.found.error == 0)
    return fmt::format("  choosing the arm by it: {} of {}\n",
                       is_one_choice(row.found) ? "one arm is the best in every group"
                                                : "too few customers to tell what it would have gained",
                       outcome);
  if (verdict == "no gain shown")
    return fmt::format("  choosing the arm by it: no gain of {} is shown ({})\n", outcome, doubt);
  return fmt::format("  choosing the arm by it would have {} {} of {} a customer ({})\n",
                     verdict == "gains" ? "gained" : "lost", number(std::abs(row.found.gain)), outcome,
                     doubt);
}

}  // namespace

std::string measure_text(const Question& question, const Findings& findings) {
  auto text = arms_text(question, findings);
  text += question.arms.control ? lifts_text(question, findings) : means_text(question, findings);
  for (const auto& groups : question.groupings) {
    auto told = groups_text(question, findings, groups.grouping);
    for (const auto& row : findings.targeting) {
      if (row.grouping == groups.grouping) told += targeting_text(question, row);
    }
    if (told.empty()) continue;
    text += fmt::format("\nBy {} ({} group{})\n{}", core::printable(groups.grouping), groups.count(),
                        groups.count() == 1 ? "" : "s", told);
  }
  return text;
}

}  // namespace psychograph::runs

// A playbook in words, for a terminal.
#include <cmath>

#include <fmt/format.h>

#include "core/printable.hpp"
#include "playbook/tables.hpp"
#include "playbook/trials.hpp"

namespace psychograph::playbook {
namespace {

std::string number(double value) { return fmt::format("{:.3g}", value); }

/// "mail: visit 0.041 (0.034 to 0.048) more than without it, on 11489 and 11612; tested".
std::string line_of(const Entry& entry, const spec::Playbook& told) {
  const auto& trial = entry.trial;
  auto text = fmt::format("{:>11}{} {}: ", "", spec::to_string(told.role),
                          core::printable(told.options[entry.option]));
  if (trial.verdict == "withheld") return text + "withheld\n";
  if (std::isnan(trial.low))
    return text + fmt::format("{} of {}\n", trial.verdict, core::printable(trial.outcome));
  text +=
      fmt::format("{} {} ({} to {}) beside those without it, {} and {} customers; {}\n",
                  core::printable(trial.outcome), number(trial.lift), number(trial.low), number(trial.high),
                  trial.n, trial.n_control, entry.grade == "tested" ? "tested" : trial.verdict);
  return text;
}

}  // namespace

std::string summarise(const ToldEntries& entries, const Blocks& blocks, const Segments& segments) {
  std::string text = "What is more than elsewhere\n";
  for (std::size_t g = 0; g < segments.ids.size(); ++g) {
    std::string lines;
    for (const auto& entry : *entries) {
      if (entry.group != g || entry.verdict != "more than elsewhere") continue;
      const auto& told = blocks.blocks[entry.block].told;
      const auto others = std::isnan(entry.rate_rest) ? std::string("withheld")
                                                      : fmt::format("{:.1f} %", 100 * entry.rate_rest);
      lines += fmt::format("{:>11}{} {}: {:.1f} % ({:.1f} to {:.1f}) of {}, others {}; {}\n", "",
                           spec::to_string(told.role), core::printable(told.options[entry.option]),
                           100 * entry.rate, 100 * entry.rate_low, 100 * entry.rate_high,
                           entry.counts.exposed, others, entry.grade);
    }
    text += fmt::format("{:>7}  {}\n{}", segments.ids[g], core::printable(segments.names[g]),
                        lines.empty() ? fmt::format("{:>11}nothing that is shown\n", "") : lines);
  }
  return text;
}

std::string summarise_trials(const ToldEntries& entries, const Blocks& blocks, const Segments& segments) {
  std::string text = "What the campaign has shown\n";
  for (std::size_t g = 0; g < segments.ids.size(); ++g) {
    std::string lines;
    for (const auto& entry : *entries) {
      if (entry.group == g && !entry.trial.verdict.empty())
        lines += line_of(entry, blocks.blocks[entry.block].told);
    }
    text += fmt::format("{:>7}  {}\n{}", segments.ids[g], core::printable(segments.names[g]), lines);
  }
  return text;
}

}  // namespace psychograph::playbook

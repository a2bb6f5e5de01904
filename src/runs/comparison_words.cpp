#include "runs/comparison_words.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/printable.hpp"
#include "runs/judgement_columns.hpp"

namespace psychograph::runs {
namespace {

std::string name_of(const PlannedRun& run) {
  auto name = fmt::format("{}, seed {}", run.algorithm, run.options.seed);
  if (run.block != "all") name += ", " + core::printable(run.block);
  if (run.row != "as declared") name += ", rows " + run.row;
  return name;
}

/// "-" where there is none.
std::string shown(double value, int digits) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, digits);
}

std::string run_line(const DoneRun& one) {
  const auto& [run, record, number] = one;
  const auto& judgement = record.judgement;
  if (!judgement.error.empty())
    return fmt::format("{:<12}  {:<14}  {:>4}  failed: {}\n", run.id, run.algorithm, run.options.k,
                       core::printable(judgement.error));
  return fmt::format("{:<12}  {:<14}  {:>4}  {:>9}  {:>10}  {:<22}  {:>10}  {:>8}  {}\n", run.id,
                     run.algorithm, run.options.k, shown(measure(record, "explained"), 4),
                     shown(measure(record, "silhouette"), 4), agreement_in_words(judgement),
                     shown(least_jaccard(judgement), 2), gaps_in_words(judgement), verdict_of(one));
}

}  // namespace

std::string in_words(const Compared& compared) {
  auto text =
      fmt::format("{:<12}  {:<14}  {:>4}  {:>9}  {:>10}  {:<22}  {:>10}  {:>8}  {}\n", "id", "algorithm", "k",
                  "explained", "silhouette", "agreement (95 %)", "least kept", "gaps", "verdict");
  std::int64_t series = -1;
  for (const auto& one : compared.runs) {
    if (one.series != series) text += fmt::format("\n{}\n", name_of(one.run));
    series = one.series;
    text += run_line(one);
  }
  text += '\n' + verdict_legend() + '\n';
  for (const auto& [number, judgements] : by_series(compared.runs)) {
    const auto first = std::find_if(compared.runs.begin(), compared.runs.end(),
                                    [&, n = number](const auto& one) { return one.series == n; });
    const auto k = evaluate::recommended(judgements);
    const auto best =
        std::find_if(judgements.begin(), judgements.end(), [&](const auto& one) { return one.k == k; });
    const bool judged = std::any_of(judgements.begin(), judgements.end(),
                                    [](const auto& one) { return !one.stability.agreement.empty(); });
    if (!judged) continue;
    text += k ? fmt::format("{}: {} segments are recommended. {}\n", name_of(first->run), *k, meaning(*best))
              : fmt::format("{}: no number is recommended: how many there are to be is a business choice\n",
                            name_of(first->run));
  }
  return text;
}

}  // namespace psychograph::runs

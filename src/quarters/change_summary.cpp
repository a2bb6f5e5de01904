#include "quarters/change_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/printable.hpp"

namespace psychograph::quarters {
namespace {

std::string list_of(const std::vector<std::string>& names) {
  return core::printable(fmt::format("{}", fmt::join(names, ", ")));
}

/// With its sign, to so many decimals; what rounds to zero is +0.
std::string signed_text(double value, int decimals) {
  const bool zero = std::abs(value) < 0.5 * std::pow(10.0, -decimals);
  return fmt::format("{:+.{}f}", zero ? 0.0 : value, decimals);
}

std::string customers(const Comparison& comparison, const std::string& previous) {
  if (!comparison.by_ids)
    return fmt::format(
        "\nSince {}: customers can't be told by row numbers; segments are matched by their "
        "centroids\n",
        core::printable(previous));
  const auto& migration = comparison.migration;
  std::int64_t joined = 0;
  std::int64_t left = 0;
  for (std::size_t b = 0; b < migration.new_segments(); ++b) joined += migration.at(migration.joined(), b);
  for (std::size_t a = 0; a < migration.old_segments(); ++a) left += migration.at(a, migration.left());
  auto text = fmt::format("\nSince {}: {} customers stayed, {} joined, {} left", core::printable(previous),
                          migration.shared(), joined, left);
  if (migration.shared() > 0)
    text +=
        fmt::format("; {:.1f}% of those who stayed are in the same segment", 100 * comparison.kept_share());
  if (comparison.matching.by == MatchedBy::centroids)
    text += "; too few stayed to tell segments by them: these are matched by their centroids";
  return text + "\n";
}

std::string segments_table(const Comparison& comparison) {
  auto text = fmt::format("\n{:>7}  {:>12}  {:>12}  {:>7}  {:>7}  {:>6}  {:>6}  {}\n", "segment", "before",
                          "now", "share", "change", "stayed", "moved", "mostly");
  for (const auto& segment : comparison.segments) {
    const auto stayed = std::isnan(segment.share_of_old) ? std::string("-")
                                                         : fmt::format("{:.1f}%", 100 * segment.share_of_old);
    text += fmt::format("{:>7}  {:>12}  {:>12}  {:>6.1f}%  {:>6}%  {:>6}  {:>6.2f}  {} {}\n", segment.id,
                        segment.size_before, segment.size_now, 100 * segment.share_now,
                        signed_text(100 * (segment.share_now - segment.share_before), 1), stayed,
                        segment.shift.distance, core::printable(segment.shift.column),
                        signed_text(segment.shift.column_shift, 2));
    if (segment.name != fmt::format("segment {}", segment.id))
      text.insert(text.size() - 1, fmt::format("  {}", core::printable(segment.name)));
  }
  return text;
}

std::string feature_lines(const Comparison& comparison) {
  constexpr std::size_t shown = 5;
  const auto& features = comparison.features;
  std::vector<std::size_t> order(features.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return features[a].stability > features[b].stability;
  });
  auto text = fmt::format("\n{:>9}  {:>10}  {}\n", "stability", "mean shift", "feature");
  for (std::size_t i = 0; i < std::min(shown, order.size()); ++i) {
    const auto& feature = features[order[i]];
    const auto shift = std::isnan(feature.mean_shift) ? std::string("-") : signed_text(feature.mean_shift, 3);
    text += fmt::format("{:>9.4f}  {:>10}  {}", feature.stability, shift, core::printable(feature.name));
    if (!feature.new_levels.empty()) text += fmt::format(" (new: {})", list_of(feature.new_levels));
    if (!feature.gone_levels.empty()) text += fmt::format(" (gone: {})", list_of(feature.gone_levels));
    text += "\n";
  }
  if (order.size() > shown) text += fmt::format("{:>9}  {:>10}  {} more\n", "", "", order.size() - shown);
  return text;
}

std::string verdict_lines(const Verdict& verdict) {
  constexpr std::size_t shown = 20;
  auto text = fmt::format("\nVerdict: {}\n", to_string(verdict.advice));
  for (std::size_t i = 0; i < std::min(shown, verdict.reasons.size()); ++i)
    text += fmt::format("  {}\n", core::printable(verdict.reasons[i]));
  if (verdict.reasons.size() > shown) text += fmt::format("  and {} more\n", verdict.reasons.size() - shown);
  return text;
}

}  // namespace

std::string summarise_changes(const Comparison& comparison, const std::string& previous) {
  return customers(comparison, previous) + segments_table(comparison) + feature_lines(comparison) +
         verdict_lines(comparison.verdict);
}

}  // namespace psychograph::quarters

#include "runs/description.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "core/printable.hpp"
#include "features/fit.hpp"
#include "features/glob_notices.hpp"
#include "features/notices.hpp"
#include "features/resolve.hpp"
#include "features/shown.hpp"
#include "io/ids.hpp"
#include "io/shard.hpp"
#include "runs/spec_options.hpp"

namespace psychograph::runs {
namespace {

std::string levels_text(const features::FittedFeature& fitted) {
  constexpr std::size_t shown = 8;
  std::string text;
  for (std::size_t l = 0; l < std::min(shown, fitted.levels.size()); ++l) {
    text += fmt::format("{}{} {}", l == 0 ? "" : ", ", core::printable(fitted.levels[l].name),
                        fitted.levels[l].count);
  }
  if (fitted.levels.size() > shown) text += fmt::format(", and {} more", fitted.levels.size() - shown);
  return text;
}

std::string row_of(const features::FittedFeature& fitted, std::size_t width) {
  const auto& s = fitted.statistics;
  auto text = fmt::format("{:<{}}  {:<13}  {:<11}  {:>10}  {:>8}", core::printable(fitted.feature.name),
                          width, spec::to_string(fitted.feature.facet), spec::to_string(fitted.feature.kind),
                          s.count, s.missing);
  if (fitted.feature.leveled) return text + fmt::format("  {}\n", levels_text(fitted));
  const auto meant = [&](double value) { return features::shown(s, value); };
  for (const double value : {meant(s.mean), meant(s.sd), s.min, meant(s.quantiles[2]), meant(s.quantiles[3]),
                             meant(s.quantiles[4]), s.max})
    text += fmt::format("  {:>10.5g}", value);
  if (fitted.alpha) text += fmt::format("  alpha {:.4f}", *fitted.alpha);
  if (s.count == 0) {
    text += "  no value at all";
  } else if (s.min == s.max) {
    text += "  constant";
  }
  return text + "\n";
}

}  // namespace

void describe(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter) {
  auto spec = load_spec(world, options, spec::Purpose::describe);
  if (spec.features.empty() && spec.constructs.empty() && spec.geographies.empty() &&
      spec.describe_only.empty())
    spec.describe_only = {"**"};  // a column may be called *
  reporter.open([&] { return files_of(options, spec); });
  const io::Shard shard(world, io::open_table(world, spec.input));
  const auto features = features::resolve(world, shard, spec);
  std::vector<std::size_t> used;
  for (const auto& feature : features) {
    for (const auto& column : feature.columns) used.push_back(*shard.table().find(column));
  }
  for (const auto& notice : features::glob_notices(shard.table(), spec)) reporter.warn(notice);
  for (const auto& notice : io::attribute_notices(shard.table(), used)) reporter.warn(notice);
  for (const auto& notice : features::notices(shard.table(), spec, features)) reporter.warn(notice);
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  if (spec.input.id) io::require_unique_ids(world, shard, *spec.input.id);
  // Everybody is described, whoever would be left out of a fit.
  const features::Participation everybody{{}, {}, shard.table().rows()};
  const auto schema = features::fit(world, shard, features, everybody, features::Degenerate::report);
  for (const auto& notice : features::notices(shard.table(), schema)) reporter.warn(notice);
  std::size_t width = 7;
  for (const auto& fitted : schema.features)
    width = std::max(width, core::printable(fitted.feature.name).size());
  std::string text =
      fmt::format("{} customers, {} features\n\n", shard.table().rows(), schema.features.size());
  text += fmt::format("{:<{}}  {:<13}  {:<11}  {:>10}  {:>8}", "feature", width, "facet", "kind", "count",
                      "missing");
  for (const char* name : {"mean", "sd", "min", "25%", "median", "75%", "max"})
    text += fmt::format("  {:>10}", name);
  text += "\n";
  for (const auto& fitted : schema.features) text += row_of(fitted, width);
  reporter.summary(text);
}

}  // namespace psychograph::runs

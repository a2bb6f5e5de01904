#include "runs/described_columns.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "features/fit.hpp"
#include "features/glob_notices.hpp"
#include "features/levels.hpp"
#include "features/notices.hpp"
#include "features/resolve.hpp"

namespace psychograph::runs {
namespace {

/// Columns that are named anew are still what they were said to be: their kinds, facets, and cells that are
/// no answers.
void keep_what_is_known(std::vector<features::Feature>& features,
                        const std::vector<features::Feature>& known) {
  for (auto& feature : features) {
    if (feature.construct) continue;
    const auto* before = known_of(known, feature.columns.front());
    if (before == nullptr) continue;
    if (!before->construct) {
      feature = *before;
      feature.columns = {feature.name};  // named by itself, it is what customers said
      feature.row = spec::Row::none;
      continue;
    }
    feature.facet = before->facet;
    feature.sentinels = before->sentinels;
  }
}

/// Without columns that only a glob has named and that have too many values for levels, such as names and
/// addresses. Collective.
void leave_out_free_texts(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                          std::vector<features::Feature>& features, Reporter& reporter) {
  std::erase_if(features, [&](const features::Feature& feature) {
    const auto& named = spec.describe_only;
    if (feature.construct || !feature.leveled ||
        std::find(named.begin(), named.end(), feature.columns.front()) != named.end())
      return false;
    try {
      features::find_levels(world, shard, feature, {});
      return false;
    } catch (const core::Error& error) {
      if (error.code() != core::ExitCode::data) throw;
      reporter.warn(fmt::format("{}; it is left out", error.what()));
      return true;
    }
  });
}

}  // namespace

std::vector<features::Feature> known_to(const features::Schema& model) {
  std::vector<features::Feature> known;
  for (const auto& fitted : model.features) known.push_back(fitted.feature);
  return known;
}

const features::FittedFeature& find_column(const features::Schema& described, const io::Shard& shard,
                                           const std::string& name, const std::string& wanted_by) {
  const auto place = std::find_if(described.features.begin(), described.features.end(),
                                  [&](const auto& fitted) { return fitted.feature.columns.front() == name; });
  if (place == described.features.end())
    throw core::data_error(fmt::format("{}: no column \"{}\" (wanted by {}): names are whole here",
                                       io::files_name(shard.table()), name, wanted_by));
  return *place;
}

void describe_these(spec::Spec& spec, const std::vector<std::string>& columns, const std::string& wanted_by) {
  spec.describe_only_key = wanted_by;
  spec.features.clear();
  spec.constructs.clear();
  spec.describe_only = columns;
  spec.described_missing_values = {};
}

const features::Feature* known_of(const std::vector<features::Feature>& known, const std::string& column) {
  const auto own = std::find_if(known.begin(), known.end(), [&](const auto& feature) {
    return !feature.construct && feature.name == column;
  });
  if (own != known.end()) return &*own;
  const auto whole = std::find_if(known.begin(), known.end(), [&](const auto& feature) {
    return std::find(feature.columns.begin(), feature.columns.end(), column) != feature.columns.end();
  });
  return whole != known.end() ? &*whole : nullptr;
}

features::Feature as_answers(const std::vector<features::Feature>& known, const spec::Spec& spec,
                             const std::string& column) {
  features::Feature feature;
  feature.name = column;
  feature.columns = {column};
  feature.kind = spec::Kind::categorical;
  feature.leveled = true;
  const auto* const before = known_of(known, column);
  feature.sentinels = before != nullptr ? before->sentinels : spec.input.missing_values;
  return feature;
}

features::Schema describe(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                          const std::vector<features::Feature>& known, Reporter& reporter) {
  auto features = features::resolve(world, shard, spec);
  keep_what_is_known(features, known);
  leave_out_free_texts(world, shard, spec, features, reporter);
  for (const auto& notice : features::glob_notices(shard.table(), spec)) reporter.warn(notice);
  for (const auto& notice : features::notices(shard.table(), spec, features)) reporter.warn(notice);
  for (auto& feature : features) feature.clustered = false;
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  const features::Participation everybody{{}, {}, shard.table().rows()};
  return features::fit(world, shard, features, everybody, features::Degenerate::report);
}

}  // namespace psychograph::runs

#include "runs/playbook_parts.hpp"

#include <algorithm>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/input_file.hpp"
#include "playbook/motives.hpp"
#include "playbook/needs.hpp"
#include "results/layout.hpp"
#include "runs/described_columns.hpp"
#include "runs/stored_spec.hpp"
#include "runs/telling_columns.hpp"
#include "spec/parse_campaign.hpp"

namespace psychograph::runs {
namespace {

bool names_one_of(const features::Feature& feature, const std::vector<std::string>& columns) {
  return std::find_first_of(feature.columns.begin(), feature.columns.end(), columns.begin(), columns.end()) !=
         feature.columns.end();
}

bool was_clustered(const features::Schema& schema, const std::string& column) {
  return std::any_of(schema.features.begin(), schema.features.end(), [&](const auto& fitted) {
    return fitted.feature.clustered && names_one_of(fitted.feature, {column});
  });
}

playbook::Segments named(const Grouping& grouping) { return {grouping.ids, grouping.names}; }

/// Segments of few are not counted, nor is what would tell how few.
std::vector<std::int64_t> told_sizes(const PlaybookInput& input) {
  const auto& sizes = input.stored.sizes;
  return input.gate.pass(insight::CountTable{1, sizes.size(), sizes})->counts;
}

}  // namespace

std::vector<features::FittedFeature> number_columns(const PlaybookInput& input,
                                                    const std::vector<std::string>& names,
                                                    const std::string& wanted_by,
                                                    const std::string& instead) {
  auto spec = input.spec;
  describe_these(spec, names, wanted_by);
  const auto described =
      describe(input.world, input.shard, spec, known_to(input.stored.model.schema), input.reporter);
  std::vector<features::FittedFeature> found;
  for (const auto& name : names) {
    const auto& column = find_column(described, input.shard, name, wanted_by);
    if (column.feature.leveled)
      throw core::data_error(fmt::format("{}: column \"{}\" holds words, and {}",
                                         io::files_name(input.shard.table()), name, instead));
    if (column.statistics.count == 0)
      input.reporter.warn(fmt::format("{}: column \"{}\" (wanted by {}) has no value at all",
                                      io::files_name(input.shard.table()), name, wanted_by));
    found.push_back(column);
  }
  return found;
}

results::TidyTable motives_of(const PlaybookInput& input, const Grouping& grouping) {
  const auto& engagement = input.spec.engagement;
  std::vector<features::FittedFeature> columns;
  std::vector<std::string> names;
  for (const auto& fitted : input.stored.model.schema.features) {
    const auto& feature = fitted.feature;
    if (!feature.clustered || feature.leveled || names_one_of(feature, engagement)) continue;
    columns.push_back(fitted);
    names.push_back(feature.name);
  }
  const auto features = columns.size();
  auto engagements = number_columns(input, engagement, "[engagement]", "engagement is a number");
  for (auto& fitted : engagements) fitted.feature.transform = spec::Transform::none;
  columns.insert(columns.end(), engagements.begin(), engagements.end());
  input.reporter.stage(fmt::format("looking at what goes with engagement in {} features", features));
  const auto pairs = playbook::count_pairs(
      input.world, input.shard, columns, playbook::motive_couples(features, engagements.size()),
      grouping.segmented().labels, grouping.ids.size(), typing::Amounts::as_clustered);
  return playbook::motive_table(playbook::find_motives(pairs, features), names, engagement, named(grouping),
                                insight::with_row_options(input.codebook, input.stored.model.schema),
                                input.gate);
}

results::TidyTable needs_of(const PlaybookInput& input, const Grouping& grouping) {
  const auto& needs = input.spec.needs;
  std::vector<std::string> names;
  const auto place_of = [&](const std::string& name) {
    const auto place = std::find(names.begin(), names.end(), name);
    const auto found = static_cast<std::size_t>(place - names.begin());
    if (place == names.end()) names.push_back(name);
    return found;
  };
  playbook::Couples couples;
  std::vector<bool> clustered;
  for (std::size_t n = 0; n < needs.names.size(); ++n) {
    const auto importance = place_of(needs.importance[n]);
    couples.emplace_back(importance, place_of(needs.satisfaction[n]));
    clustered.push_back(was_clustered(input.stored.model.schema, needs.importance[n]) ||
                        was_clustered(input.stored.model.schema, needs.satisfaction[n]));
  }
  const auto columns = number_columns(input, names, "[needs]", "importance and satisfaction are numbers");
  input.reporter.stage(fmt::format("looking at {} needs", needs.names.size()));
  const auto pairs =
      playbook::count_pairs(input.world, input.shard, columns, std::move(couples),
                            grouping.segmented().labels, grouping.ids.size(), typing::Amounts::as_said);
  const auto columns_tell = tell_of_few(input.world, input.shard, grouping.segmented().labels,
                                        grouping.ids.size(), input.gate, columns, few_values, "[needs]");
  std::vector<bool> tells;
  for (const auto& [importance, satisfaction] : pairs.couples)
    tells.push_back(columns_tell[importance] || columns_tell[satisfaction]);
  return playbook::need_table(playbook::find_needs(pairs, clustered), needs, named(grouping), input.gate,
                              tells);
}

std::optional<playbook::Trials> trials_of(const PlaybookInput& input, const std::string& path) {
  namespace layout = results::layout;
  if (path.empty()) return std::nullopt;
  return comm::run_on_root(input.world, [&] {
    const io::Fence fence(path);
    const io::InputFile file(path, "result of measure");
    if (!file.has(layout::campaign_lifts) || !file.has(layout::spec))
      throw core::data_error(
          fmt::format("{}: no result of measure: there is no {}", path, layout::campaign_lifts));
    if (file.attribute_if_there(layout::run, "segments_model_sha256") != input.stored.model_sha256)
      throw core::data_error(
          fmt::format("{}: was not measured by the segments of {}: measure the campaign with --segments {}",
                      path, input.path, input.path));
    const auto min_cell = spec::parse_campaign(file.text(layout::spec), path, {}).privacy.min_cell;
    if (input.spec.privacy.min_cell > min_cell)
      throw core::usage_error(
          fmt::format("--campaign {}: was measured with privacy.min_cell = {}, and tells of fewer than {}: "
                      "measure with the "
                      "stricter rule first",
                      path, min_cell, input.spec.privacy.min_cell));
    return playbook::read_trials(results::read_table(file, layout::campaign_lifts), path);
  });
}

playbook::TargetFigures target_figures(const PlaybookInput& input) {
  const auto& targeting = input.spec.targeting;
  if (targeting.criteria.empty()) return {};
  if (!input.stored.has_profile)
    throw core::usage_error(
        fmt::format("[targeting]: {} has no profile (it was made with --no-profile)", input.path));
  // Its figures were told by the rule of then.
  const auto before = parse_stored_spec(input.stored, input.path, {}).privacy.min_cell;
  if (input.spec.privacy.min_cell > before)
    throw core::usage_error(
        fmt::format("[targeting]: the profile of {} was made with privacy.min_cell = {}, and tells of fewer "
                    "than {}: segment (or assign) with the stricter rule first",
                    input.path, before, input.spec.privacy.min_cell));
  return comm::run_on_root(input.world, [&] {
    const io::Fence fence(input.path);
    const io::InputFile file(input.path, "result of segment");
    const auto profile = results::read_table(file, results::layout::profile);
    playbook::Segments segments;
    for (const auto id : input.stored.model.ids) segments.ids.push_back(id);
    return playbook::look_up(targeting, profile, segments, told_sizes(input), input.path);
  });
}

}  // namespace psychograph::runs

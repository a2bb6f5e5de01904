#include "runs/profiling.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "insight/gate.hpp"
#include "insight/profile_table.hpp"
#include "io/table.hpp"
#include "results/layout.hpp"

namespace psychograph::runs {

void take_places(const std::vector<std::int32_t>& ids, std::span<std::int32_t> labels) {
  const bool are_places =
      ids.empty() || (ids.front() == 0 && ids.back() == static_cast<std::int32_t>(ids.size()) - 1);
  if (are_places) return;
  for (auto& label : labels) {
    const auto place = std::lower_bound(ids.begin(), ids.end(), label);
    label = place != ids.end() && *place == label ? static_cast<std::int32_t>(place - ids.begin()) : -1;
  }
}

std::vector<insight::Tally> tally_features(const comm::Communicator& world, const io::Shard& shard,
                                           const features::Schema& schema, const spec::Spec& spec,
                                           const Segmented& segments, const std::string& wanted_by,
                                           Reporter& reporter) {
  insight::TallyInput input{
      .world = world,
      .shard = shard,
      .features = {},
      .k = segments.ids.size(),
      .labels = segments.labels,
      .weight = spec.input.weight,
      .wanted_by = wanted_by,
      .progress = [&](double share) { reporter.progress("describing the segments", share); }};
  for (const auto& fitted : schema.features) input.features.push_back(&fitted);
  return insight::tally(input);
}

insight::ProfileOptions profile_options(const spec::Spec& spec) {
  return {spec.profile.smallest_effect, spec.profile.letters};
}

void require_letters(const spec::Spec& spec, const features::Schema& schema) {
  for (const auto& name : spec.profile.letters) {
    const auto& all = schema.features;
    if (std::none_of(all.begin(), all.end(), [&](const auto& fitted) { return fitted.feature.name == name; }))
      throw core::usage_error(fmt::format("profile.letters: \"{}\" is no feature of the spec", name));
  }
}

Segmented segments_of(const results::Result& result) {
  const auto& ids = result.model.ids;
  return {ids, result.model.names, [&result](core::RowRange rows, std::span<std::int32_t> out) {
            const auto& all = result.customers_by_id.id;
            std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(rows.begin), out.size(), out.begin());
            take_places(result.model.ids, out);
          }};
}

void write_profile(const comm::Communicator& world, io::OutputFile& file, const io::Shard& shard,
                   const features::Schema& schema, const spec::Spec& spec, const Segmented& segments,
                   const insight::Codebook& codebook, Reporter& reporter) {
  require_letters(spec, schema);
  reporter.stage(
      fmt::format("describing {} segments by {} features", segments.ids.size(), schema.features.size()));
  const auto tallies = tally_features(world, shard, schema, spec, segments, "the profile", reporter);
  const insight::Gate gate(spec.privacy);
  const auto profile =
      gate.pass(insight::make_profile(tallies, segments.ids, segments.names, profile_options(spec)));
  results::write_table(file, results::layout::profile, insight::profile_table(profile, codebook));
}

}  // namespace psychograph::runs

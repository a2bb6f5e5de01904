#include "features/level_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/figure.hpp"
#include "features/fit_failure.hpp"
#include "features/levels.hpp"

namespace psychograph::features {
namespace {

std::int64_t first_missing_level(const comm::Communicator& world, const io::Shard& shard,
                                 const FittedFeature& fitted) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  const LevelReader reader(shard.table(), fitted.feature, fitted.levels);
  std::vector<std::int32_t> levels;
  shard.read(std::vector{*shard.table().find(fitted.feature.name)}, [&](const io::RawBlock& block) {
    levels.resize(block.count);
    reader.read(block, levels);
    const auto place = std::find(levels.begin(), levels.end(), -1);
    if (place != levels.end())
      first = std::min(first, shard.rows().begin + block.first + (place - levels.begin()));
  });
  return comm::min_over_ranks(world, first);
}

}  // namespace

void fit_levels(const comm::Communicator& world, const io::Shard& shard, const Participation& participation,
                Degenerate degenerate, FittedFeature& fitted) {
  const auto& feature = fitted.feature;
  auto& statistics = fitted.statistics;
  auto found = find_levels(world, shard, feature, participation.takes_part);
  fitted.levels = std::move(found.levels);
  statistics.missing = found.missing;
  if (feature.kind_by_default && (found.texts.is_spoilt() || found.texts.is_numbers())) {
    fitted.notice = fmt::format("{}; as it is, its {} values become levels: kind = \"categorical\" says so",
                                found.texts.account(shard.table(), feature.name), fitted.levels.size());
  }
  for (const auto& level : fitted.levels) statistics.count += level.count;
  statistics.mean = statistics.sd = statistics.min = statistics.max = core::not_a_number;
  statistics.quantiles.fill(core::not_a_number);
  const auto most = std::max_element(fitted.levels.begin(), fitted.levels.end(),
                                     [](const Level& a, const Level& b) { return a.count < b.count; });
  fitted.fill = static_cast<double>(most - fitted.levels.begin());
  if (feature.missing == spec::Missing::level && statistics.missing > 0) {
    constexpr auto nothing = "(missing)";
    if (std::any_of(fitted.levels.begin(), fitted.levels.end(),
                    [](const Level& level) { return level.name == nothing; })) {
      fail_fit(shard, fitted,
               fmt::format("has missing cells as well as cells that say \"{}\", which would be their level's "
                           "name; fill them (missing = \"mode\"), or use another word",
                           nothing));
    }
    fitted.levels.push_back({nothing, statistics.missing, true});
  } else if (feature.clustered) {
    fail_at_missing(shard, fitted, statistics.missing > 0 ? first_missing_level(world, shard, fitted) : 0);
    if (statistics.count > 0 && feature.missing != spec::Missing::drop) most->count += statistics.missing;
  }
  if (feature.clustered && fitted.levels.size() < 2 && degenerate == Degenerate::fail) {
    if (fitted.levels.empty()) fail_fit(shard, fitted, "has no value at all");
    fail_fit(shard, fitted,
             fmt::format("is constant: every customer has \"{}\"; leave it out", fitted.levels.front().name));
  }
  if (feature.kind == spec::Kind::binary && fitted.levels.size() > 2 && feature.clustered)
    fail_fit(shard, fitted, "is not binary: it has more than two levels");
  // Two different answers are sqrt(1/2 + 1/2) = 1 apart, however many levels there are.
  const bool one_hot = feature.kind == spec::Kind::categorical;
  fitted.factor = std::sqrt(feature.weight * (one_hot ? 0.5 : 1.0));
  const auto n = static_cast<double>(participation.global_count);
  for (const auto& level : fitted.levels)
    fitted.centres.push_back(feature.from_zero ? 0.0 : static_cast<double>(level.count) / n * fitted.factor);
  if (!one_hot && !fitted.centres.empty()) fitted.centres = {fitted.centres.back()};
}

}  // namespace psychograph::features

#include "features/geography.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/row_memory.hpp"
#include "features/levels.hpp"
#include "features/schema.hpp"

namespace psychograph::features {
namespace {

/// Looks at one column of a geography after the other.
class Places {
 public:
  Places(const comm::Communicator& world, const io::Shard& shard, const spec::Geography& geography,
         const spec::Sentinels& missing)
      : world_(world),
        shard_(shard),
        geography_(geography),
        missing_(spec::united(missing, geography.missing_values)) {}

  /// Why the column `level` of the geography does not fit; empty where it does. Collective.
  std::string fault(std::size_t level) const {
    const auto feature = feature_of(level);
    const auto found =
        find_few_levels(world_, shard_, feature, static_cast<std::size_t>(geography_.most_levels));
    if (!found) return fmt::format("has more than {} values", geography_.most_levels);
    const auto share = static_cast<double>(found->missing) / static_cast<double>(shard_.table().rows());
    if (share > geography_.most_missing)
      return fmt::format("is missing for {:.1f} % of the customers", 100 * share);
    const auto least = std::min_element(found->levels.begin(), found->levels.end(),
                                        [](const Level& a, const Level& b) { return a.count < b.count; });
    if (least != found->levels.end() && least->count < geography_.min_customers)
      return fmt::format("has {} customers in \"{}\", fewer than {}", least->count, least->name,
                         geography_.min_customers);
    const auto places = levels_of_rows(feature, found->levels);
    for (std::size_t outer = 0; outer < level; ++outer) {
      auto fault = fault_within(found->levels, places, outer);
      if (!fault.empty()) return fault;
    }
    return {};
  }

 private:
  Feature feature_of(std::size_t level) const {
    Feature feature;
    feature.name = geography_.levels[level];
    feature.columns = {feature.name};
    feature.kind = spec::Kind::categorical;
    feature.leveled = true;
    feature.sentinels = missing_;
    return feature;
  }

  /// The level of each local row; -1 where it is missing.
  core::RowVector<std::int32_t> levels_of_rows(const Feature& feature, std::span<const Level> levels) const {
    const LevelReader reader(shard_.table(), feature, levels);
    auto of_rows = comm::run_on_all_ranks(
        world_, [&] { return core::RowVector<std::int32_t>(shard_.local_rows(), -1, shard_.where()); });
    const auto column = *shard_.table().find(feature.name);
    shard_.read(std::span(&column, 1), [&](const io::RawBlock& block) {
      reader.read(block, std::span(of_rows).subspan(static_cast<std::size_t>(block.first), block.count));
    });
    return of_rows;
  }

  /// Whether each of `levels`, which `of_rows` counts, lies in one place of an outer column: what speaks
  /// against it; empty where nothing does.
  std::string fault_within(std::span<const Level> levels, std::span<const std::int32_t> of_rows,
                           std::size_t outer) const {
    const auto feature = feature_of(outer);
    const auto& name = geography_.levels[outer];
    core::RowVector<std::uint8_t> has_level(of_rows.size(), 0, shard_.where());
    std::transform(of_rows.begin(), of_rows.end(), has_level.begin(),
                   [](std::int32_t level) { return static_cast<std::uint8_t>(level >= 0); });
    const auto found = find_few_levels(world_, shard_, feature, levels.size(), has_level);
    if (!found) return fmt::format("lies in more values of \"{}\" than it has itself", name);
    const LevelReader reader(shard_.table(), feature, found->levels);
    std::vector<std::int64_t> first(levels.size(), std::numeric_limits<std::int64_t>::max());
    std::vector<std::int64_t> last(levels.size(), -1);
    std::vector<std::int32_t> around;
    const auto column = *shard_.table().find(feature.name);
    shard_.read(std::span(&column, 1), [&](const io::RawBlock& block) {
      around.resize(block.count);
      reader.read(block, around);
      for (std::size_t i = 0; i < block.count; ++i) {
        const auto level = of_rows[static_cast<std::size_t>(block.first) + i];
        if (level < 0 || around[i] < 0) continue;
        auto& least = first[static_cast<std::size_t>(level)];
        auto& most = last[static_cast<std::size_t>(level)];
        least = std::min<std::int64_t>(least, around[i]);
        most = std::max<std::int64_t>(most, around[i]);
      }
    });
    comm::min_over_ranks(world_, first);
    comm::max_over_ranks(world_, last);
    for (std::size_t l = 0; l < levels.size(); ++l) {
      if (last[l] >= 0 && first[l] != last[l])
        return fmt::format("has \"{}\" in more than one \"{}\"", levels[l].name, name);
    }
    return {};
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  const spec::Geography& geography_;
  spec::Sentinels missing_;
};

}  // namespace

SettledGeography settle_geography(const comm::Communicator& world, const io::Shard& shard,
                                  const spec::Geography& geography, const spec::Sentinels& missing) {
  const auto& levels = geography.levels;
  for (const auto& name : levels) (void)io::require_column(shard.table(), name, "geography.levels");
  const auto settled = [&](std::size_t level, const std::vector<std::string>& reasons) {
    SettledGeography result{
        levels[level], {levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(level)}, {}};
    if (!reasons.empty())
      result.notice = fmt::format("{}: customers are told apart by \"{}\": {}", io::files_name(shard.table()),
                                  levels[level], fmt::join(reasons, "; "));
    return result;
  };
  if (geography.settled) {
    const auto place = std::find(levels.begin(), levels.end(), *geography.settled);
    return settled(static_cast<std::size_t>(place - levels.begin()), {});
  }
  const Places places(world, shard, geography, missing);
  std::vector<std::string> reasons;
  for (auto level = levels.size(); level-- > 0;) {
    const auto fault = places.fault(level);
    if (fault.empty()) return settled(level, reasons);
    reasons.push_back(fmt::format("\"{}\" {}", levels[level], fault));
  }
  throw core::data_error(fmt::format("{}: no column of the geography fits: {}", io::files_name(shard.table()),
                                     fmt::join(reasons, "; ")));
}

}  // namespace psychograph::features

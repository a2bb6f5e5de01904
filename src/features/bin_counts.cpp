#include "features/bin_counts.hpp"

#include <algorithm>
#include <optional>

#include "comm/all_reduce.hpp"
#include "features/composite.hpp"
#include "features/load.hpp"
#include "features/value_counts.hpp"

namespace psychograph::features {
namespace {

/// NaN (missing) is at or below nothing.
void count(std::span<const double> values, std::size_t first, const Participation& participation,
           BinCounts& counts) {
  for (std::size_t e = 0; e < counts.edges.size(); ++e) {
    const double edge = counts.edges[e];
    std::int64_t below = 0;
    if (participation.takes_part.empty()) {
      for (const double value : values) below += value <= edge ? 1 : 0;
    } else {
      for (std::size_t i = 0; i < values.size(); ++i)
        below += participation.has(first + i) && values[i] <= edge ? 1 : 0;
    }
    counts.at_or_below[e] += below;
  }
}

void count(const ValueCounts& values, BinCounts& counts) {
  for (const auto& [value, times] : values.tallies(values.counts())) {
    for (std::size_t e = 0; e < counts.edges.size(); ++e)
      counts.at_or_below[e] += value <= counts.edges[e] ? times : 0;
  }
}

/// Features that are columns of the table. Collective.
void count_columns(const io::Shard& shard, const Participation& participation,
                   std::span<BinCounts* const> features) {
  std::vector<std::size_t> columns;
  for (const auto* one : features) columns.push_back(*shard.table().find(one->feature.columns.front()));
  std::vector<double> values;
  std::optional<ValueCounts> counted;  // of the column at hand: a table of counts may be large
  BinCounts* at_hand = nullptr;
  const auto take_counted = [&] {
    if (counted) count(*counted, *at_hand);
    counted.reset();
  };
  shard.read(columns, [&](const io::RawBlock& block) {
    const auto place = std::find(columns.begin(), columns.end(), block.column) - columns.begin();
    auto& one = *features[static_cast<std::size_t>(place)];
    if (at_hand != &one) {
      take_counted();
      at_hand = &one;
      if (ValueCounts::suits(shard, one.feature)) counted.emplace(shard, participation, one.feature);
    }
    if (counted) return counted->add(block);
    values.resize(block.count);
    block_numbers(shard.table(), block, one.feature, values);
    count(values, static_cast<std::size_t>(block.first), participation, one);
  });
  take_counted();
}

}  // namespace

void count_at_or_below(const comm::Communicator& world, const io::Shard& shard,
                       const Participation& participation, std::span<BinCounts> features) {
  std::vector<BinCounts*> columns;
  CompositeReader composites(shard);
  for (auto& one : features) {
    one.at_or_below.assign(one.edges.size(), 0);
    if (one.feature.composite()) {
      count(composites.read(one.feature), 0, participation, one);
    } else {
      columns.push_back(&one);
    }
  }
  if (!columns.empty()) count_columns(shard, participation, columns);
  std::vector<std::int64_t> all;
  for (const auto& one : features) all.insert(all.end(), one.at_or_below.begin(), one.at_or_below.end());
  comm::sum_over_ranks(world, all);
  auto next = all.begin();
  for (auto& one : features) {
    std::copy_n(next, one.at_or_below.size(), one.at_or_below.begin());
    next += static_cast<std::ptrdiff_t>(one.at_or_below.size());
  }
}

}  // namespace psychograph::features

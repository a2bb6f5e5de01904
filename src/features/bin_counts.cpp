#include "features/bin_counts.hpp"

#include <algorithm>

#include "comm/all_reduce.hpp"
#include "features/composite.hpp"
#include "features/load.hpp"

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

}  // namespace

void count_at_or_below(const comm::Communicator& world, const io::Shard& shard,
                       const Participation& participation, std::span<BinCounts> features) {
  std::vector<std::size_t> columns;
  std::vector<BinCounts*> plain;
  CompositeReader composites(shard);
  for (auto& one : features) {
    one.at_or_below.assign(one.edges.size(), 0);
    if (one.feature.composite()) {
      count(composites.read(one.feature), 0, participation, one);
    } else {
      columns.push_back(*shard.table().find(one.feature.columns.front()));
      plain.push_back(&one);
    }
  }
  std::vector<double> values;
  if (!columns.empty()) {
    shard.read(columns, [&](const io::RawBlock& block) {
      const auto place = std::find(columns.begin(), columns.end(), block.column) - columns.begin();
      auto& one = *plain[static_cast<std::size_t>(place)];
      values.resize(block.count);
      block_numbers(shard.table(), block, one.feature, values);
      count(values, static_cast<std::size_t>(block.first), participation, one);
    });
  }
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

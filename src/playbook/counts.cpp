#include "playbook/counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/joint_reduction.hpp"
#include "core/figure.hpp"
#include "core/fixed_point.hpp"
#include "insight/segment_windows.hpp"

namespace psychograph::playbook {
namespace {

/// Amounts of a column, added up exactly.
core::FixedPointSum sum_of(const features::Statistics& statistics) {
  const double most = std::max({std::abs(statistics.min), std::abs(statistics.max), 0.0});
  return {most * static_cast<double>(statistics.count), most, std::max<std::int64_t>(1, statistics.count)};
}

class Counting {
 public:
  Counting(const Blocks& blocks, std::size_t segments)
      : blocks_(blocks), segments_(segments), cells_(blocks.columns.size()) {
    for (const auto& block : blocks.blocks) {
      const auto options = block.columns.size();
      auto& own = counts_.emplace_back();
      own.options.resize(segments * options);
      own.sizes.assign(segments, 0);
      own.patterns.resize(segments);
      for (std::size_t g = 0; g < segments; ++g) {
        for (const auto column : block.columns)
          own.amounts.push_back(sum_of(blocks.columns[column].statistics));
      }
    }
  }

  void take(std::size_t column, std::span<const double> numbers) {
    cells_[column].assign(numbers.begin(), numbers.end());
  }

  void see(std::span<const std::int32_t> segments) {
    for (std::size_t b = 0; b < blocks_.blocks.size(); ++b) {
      for (std::size_t row = 0; row < segments.size(); ++row) {
        if (segments[row] >= 0)
          see_customer(blocks_.blocks[b], counts_[b], row, static_cast<std::size_t>(segments[row]));
      }
    }
  }

  std::vector<BlockCounts> finish(const comm::Communicator& world) {
    comm::JointReduction<std::int64_t> sums;
    for (auto& own : counts_) {
      for (auto& option : own.options) {
        for (const auto counter : option_counters) sums.include(std::span(&(option.*counter), 1));
      }
      sums.include(own.sizes);
      for (auto& amount : own.amounts) sums.include(amount.parts());
    }
    sums.sum(world);
    std::vector<BlockCounts> found;
    for (auto& own : counts_) {
      std::vector<std::vector<Patterns>> by_rank;
      boost::mpi::all_gather(world, own.patterns, by_rank);
      found.push_back(made_of(own, by_rank));
    }
    return found;
  }

 private:
  struct Own {
    std::vector<OptionCounts> options;  ///< [segments, options] but for the amounts
    std::vector<std::int64_t> sizes;
    std::vector<core::FixedPointSum> amounts;  ///< [segments, options]
    std::vector<Patterns> patterns;            ///< [segments]
  };

  [[nodiscard]] double cell(std::size_t column, std::size_t row) const {
    return column == no_column ? core::not_a_number : cells_[column][row];
  }

  void see_customer(const Block& block, Own& own, std::size_t row, std::size_t segment) const {
    ++own.sizes[segment];
    const auto options = block.columns.size();
    std::uint64_t reached = 0;
    for (std::size_t o = 0; o < options; ++o) {
      auto& counts = own.options[segment * options + o];
      const double did = cell(block.columns[o], row);
      const double may = cell(block.consent[o], row);
      if (!std::isnan(may)) {
        ++counts.asked;
        counts.reachable += may > 0 ? 1 : 0;
      }
      const bool had_the_chance = block.exposed[o] == no_column || cell(block.exposed[o], row) > 0;
      if (had_the_chance && !std::isnan(did)) {
        ++counts.exposed;
        counts.used += did > 0 ? 1 : 0;
        counts.repeated += did >= 2 ? 1 : 0;
        own.amounts[segment * options + o].add(did);
      } else if (had_the_chance) {
        ++counts.unknown;
      } else if (!std::isnan(did)) {
        ++(did > 0 ? counts.used_else : counts.idle_else);
        counts.again_else += did >= 2 ? 1 : 0;
      }
      if ((block.consent[o] == no_column ? did : may) > 0) reached |= std::uint64_t{1} << o;
    }
    ++own.patterns[segment][reached];
  }

  [[nodiscard]] BlockCounts made_of(const Own& own, const std::vector<std::vector<Patterns>>& by_rank) const {
    BlockCounts found;
    found.sizes.assign(segments_ + 1, 0);
    found.patterns.resize(segments_ + 1);
    const auto options = own.options.size() / segments_;
    found.options.resize((segments_ + 1) * options);
    for (std::size_t g = 0; g < segments_; ++g) {
      for (const auto group : {g, segments_}) {
        found.sizes[group] += own.sizes[g];
        for (const auto& rank : by_rank) {
          for (const auto& [pattern, customers] : rank[g]) found.patterns[group][pattern] += customers;
        }
        for (std::size_t o = 0; o < options; ++o) {
          auto& counts = found.options[group * options + o];
          for (const auto counter : option_counters) counts.*counter += own.options[g * options + o].*counter;
          counts.amount += own.amounts[g * options + o].value();
        }
      }
    }
    return found;
  }

  const Blocks& blocks_;
  std::size_t segments_;
  std::vector<Own> counts_;
  std::vector<std::vector<double>> cells_;  ///< [columns][rows of the window]
};

}  // namespace

std::vector<BlockCounts> count(const comm::Communicator& world, const io::Shard& shard, const Blocks& blocks,
                               const insight::Labels& labels, std::size_t segments) {
  std::vector<const features::FittedFeature*> wanted;
  for (const auto& column : blocks.columns) wanted.push_back(&column);
  Counting counting(blocks, segments);
  insight::walk(
      world, shard, wanted, "the playbook", labels,
      {{},
       [&](const features::WindowCells& cells, std::size_t f) { counting.take(f, cells.numbers(f)); },
       [&](core::RowRange, std::span<const std::int32_t> own) { counting.see(own); }});
  return counting.finish(world);
}

}  // namespace psychograph::playbook

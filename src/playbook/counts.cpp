#include "playbook/counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/joint_reduction.hpp"
#include "core/fixed_point.hpp"
#include "insight/segment_windows.hpp"

namespace psychograph::playbook {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t counters = 9;

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
      own.numbers.assign(segments * options * counters, 0);
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
      sums.include(own.numbers);
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
    std::vector<std::int64_t> numbers;  ///< [segments, options, counters]
    std::vector<std::int64_t> sizes;
    std::vector<core::FixedPointSum> amounts;  ///< [segments, options]
    std::vector<Patterns> patterns;            ///< [segments]
  };

  [[nodiscard]] double cell(std::size_t column, std::size_t row) const {
    return column == no_column ? not_a_number : cells_[column][row];
  }

  void see_customer(const Block& block, Own& own, std::size_t row, std::size_t segment) const {
    ++own.sizes[segment];
    const auto options = block.columns.size();
    std::uint64_t reached = 0;
    for (std::size_t o = 0; o < options; ++o) {
      auto* const numbers = own.numbers.data() + (segment * options + o) * counters;
      const double did = cell(block.columns[o], row);
      const double may = cell(block.consent[o], row);
      if (!std::isnan(may)) {
        ++numbers[0];
        numbers[1] += may > 0 ? 1 : 0;
      }
      const bool had_the_chance = block.exposed[o] == no_column || cell(block.exposed[o], row) > 0;
      if (had_the_chance && !std::isnan(did)) {
        ++numbers[2];
        numbers[3] += did > 0 ? 1 : 0;
        numbers[4] += did >= 2 ? 1 : 0;
        own.amounts[segment * options + o].add(did);
      } else if (had_the_chance) {
        ++numbers[6];
      } else if (!std::isnan(did)) {
        ++numbers[did > 0 ? 5 : 8];
        numbers[7] += did >= 2 ? 1 : 0;
      }
      if ((block.consent[o] == no_column ? did : may) > 0) reached |= std::uint64_t{1} << o;
    }
    ++own.patterns[segment][reached];
  }

  [[nodiscard]] BlockCounts made_of(const Own& own, const std::vector<std::vector<Patterns>>& by_rank) const {
    BlockCounts found;
    found.sizes.assign(segments_ + 1, 0);
    found.patterns.resize(segments_ + 1);
    const auto options = own.numbers.size() / counters / segments_;
    found.options.resize((segments_ + 1) * options);
    for (std::size_t g = 0; g < segments_; ++g) {
      for (const auto group : {g, segments_}) {
        found.sizes[group] += own.sizes[g];
        for (const auto& rank : by_rank) {
          for (const auto& [pattern, customers] : rank[g]) found.patterns[group][pattern] += customers;
        }
        for (std::size_t o = 0; o < options; ++o) {
          const auto* const numbers = own.numbers.data() + (g * options + o) * counters;
          auto& counts = found.options[group * options + o];
          counts.asked += numbers[0];
          counts.reachable += numbers[1];
          counts.exposed += numbers[2];
          counts.used += numbers[3];
          counts.repeated += numbers[4];
          counts.used_else += numbers[5];
          counts.unknown += numbers[6];
          counts.again_else += numbers[7];
          counts.idle_else += numbers[8];
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

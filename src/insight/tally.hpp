// What all that people read of segments is made from: counts, sums and quantiles of every feature, by segment
// and over everybody. Exact, of all ranks, in at most two reads of the table.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "stats/moments.hpp"

namespace psychograph::insight {

/// The quantiles that are told of a segment.
inline constexpr std::array<double, 5> told_quantiles{0.05, 0.25, 0.5, 0.75, 0.95};

/// Who is in which segment: fills in those of the local rows `rows`, from 0 to k - 1, or negative for who
/// takes no part. Local.
using Labels = std::function<void(core::RowRange rows, std::span<std::int32_t> out)>;

/// One feature, by segment; the last of each k + 1 is everybody who is in a segment. The base of a group is
/// those of its customers who have the feature. Customers count once; `sums` and `level_weight` count
/// weights, where there are any.
struct Tally {
  const features::FittedFeature* fitted = nullptr;
  std::vector<std::int64_t> count = {};    ///< [k + 1] the base
  std::vector<std::int64_t> missing = {};  ///< [k + 1]
  std::int64_t unknown = 0;                ///< of those missing: cells whose level is none that is known
  /// [k + 1]; of a feature of levels the weights alone.
  std::vector<stats::WeightedMoments> sums = {};
  std::vector<std::array<double, told_quantiles.size()>> quantiles =
      {};                                ///< [k + 1]; empty where there are none
  std::vector<std::string> levels = {};  ///< [L] of words, and of few whole numbers that are answers or flags
  std::vector<std::int64_t> level_count = {};  ///< [k + 1, L]
  std::vector<double> level_weight = {};       ///< [k + 1, L]

  [[nodiscard]] std::size_t groups() const { return count.size(); }
  [[nodiscard]] bool has_numbers() const { return !quantiles.empty(); }
  [[nodiscard]] std::int64_t level_count_at(std::size_t group, std::size_t level) const {
    return level_count[group * levels.size() + level];
  }
  [[nodiscard]] double level_weight_at(std::size_t group, std::size_t level) const {
    return level_weight[group * levels.size() + level];
  }
};

struct TallyInput {
  const comm::Communicator& world;
  const io::Shard& shard;
  std::vector<const features::FittedFeature*>
      features;  ///< with their statistics, of these or other customers
  std::size_t k = 0;
  Labels labels;
  /// Whether the answers of a feature have words, so that numbers are told level by level; may be empty.
  std::function<bool(const features::FittedFeature&)> has_words = {};
  std::optional<std::string> weight = {};
  std::string wanted_by = {};  ///< what messages say of who wants a column that is not there
  std::function<void(double share)> progress = {};  ///< may be empty
};

/// Tallies the features, in their order. A feature whose values are few whole numbers, and words, need one
/// read; others a second one. Where segments and features are so many that their counts don't fit into some
/// hundred megabytes, features are dealt with one lot after the other. Collective. Throws a data error (file,
/// column, row).
std::vector<Tally> tally(const TallyInput& input);

}  // namespace psychograph::insight

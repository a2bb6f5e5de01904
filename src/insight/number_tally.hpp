// The tally of one feature of numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/joint_reduction.hpp"
#include "insight/tally.hpp"
#include "stats/column_loops.hpp"
#include "stats/key_groups.hpp"
#include "stats/value_buckets.hpp"

namespace psychograph::insight {

/// Counts values by segment in buckets that are laid by what is known of the feature, and then adds up and
/// keeps what the counts leave open: sums, and the values around the quantiles. Where all values were whole
/// numbers with a bucket each, the counts say all.
class NumberTally {
 public:
  /// `buckets`: about how many. `by_level`: few whole numbers are told level by level, too.
  NumberTally(const features::FittedFeature& fitted, std::size_t k, std::size_t buckets, bool by_level,
              const core::RowMemory& where);

  /// First look: values in parts of any size, NaN where missing, and the segment of each; k where it is in
  /// none, which `all_are_in_one` rules out. Local.
  void count(std::span<const std::uint32_t> segments, bool all_are_in_one, std::span<const double> values);
  /// A customer of the segment, the same for all features, has this value, or NaN. Local.
  void set_example(std::size_t segment, double value) { examples_[segment] = value; }
  /// The examples of the segments for which `mine` is false are another rank's; the largest of all ranks' are
  /// those that count. Local.
  void include_examples(const std::vector<bool>& mine, comm::JointReduction<double>& largest);
  void include(comm::JointReduction<std::int64_t>& sums, comm::JointReduction<double>& largest);
  /// Ends the first look, after the reductions. `most_weight`: of all weights; 0 where everybody counts 1.
  /// Local.
  void choose(double most_weight);

  /// Whether there must be a second look.
  [[nodiscard]] bool is_open() const { return open_; }
  /// Second look: the same values; weights of each, or empty. `values` and `weights` are overwritten. Local.
  void add(std::size_t segment, std::span<double> values, std::span<double> weights);
  void include(comm::JointReduction<std::int64_t>& sums);
  [[nodiscard]] stats::KeyGroups& groups() { return groups_; }
  /// Ends the looks. `found` is what `groups()` has found. Local.
  [[nodiscard]] Tally finish(const std::vector<double>& found);

 private:
  /// Where a quantile's neighbour is: a value that is known, or the next that `groups_` finds.
  struct Place {
    bool known;
    double value;
  };
  /// Of a kept value: 1 + group, of its segment and of everybody; 0 where it is in none.
  struct Wanted {
    std::uint32_t own = 0;
    std::uint32_t all = 0;
  };

  /// Of a row of `counts_`: the buckets, and who has no value.
  [[nodiscard]] std::size_t width() const { return buckets_.count() + 1; }
  [[nodiscard]] std::span<const std::int64_t> histogram(std::size_t group) const;
  void see_extremes(std::span<const std::uint32_t> segments, bool all_are_in_one,
                    std::span<const double> values);
  void look_for_fractions(std::span<const std::uint32_t> segments, std::span<const double> values);
  void choose_places(std::size_t group);
  void find_levels();
  [[nodiscard]] double middle_of(std::size_t group) const;
  [[nodiscard]] stats::WeightedMoments sum_whole_numbers(std::size_t group) const;

  const features::FittedFeature* fitted_;
  std::size_t k_;
  stats::ValueBuckets buckets_;
  bool by_level_;
  bool weighted_ = false;
  bool open_ = true;
  std::int64_t fractions_ = 0;          ///< whether a value had no bucket for itself alone
  std::vector<std::int64_t> counts_;    ///< [k + 1, width]; the last: who is in no segment, later everybody
  std::vector<std::int64_t> base_;      ///< [k + 1]
  std::vector<std::int64_t> missing_;   ///< [k + 1]
  std::vector<double> extremes_;        ///< of all: the negative of the lowest, and the highest
  std::vector<double> examples_;        ///< [k]
  std::vector<stats::SumsAbout> sums_;  ///< [k], second look
  std::vector<std::size_t> level_buckets_;          ///< that become levels
  std::vector<std::uint32_t> level_of_;             ///< by bucket
  std::vector<core::FixedPointSum> level_weights_;  ///< [k, levels], where there are weights
  stats::KeyGroups groups_;
  std::vector<Wanted> wanted_;              ///< [k, buckets]
  std::vector<std::uint8_t> kept_;          ///< [k, buckets] whether any is wanted
  std::vector<std::vector<Place>> places_;  ///< [k + 1]
  std::vector<std::uint32_t> found_;
};

}  // namespace psychograph::insight

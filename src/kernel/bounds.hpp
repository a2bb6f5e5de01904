// How long a row's label stands without another look: Hamerly's bounds ("Making k-means even faster", SDM
// 2010), two numbers of his as one deadline.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/row_memory.hpp"
#include "kernel/kernel.hpp"
#include "kernel/lead_buckets.hpp"

namespace psychograph::kernel {

/// For each local row a deadline, in distance travelled: once the row's own centroid and the fastest other
/// one have together travelled that far since the start, the label may have changed. Labels that stand are
/// Lloyd's, bit for bit: docs/design.md, "Bounds". 4 bytes a row.
class Bounds {
 public:
  /// `rows` is a multiple of 16; their deadlines lie in `where`. Precondition: k > 1.
  Bounds(std::size_t rows, std::size_t k, const core::RowMemory& where = {});

  /// The centroids of the iteration to come: adds up what they have travelled since the last one. Where they
  /// leave the ball that rounding errors are bounded in, the deadlines end.
  void follow(const PackedCentroids& centroids);
  /// Whether the deadlines mean anything.
  [[nodiscard]] bool hold() const { return hold_; }
  /// All rows are to be looked at, and their deadlines to be set; those of later passes hold. Precondition:
  /// the centroids have been followed.
  void begin();
  /// Labels may change without their deadlines from now on.
  void end() { hold_ = false; }

  /// Leads will be told of in the pass to come, whether bounds are used in it or not. `begin` does this too.
  void begin_sample();
  /// Whether leads that are told of count.
  [[nodiscard]] bool sampling() const { return sampling_; }
  /// Tells of the leads of some rows that are typical of all.
  void sample(std::span<const float> leads);
  /// The share of the rows that will be overdue in each iteration, at the pace of the last one: a row whose
  /// lead is ten steps long has to be looked at in every tenth iteration. 0 before the first sample.
  [[nodiscard]] double expected_share() const;

  /// Ends one row's.
  void forget(std::size_t row) { deadlines_[row] = -std::numeric_limits<float>::infinity(); }

  /// Bit i of rows[t]: row i of tile first + t has to be looked at. `labels` are those of row 0 and up; -1
  /// only for rows that were never looked at, or never will.
  void overdue(const std::int32_t* labels, std::size_t first, std::span<std::uint16_t> rows) const;

  [[nodiscard]] float square_radius() const { return square_radius_; }
  /// Turns the leads of rows with these labels [16 * tiles] into deadlines, in place.
  void to_deadlines(const std::int32_t* labels, std::size_t tiles, float* leads) const;
  [[nodiscard]] std::span<float> deadlines() { return deadlines_; }
  /// What is left of the deadlines of the rows from `begin` on.
  void leads(std::span<const std::int32_t> labels, std::size_t begin, std::span<float> out) const;

 private:
  void travel(const std::vector<double>& steps);

  core::RowVector<float> deadlines_;
  std::vector<double> travelled_;  ///< [k]
  std::vector<float> rounded_;     ///< [1 + k] the same, rounded up; the first is for label -1
  std::optional<PackedCentroids> last_;
  bool hold_ = false;
  bool sampling_ = false;
  float square_radius_ = 0;
  double pace_ = 0;  ///< what a centroid and the fastest one travel together in an iteration, on average
  std::array<std::int64_t, lead_buckets> sampled_{};
};

}  // namespace psychograph::kernel

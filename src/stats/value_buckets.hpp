// Buckets that are about equally full, of a column whose quantiles are known beforehand: by the fit, or of
// another table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace psychograph::stats {

/// A number of each value that never falls as values rise: as many equal steps between one edge and the next,
/// for every two edges; values beyond the outer ones are put to the outer buckets. A value that stands for
/// many cells (an atom) has a bucket of its own.
class ValueBuckets {
 public:
  static constexpr std::size_t most_pieces = 3;
  static constexpr std::size_t most_atoms = 4;

  /// `edges` rise (equal ones count once) and are not NaN; `atoms` rise. There are about `count` buckets.
  static ValueBuckets between(std::span<const double> edges, std::span<const double> atoms,
                              std::size_t count);
  /// One bucket a whole number, from `lowest` on. A value that is none shares the bucket of the next lower
  /// one.
  static ValueBuckets of_whole_numbers(double lowest, std::size_t count);

  [[nodiscard]] std::size_t count() const { return count_; }
  /// The value of which all of a bucket's cells are, if it has been made for one. Of whole numbers: if all of
  /// them were.
  [[nodiscard]] std::optional<double> only_value(std::size_t bucket) const;
  /// A number about where the bucket's values lie.
  [[nodiscard]] double about(std::size_t bucket) const;
  [[nodiscard]] bool is_of_whole_numbers() const { return whole_; }
  [[nodiscard]] double lowest() const { return lowest_[0]; }

  /// places[i] = the bucket of values[i], and `count()` where that is NaN.
  void find(std::span<const double> values, std::uint32_t* places) const;

  /// By piece and atom, padded so that what is added by a spare one is 0.
  struct Steps {
    const double* lowest;
    const double* per_unit;
    const double* atoms;
    std::size_t pieces;
    std::size_t atom_count;
    double per_piece;
    double nowhere;  ///< the place of NaN
  };

 private:
  double lowest_[most_pieces] = {};
  double per_unit_[most_pieces] = {};
  double atoms_[most_atoms] = {};
  std::vector<std::uint32_t> atom_places_;
  std::size_t pieces_ = 0;
  double per_piece_ = 0;
  std::size_t count_ = 1;
  bool whole_ = false;
};

}  // namespace psychograph::stats

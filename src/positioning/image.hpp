// Who says what of which brand.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/joint_reduction.hpp"
#include "features/schema.hpp"
#include "insight/gate.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "positioning/correspondence.hpp"

namespace psychograph::positioning {

/// Where the answers are. Either a column for every brand and attribute (a cell above 0 is a tick), or one
/// column of words for the rows and one for the columns.
struct Question {
  std::vector<std::string> rows;               ///< [I] brands, or answers
  std::vector<std::string> columns;            ///< [J] attributes, or answers
  std::vector<features::FittedFeature> cells;  ///< [I, J] of numbers; or two of levels
  [[nodiscard]] bool is_of_words() const { return cells.size() == 2 && cells.front().feature.leveled; }
};

/// How many customers say two things of the same row, by segment; the last of k + 1 groups is everybody who
/// is in a segment.
class Image {
 public:
  /// `one_answer`: nobody says two things of a row, and none are counted.
  Image(std::size_t groups, std::size_t rows, std::size_t columns, bool one_answer)
      : groups_(groups),
        rows_(rows),
        columns_(columns),
        counts_(groups * rows * columns),
        both_(one_answer ? 0 : groups * rows * columns * columns),
        any_(groups * rows) {}

  /// What one customer of a group says of a row. Local.
  void add(std::size_t group, std::size_t row, const std::vector<std::size_t>& ticks);
  void include(comm::JointReduction<std::int64_t>& sums);
  /// Everybody, once the ranks' are summed. Local.
  void sum_groups();

  [[nodiscard]] std::size_t groups() const { return groups_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::int64_t both(std::size_t group, std::size_t row, std::size_t j, std::size_t l) const {
    if (j == l) return count(group, row, j);
    return both_.empty() ? 0 : both_[((group * rows_ + row) * columns_ + j) * columns_ + l];
  }
  [[nodiscard]] std::int64_t count(std::size_t group, std::size_t row, std::size_t j) const {
    return counts_[(group * rows_ + row) * columns_ + j];
  }
  /// Whether somebody may say two things of a row.
  [[nodiscard]] bool has_pairs() const { return !both_.empty(); }
  /// Customers who say anything of the row.
  [[nodiscard]] std::int64_t base(std::size_t group, std::size_t row) const {
    return any_[group * rows_ + row];
  }
  /// [I, J]
  [[nodiscard]] insight::CountTable table(std::size_t group) const;

 private:
  std::size_t groups_;
  std::size_t rows_;
  std::size_t columns_;
  std::vector<std::int64_t> counts_;  ///< [groups, I, J]
  std::vector<std::int64_t> both_;    ///< [groups, I, J, J], or empty
  std::vector<std::int64_t> any_;     ///< [groups, I]
};

/// One read of the question's columns. Collective. Throws a data error.
Image see_image(const comm::Communicator& world, const io::Shard& shard, const Question& question,
                const insight::Labels& labels, std::size_t segments);

/// Variance, covariance and variance of a row's point on the first two axes: people are the sample, each with
/// all that he says, so that the answers of one are not taken for several people's. (A bootstrap of people
/// comes to the same, as the projection of a row is linear in its profile; the axes are taken as they are.)
/// NaN where the row is empty. Local.
std::array<double, 3> doubt(const Image& image, const Correspondence& map, std::size_t group,
                            std::size_t row);

}  // namespace psychograph::positioning

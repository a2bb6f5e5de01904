// Answers by name as small numbers, and what latent classes say of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cluster/model.hpp"
#include "core/column_block.hpp"
#include "kernel/data.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::cluster {

/// The column of each block that a row has its answer in, within the block; `no_answer` where it has none.
using Answer = std::uint16_t;
inline constexpr Answer no_answer = 0xFFFF;

/// Those of the rows of some tiles: [16 * tiles, blocks]. Precondition: every block is of names. Local.
void read_answers(kernel::Tiles tiles, const std::vector<core::ColumnBlock>& blocks, Answer* answers);

/// How far an encoded mean is from 0 to 1: the share of a name.
double share_at(const core::ColumnBlock& block, std::size_t level, const double* centre);

/// The logarithms of a model's shares and answer probabilities, laid out for rows of answers.
class AnswerTable {
 public:
  /// `blocks` outlive it.
  AnswerTable(const ClassModel& model, const std::vector<core::ColumnBlock>& blocks);

  [[nodiscard]] std::size_t k() const { return k_; }
  [[nodiscard]] double log_share(std::size_t c) const { return shares_[c]; }
  /// Of the answer in that encoded column; 0 of a missing one.
  [[nodiscard]] double log_chance(std::size_t column, std::size_t c) const {
    return values_[column * stride_ + c];
  }
  /// The logarithms [k, rows] of each class's share times the probability of the answers [rows, blocks]: what
  /// is not answered has no say. Local.
  void log_joint(std::span<const Answer> answers, std::vector<double>& out) const;

 private:
  std::size_t k_;
  std::size_t stride_;  ///< k, up to whole vectors
  const std::vector<core::ColumnBlock>& blocks_;
  std::vector<double> shares_;  ///< [stride]
  std::vector<double> values_;  ///< [columns, stride]
};

}  // namespace psychograph::cluster

#include "cluster/answers.hpp"

#include <algorithm>
#include <limits>

#include "core/exp_log.hpp"
#include "core/feature_matrix.hpp"

namespace psychograph::cluster {
namespace {

constexpr std::size_t lanes = 4;

}  // namespace

void read_answers(kernel::Tiles tiles, const std::vector<core::ColumnBlock>& blocks, Answer* answers) {
  using core::tile_rows;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const auto& block = blocks[b];
      Answer found[tile_rows];
      std::fill_n(found, tile_rows, no_answer);
      for (std::size_t l = 0; l < block.count; ++l) {
        const float* const cells = tiles[t] + (block.first + l) * tile_rows;
        const auto between = static_cast<float>(block.zeros[l] + block.step / 2);
        for (std::size_t i = 0; i < tile_rows; ++i)
          found[i] = cells[i] > between ? static_cast<Answer>(l) : found[i];
      }
      for (std::size_t i = 0; i < tile_rows; ++i) answers[(t * tile_rows + i) * blocks.size() + b] = found[i];
    }
  }
}

double share_at(const core::ColumnBlock& block, std::size_t level, const double* centre) {
  return std::clamp((centre[block.first + level] - block.zeros[level]) / block.step, 0.0, 1.0);
}

AnswerTable::AnswerTable(const ClassModel& model, const std::vector<core::ColumnBlock>& blocks)
    : k_(model.shares.size()),
      stride_((k_ + lanes - 1) / lanes * lanes),
      blocks_(blocks),
      shares_(stride_, 1.0) {
  std::copy(model.shares.begin(), model.shares.end(), shares_.begin());
  values_.assign(model.centroids.p() * stride_, 1.0);
  for (std::size_t c = 0; c < k_; ++c) {
    for (const auto& block : blocks) {
      double answered = 0;
      for (std::size_t l = 0; l < block.count; ++l) {
        if (l != block.missing) answered += share_at(block, l, model.centroids.row(c));
      }
      for (std::size_t l = 0; l < block.count; ++l) {
        const double share = share_at(block, l, model.centroids.row(c));
        const bool told = l != block.missing && answered > 0;
        values_[(block.first + l) * stride_ + c] =
            told ? std::max(share / answered, std::numeric_limits<double>::min()) : 1.0;
      }
    }
  }
  core::take_logarithms(shares_);
  core::take_logarithms(values_);
}

void AnswerTable::log_joint(std::span<const Answer> answers, std::vector<double>& out) const {
  const auto items = blocks_.size();
  const auto rows = answers.size() / items;
  out.resize(rows * k_);
  std::vector<double> sums(stride_);
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy(shares_.begin(), shares_.end(), sums.begin());
    for (std::size_t b = 0; b < items; ++b) {
      const auto answer = answers[row * items + b];
      if (answer == no_answer) continue;
      const double* const own = &values_[(blocks_[b].first + answer) * stride_];
      for (std::size_t c = 0; c < stride_; c += lanes) {
        for (std::size_t i = 0; i < lanes; ++i) sums[c + i] += own[c + i];
      }
    }
    for (std::size_t c = 0; c < k_; ++c) out[c * rows + row] = sums[c];
  }
}

}  // namespace psychograph::cluster

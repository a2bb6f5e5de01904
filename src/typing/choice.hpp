// Which questions tell the segments best: forward choice, held to customers that it has not seen.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "typing/moments.hpp"
#include "typing/question.hpp"

namespace psychograph::typing {

/// Customers are dealt into so many parts, by their place modulo it; each is named by what the others say.
inline constexpr std::size_t folds = 10;

/// Customers whose segment is known, the same on all ranks, in the table's order.
struct Sample {
  std::size_t width = 0;
  std::size_t segments = 0;
  std::vector<std::int32_t> cells;    ///< [rows, width] in steps
  std::vector<std::int32_t> segment;  ///< [rows]
  [[nodiscard]] std::size_t rows() const { return segment.size(); }
};

struct Choice {
  std::vector<std::size_t> questions;  ///< the best first
  std::vector<std::int64_t> right;     ///< by number of questions: customers named rightly, of their folds
  std::vector<std::int64_t> nested_right;  ///< the same where the choice is made anew without each fold
};

/// One question after the other, the one with which most customers are named rightly over the folds (ties:
/// the first), `most` of them or all. Ranks share the work: the choice, and ten more without a fold each.
/// `progress` may be empty. Collective.
Choice choose(const comm::Communicator& world, const Sample& sample, const Questions& questions,
              std::size_t most, const std::function<void(double)>& progress);

}  // namespace psychograph::typing

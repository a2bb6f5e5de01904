// How well questions tell the segments: of customers who are named by what others say.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "insight/gate.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "typing/discriminant.hpp"
#include "typing/question.hpp"

namespace psychograph::typing {

/// Who is in which segment [rows], and how many of them are named which [columns].
using Confusion = insight::CountTable;

/// Everybody's, by the questions in their order.
struct Everybody {
  std::vector<Confusion> by_questions;  ///< with the first, the first two, ... of the questions
  Moments all;                          ///< of all questions
};

/// A customer's fold is his place among those who are in a segment, modulo `folds`; he is named by what all
/// other folds say. Two reads. Collective. Throws a data error.
Everybody test_on_everybody(const comm::Communicator& world, const io::Shard& shard,
                            const Questions& questions, const insight::Labels& labels, std::size_t segments);

/// Agreement beyond what the two's shares would give by chance (Cohen 1960). NaN where that is all.
double kappa(const Confusion& confusion);
double accuracy(const Confusion& confusion);
/// The share of the largest segment.
double largest_share(const Confusion& confusion);

}  // namespace psychograph::typing

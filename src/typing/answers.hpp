// A table's customers, as what they answered.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "typing/question.hpp"

namespace psychograph::typing {

/// Hears of a window of local rows: cells [rows, predictors] in steps, and segments, negative for who is in
/// none. Local.
using SeeAnswers = std::function<void(core::RowRange rows, std::span<const std::int32_t> cells,
                                      std::span<const std::int32_t> segments)>;

/// Reads the questions' columns once, window by window in the order of the rows. Collective. Throws a data
/// error.
void read_answers(const comm::Communicator& world, const io::Shard& shard, const Questions& questions,
                  const insight::Labels& labels, const SeeAnswers& see);

}  // namespace psychograph::typing

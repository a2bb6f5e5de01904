// All looks at a campaign's customers, and what follows from them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "campaign/adjustment.hpp"
#include "campaign/cell_sums.hpp"
#include "campaign/design.hpp"
#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "io/shard.hpp"

namespace psychograph::campaign {

/// What is asked. All lie elsewhere, and outlive the look.
struct Question {
  Arms arms;
  std::span<const std::int32_t> arm_of;  ///< [local rows] negative: in none, and takes no part
  std::vector<Groups> groupings;
  std::vector<Column> outcomes;
  std::vector<Column> covariates;
};

/// The sums of one column, by grouping.
using ColumnSums = std::vector<CellSums>;

struct Measurement {
  std::vector<ColumnSums> outcomes;    ///< [outcomes][groupings, and one of everybody behind them]
  std::vector<CellSums> covariates;    ///< [covariates] of everybody
  std::vector<AdjustedLift> adjusted;  ///< [outcomes, arms]; empty without covariates or a control
  /// [groupings, and everybody][group, arm]: customers, whatever is known of them.
  std::vector<std::vector<std::int64_t>> customers;
};

/// Two looks at the columns where there are covariates, one else. Collective. Throws a data error.
Measurement measure(const comm::Communicator& world, const io::Shard& shard, const Question& question);

}  // namespace psychograph::campaign

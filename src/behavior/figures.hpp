// The figures of all customers: what has been dealt out is folded slice after slice, and put aside again
// where it will be written.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "behavior/deal.hpp"
#include "behavior/fold.hpp"
#include "behavior/growth.hpp"
#include "behavior/row_plan.hpp"
#include "behavior/slice_customers.hpp"
#include "comm/communicator.hpp"
#include "io/spill.hpp"
#include "spec/events.hpp"

namespace psychograph::behavior {

/// How growth is told, where it is.
struct GrowthPlan {
  std::size_t block = 0;
  spec::Period period = spec::Period::month;
  std::int64_t first = 0;  ///< number of the first period
  std::size_t periods = 0;
  std::size_t groups = 0;  ///< without everybody; those without one are one group more
};

struct FigurePlan {
  std::vector<Folding> foldings;    ///< by block
  std::vector<std::size_t> begins;  ///< [blocks + 1] where a block's figures begin among a customer's
  LevelOrders orders;
  std::vector<bool> drop_repeated;  ///< by block
  std::optional<GrowthPlan> growth;
};

/// Counts of what a user should know of; of all ranks.
struct FoldTally {
  std::int64_t early = 0;              ///< events before the window
  std::int64_t repeated = 0;           ///< events that are the same as another one in all columns
  std::int64_t customers = 0;          ///< who have figures
  std::int64_t without_events = 0;     ///< of these
  std::int64_t unknown_customers = 0;  ///< who have events and are not in the table
  std::int64_t unknown_events = 0;
};

/// Recency (days), frequency and value of those who have events, of one block.
using RfmValues = std::array<std::vector<std::int64_t>, 3>;

struct Figures {
  io::Spill rows;                ///< by window: heads and figures
  std::vector<RfmValues> rfm;    ///< by block; of the customers folded on this rank
  std::optional<Growth> growth;  ///< group 0: everybody; the last: those without one
  FoldTally tally;
  RepeatedRows repeated;  ///< of the table of customers; of all ranks
};

/// Collective. `dealt` is used up. Throws environment errors.
Figures fold_all(const comm::Communicator& world, Dealt& dealt, const FigurePlan& plan, const RowPlan& rows,
                 const std::string& folder, const std::function<void(double)>& progress);

/// Bytes of a customer's figures, with the head.
std::size_t row_bytes(const FigurePlan& plan, const RowPlan& rows);

}  // namespace psychograph::behavior

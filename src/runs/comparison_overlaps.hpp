// Where everybody is in the runs of a comparison, and how runs lie over each other.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/comparison_tables.hpp"

namespace psychograph::runs {

/// Where customers are who were looked at: rows of the table, and each one's segment in some runs.
struct Places {
  std::vector<std::uint32_t> rows;
  std::vector<std::vector<std::int16_t>> of_run;
};

/// All runs, and where everybody is in each.
struct Found {
  Compared compared;
  std::vector<Places> places;  ///< by encoding
  std::vector<std::pair<std::size_t, std::size_t>>
      where;  ///< [runs] of each: encoding, and place in `of_run`
};

/// Lays every two runs of as many segments over each other, and every run over the next larger one of its
/// series. Collective. Throws an error of code `stopped` where a rank is asked to stop.
void relate(const comm::Communicator& world, Found& found);

}  // namespace psychograph::runs

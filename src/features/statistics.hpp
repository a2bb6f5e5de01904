// Exact statistics of one column that is spread over the ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::features {

struct Moments {
  std::int64_t count = 0;
  double mean = 0;
  double sd = 0;  ///< population
  double min = 0;
  double max = 0;
};

/// Moments of the values of all ranks together; the same bits however they are dealt out. `values` [local]
/// has no NaN and nothing beyond 1e150. All NaN where there is no value. Collective.
Moments moments(const comm::Communicator& world, std::span<const double> values);

/// Exact quantiles by numpy's linear definition, by radix selection: histograms of ever lower digits of the
/// values' bits are summed over the ranks, in a fixed number of rounds. `values` [local] are reordered.
/// Precondition: no NaN; some rank has a value. Collective.
std::vector<double> quantiles(const comm::Communicator& world, std::span<double> values,
                              std::span<const double> levels);

}  // namespace psychograph::features

// Where scores change: quantiles of all ranks' whole numbers, exact. Hyndman and Fan's seventh, as numpy's
// "linear" computes them.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::behavior {

/// The quantiles at 1/n, 2/n, ..., (n - 1)/n, as what they are: `lower + (upper - lower) rest / n`.
struct CutPoints {
  struct Cut {
    std::int64_t lower = 0;
    std::int64_t upper = 0;
    std::int64_t rest = 0;  ///< 0 to n - 1
  };
  std::int64_t n = 1;
  std::vector<Cut> cuts;  ///< none where there are no values

  [[nodiscard]] double value(std::size_t i) const;
  /// 1 and the number of cut points strictly below: equal values share a score.
  [[nodiscard]] std::int64_t score(std::int64_t value) const;
};

/// Of all ranks' values, which are sorted here. Collective.
CutPoints find_cut_points(const comm::Communicator& world, std::vector<std::int64_t>& values, std::int64_t n);

}  // namespace psychograph::behavior

// The exact sum of numbers of either sign, whose size nobody knows beforehand.
#pragma once

#include "comm/all_reduce.hpp"
#include "core/wide_sums.hpp"

namespace psychograph::cluster {

class SignedSum {
 public:
  /// Precondition: finite.
  void add(double value) { sums_.add(value < 0 ? 1 : 0, value < 0 ? -value : value); }
  /// Of all ranks. Collective.
  double over_ranks(const comm::Communicator& world) {
    comm::sum_over_ranks(world, sums_);
    return sums_.value(0) - sums_.value(1);
  }

 private:
  core::WideSums sums_{2};
};

}  // namespace psychograph::cluster

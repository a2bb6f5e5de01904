// Many small reductions as one: ranks meet once for all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// Numbers that lie apart, reduced over the ranks in place and together. Numbers: std::int64_t or double.
template <class Number>
class JointReduction {
 public:
  /// Takes part in the next reduction. The numbers must stay where they are until then.
  void include(std::span<Number> numbers) { parts_.push_back(numbers); }

  /// Replaces every number by its sum (of integers alone), or by its largest, over the ranks; none is
  /// included any more. Collective; equally many numbers everywhere, in the same order.
  void sum(const Communicator& comm);
  void max(const Communicator& comm);

 private:
  void reduce(const std::function<void(std::span<Number>)>& over_ranks);
  std::vector<std::span<Number>> parts_;
};

}  // namespace psychograph::comm

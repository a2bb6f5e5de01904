#include "comm/joint_reduction.hpp"

#include <algorithm>

#include "comm/all_reduce.hpp"

namespace psychograph::comm {

template <class Number>
void JointReduction<Number>::reduce(const std::function<void(std::span<Number>)>& over_ranks) {
  std::vector<Number> all;
  for (const auto part : parts_) all.insert(all.end(), part.begin(), part.end());
  if (!all.empty()) over_ranks(all);
  auto next = all.cbegin();
  for (const auto part : parts_) {
    std::copy_n(next, part.size(), part.begin());
    next += static_cast<std::ptrdiff_t>(part.size());
  }
  parts_.clear();
}

template <class Number>
void JointReduction<Number>::max(const Communicator& comm) {
  reduce([&](std::span<Number> all) { max_over_ranks(comm, all); });
}

template <>
void JointReduction<std::int64_t>::sum(const Communicator& comm) {
  reduce([&](std::span<std::int64_t> all) { sum_over_ranks(comm, all); });
}

template class JointReduction<std::int64_t>;
template void JointReduction<double>::max(const Communicator& comm);

}  // namespace psychograph::comm

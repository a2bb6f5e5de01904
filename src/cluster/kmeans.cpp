#include "cluster/kmeans.hpp"

#include "cluster/lloyd.hpp"

namespace psychograph::cluster {
namespace {

Work work(std::int64_t k) { return {.k = k}; }

std::unique_ptr<Fit> begin(const FitInput& input, const Starts& starts, std::int64_t restart) {
  return begin_lloyd(input, {}, starts.of(restart));
}

std::unique_ptr<Fit> resume(const FitInput& input, std::span<const std::uint64_t> state) {
  return resume_lloyd(input, {}, state);
}

}  // namespace

const Algorithm kmeans{
    .takes_starts = true, .work = work, .begin = begin, .find_fault = find_lloyd_fault, .resume = resume};

}  // namespace psychograph::cluster

#include "cluster/kmeans.hpp"

#include "cluster/lloyd.hpp"

namespace psychograph::cluster {

const Algorithm kmeans{
    .takes_starts = true,
    .work = [](const spec::Cluster& options) { return Work{.k = options.k}; },
    .begin = [](const FitInput& input, const Starts& starts,
                std::int64_t restart) { return begin_lloyd(input, {}, starts.of(restart)); },
    .find_fault = find_lloyd_fault,
    .resume = [](const FitInput& input,
                 std::span<const std::uint64_t> state) { return resume_lloyd(input, {}, state); }};

}  // namespace psychograph::cluster

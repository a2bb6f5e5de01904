#include "cluster/spherical.hpp"

#include <cmath>

#include "cluster/lloyd.hpp"

namespace psychograph::cluster {
namespace {

/// Of all points of unit length, the nearest to the customers is their mean, made as long.
void make_unit(core::Centroids& means, std::span<const double>) {
  for (std::size_t c = 0; c < means.k(); ++c) {
    double square = 0;
    for (std::size_t j = 0; j < means.p(); ++j) square += means.at(c, j) * means.at(c, j);
    if (!(square > 0)) continue;  // in all directions alike
    const double length = std::sqrt(square);
    for (std::size_t j = 0; j < means.p(); ++j) means.at(c, j) /= length;
  }
}

}  // namespace

const Algorithm spherical{
    .unit_rows = true,
    .takes_starts = true,
    .work = [](const spec::Cluster& options) { return Work{.k = options.k}; },
    .begin =
        [](const FitInput& input, const Starts& starts, std::int64_t restart) {
          auto start = starts.of(restart);
          make_unit(start, {});
          return begin_lloyd(input, make_unit, std::move(start));
        },
    .find_fault = find_lloyd_fault,
    .resume = [](const FitInput& input,
                 std::span<const std::uint64_t> state) { return resume_lloyd(input, make_unit, state); }};

}  // namespace psychograph::cluster

#include "cluster/algorithms.hpp"

#include "cluster/kmeans.hpp"
#include "cluster/seeding.hpp"
#include "core/error.hpp"

namespace psychograph::cluster {

Needs needs_of(spec::Algorithm algorithm) {
  switch (algorithm) {
    case spec::Algorithm::kmeans:
      return {.start = true};
  }
  return {};
}

std::unique_ptr<Fit> begin_fit(const FitInput& input, const Starts& starts, std::int64_t restart) {
  switch (input.options.algorithm) {
    case spec::Algorithm::kmeans:
      return begin_kmeans(input, starts.of(restart));
  }
  return nullptr;
}

std::string find_fault(const spec::Cluster& options, std::size_t p, std::span<const std::uint64_t> state) {
  try {
    switch (options.algorithm) {
      case spec::Algorithm::kmeans:
        return find_kmeans_fault(options, p, state);
    }
  } catch (const core::Error& error) {
    return error.what();
  }
  return {};
}

std::unique_ptr<Fit> resume_fit(const FitInput& input, std::span<const std::uint64_t> state) {
  switch (input.options.algorithm) {
    case spec::Algorithm::kmeans:
      return resume_kmeans(input, state);
  }
  return nullptr;
}

Starts drawn_starts(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options) {
  if (!needs_of(options.algorithm).start) return {};
  return {options.restarts, [&](std::int64_t restart) {
            return seed_centroids(world, data, options.k, options.init, options.seed,
                                  static_cast<std::uint32_t>(restart));
          }};
}

}  // namespace psychograph::cluster

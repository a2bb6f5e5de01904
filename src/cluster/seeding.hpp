// Starting centroids.
#pragma once

#include <algorithm>
#include <cstdint>

#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "kernel/data.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

/// k-means||: rounds of sampling, and candidates a round: half of k (docs/performance.md finds that enough),
/// and of few clusters a few more.
inline constexpr std::uint32_t sampling_rounds = 5;
inline double candidates_a_round(std::int64_t k) { return std::max(static_cast<double>(k) / 2, 8.0); }

/// k starting centroids, each a row of the data, as `init` says (not Init::file): k-means|| (Bahmani et al.,
/// "Scalable k-means++", VLDB 2012), k-means++ (Arthur and Vassilvitskii, SODA 2007) or random rows. A
/// function of the data, the seed and `restart` alone. Collective. Throws a data error where there are fewer
/// distinct rows than k.
core::Centroids seed_centroids(const comm::Communicator& world, const kernel::Data& data, std::int64_t k,
                               spec::Init init, std::uint64_t seed, std::uint32_t restart);

/// `most` of them by k-means||, or all rows that differ where these are fewer. Collective.
core::Centroids seed_at_most(const comm::Communicator& world, const kernel::Data& data, std::int64_t most,
                             std::uint64_t seed, std::uint32_t restart);

/// `given` centroids and, behind them, as many rows as are lacking to k, drawn by k-means++'s rule given what
/// there is already. Collective. Throws as above.
core::Centroids add_centroids(const comm::Communicator& world, const kernel::Data& data,
                              const core::Centroids& given, std::int64_t k, std::uint64_t seed,
                              std::uint32_t restart);

}  // namespace psychograph::cluster

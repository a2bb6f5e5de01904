// Whether segments come out again in other samples of the same customers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "kernel/data.hpp"
#include "spec/spec.hpp"
#include "stats/intervals.hpp"

namespace psychograph::evaluate {

/// What pairs of samples say of a segmentation.
struct Stability {
  std::vector<double> agreement;  ///< [pairs] adjusted Rand index of the two fits, over all customers
  double mean = 0;                ///< of these
  stats::Interval interval;       ///< of the mean, at 95 %
  /// [k] of each segment: what is left of it in other samples, as the mean best Jaccard, of samples in which
  /// nobody counts more than once (Hennig 2007, "Cluster-wise assessment of cluster stability").
  std::vector<double> jaccard;
  double seconds_fitting = 0;  ///< volatile: of all that it took, the fits
};

/// Fits two samples of each pair afresh, as `options` say, and those who are in the first one once more, each
/// once; and lays everybody's segments over each other. The samples follow from `seed` alone: other options
/// see the same ones. `places` [local rows] are those of the segmentation that is judged
/// (evaluate/overlap.hpp). Collective. Throws what fits throw.
Stability measure_stability(const comm::Communicator& world, const kernel::Data& data,
                            const spec::Cluster& options, std::span<const std::int32_t> places,
                            std::int64_t pairs, std::uint64_t seed);

/// How well one half of the customers foretells who belongs together in the other (Tibshirani and Walther
/// 2005): of each segment of a half, the share of pairs that the other half's fit puts together too; the
/// least one of them; the mean over both halves of `splits` splits.
struct PredictionStrength {
  double mean = 0;
  stats::Interval interval;    ///< of the mean over splits, at 95 %
  double seconds_fitting = 0;  ///< volatile
};

/// Collective. Throws what fits throw.
PredictionStrength measure_prediction_strength(const comm::Communicator& world, const kernel::Data& data,
                                               const spec::Cluster& options, std::int64_t splits,
                                               std::uint64_t seed);

}  // namespace psychograph::evaluate

// How well segments stand, by the measures of the trade, side by side: none says by itself how many there
// are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cluster/assign.hpp"
#include "comm/communicator.hpp"
#include "core/figure.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

struct Measure {
  std::string name;
  double value = 0;
  double error = core::not_a_number;  ///< one standard error, where it is told by a sample
};

/// What a fit says of itself: inertia, and the share of the inertia about everybody's mean that it explains;
/// of a mixture log-likelihood, free parameters, BIC and AIC (the lower, the better), ICL (Biernacki, Celeux
/// and Govaert 2000), and the share of the largest entropy that memberships don't have. Collective.
std::vector<Measure> fit_measures(const comm::Communicator& world, const kernel::Data& data,
                                  const cluster::Segments& segments);

/// What is said of a mixture there. Collective. Precondition: it is one.
std::vector<Measure> mixture_measures(const comm::Communicator& world, const kernel::Data& data,
                                      const cluster::Model& model);

/// Of groups that customers are in, `labels` [local rows], from 0 to k - 1 and -1 for none, about the groups'
/// own means: inertia, explained share, Calinski and Harabasz (1974), Davies and Bouldin (1979), the
/// simplified silhouette (Hruschka, de Castro and Campello 2004: distances to means), and the silhouette
/// (Rousseeuw 1987) of Euclidean distances in a sample of `sample` customers, drawn by `seed`; of as few as
/// there are it is exact. Weights have no say in the silhouettes. Collective. Precondition: nobody of weight
/// 0 has a label.
std::vector<Measure> partition_measures(const comm::Communicator& world, const kernel::Data& data,
                                        std::span<const std::int32_t> labels, std::size_t k,
                                        std::uint64_t seed, std::int64_t sample);

/// How far two partitions of the same customers agree, by how many are in each pair [rows, columns] of
/// groups.
struct Agreement {
  std::int64_t customers = 0;
  double rand = 0;           ///< Rand (1971)
  double adjusted_rand = 0;  ///< Hubert and Arabie (1985); 1 where both are one group, or all single
  double information = 0;    ///< shared, in nats
  double nmi_arithmetic = 0, nmi_geometric = 0,
         nmi_max = 0;               ///< by what it is divided by (Vinh, Epps and Bailey 2010)
  double adjusted_information = 0;  ///< likewise, by the arithmetic mean
  double fowlkes_mallows = 0;       ///< Fowlkes and Mallows (1983)
};
Agreement agreement(std::span<const std::int64_t> counts, std::size_t rows);

}  // namespace psychograph::evaluate

#include "cluster/algorithms.hpp"

#include "cluster/bisecting.hpp"
#include "cluster/gmm.hpp"
#include "cluster/kmeans.hpp"
#include "cluster/kmedians.hpp"
#include "cluster/kprototypes.hpp"
#include "cluster/latent_class.hpp"
#include "cluster/medoids.hpp"
#include "cluster/minibatch.hpp"
#include "cluster/reduced.hpp"
#include "cluster/seeding.hpp"
#include "cluster/spherical.hpp"
#include "cluster/trimmed.hpp"
#include "cluster/ward.hpp"

namespace psychograph::cluster {

const Algorithm& algorithm(spec::Algorithm id) {
  switch (id) {
    case spec::Algorithm::bisecting:
      return bisecting;
    case spec::Algorithm::gmm:
      return gmm;
    case spec::Algorithm::kprototypes:
      return kprototypes;
    case spec::Algorithm::latent_class:
      return latent_class;
    case spec::Algorithm::kmedians:
      return kmedians;
    case spec::Algorithm::minibatch:
      return minibatch;
    case spec::Algorithm::ward:
      return ward;
    case spec::Algorithm::medoids:
      return medoids;
    case spec::Algorithm::reduced_kmeans:
      return reduced_kmeans;
    case spec::Algorithm::factor_kmeans:
      return factor_kmeans;
    case spec::Algorithm::spherical:
      return spherical;
    case spec::Algorithm::trimmed:
      return trimmed;
    case spec::Algorithm::kmeans:
      break;
  }
  return kmeans;
}

Starts drawn_starts(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options) {
  const auto& own = algorithm(options.algorithm);
  if (!own.takes_starts) return {own.restarts_within ? 1 : options.restarts, {}};
  return {options.restarts, [&](std::int64_t restart) {
            return seed_centroids(world, data, options.k, options.init, options.seed,
                                  static_cast<std::uint32_t>(restart));
          }};
}

}  // namespace psychograph::cluster

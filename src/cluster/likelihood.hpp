// What a mixture is worth to the customers.
#pragma once

#include <cstdint>

#include "cluster/model.hpp"
#include "comm/communicator.hpp"
#include "kernel/data.hpp"

namespace psychograph::cluster {

struct Likelihood {
  double log_likelihood = 0;
  double entropy = 0;           ///< of all customers' memberships, in nats
  std::int64_t parameters = 0;  ///< free ones
};

/// Weighted, where customers weigh something. Precondition: is_mixture(model). Collective.
Likelihood measure_likelihood(const comm::Communicator& world, const kernel::Data& data, const Model& model);

}  // namespace psychograph::cluster

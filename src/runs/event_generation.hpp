// Baskets of any number whose truth is known: what `generate --kind events` does.
#pragma once

#include <cstdint>
#include <string>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"
#include "synthetic/events.hpp"

namespace psychograph::runs {

struct EventGenerationOptions {
  synthetic::EventRequest request;
  std::int64_t files = 1;
  bool csv = false;    ///< else HDF5
  std::string output;  ///< of the customers and their truth; the events lie beside it
};

/// Writes the customers and the files of events, NAME_events_0.h5 and so on. Collective. Throws usage and
/// environment errors.
void generate_events(const comm::Communicator& world, const EventGenerationOptions& options,
                     Reporter& reporter);

}  // namespace psychograph::runs

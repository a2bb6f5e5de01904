// Maps of segments, features and brands: what `positioning` does.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct PositioningOptions {
  std::string result;
  std::vector<std::string> inputs;
  std::string rows;  ///< with `across`: two columns of answers instead of the spec's brands
  std::string across;
  std::string output;
  std::string csv;  ///< of the points
  std::vector<std::string> sets;
};

/// Draws the map of the features that segments were made of and, where there are some, that of brands.
/// Collective. Throws usage, data and environment errors.
void positioning(const comm::Communicator& world, const PositioningOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

// Learns from the table what the encoding needs, and the statistics that people read.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

/// Who takes part in the fit, and with what weight.
struct Participation {
  std::vector<std::uint8_t> takes_part;  ///< [local rows]; empty: all do
  std::vector<double> weights;           ///< [local rows], 0 where not taking part; empty: all 1
  std::int64_t global_count = 0;
};

/// Reads the weights, and the features whose rule is `drop`. Collective. Throws a data error for a weight
/// that is zero, negative, infinite or missing, and where nobody is left.
Participation find_participation(const comm::Communicator& world, const io::Shard& shard,
                                 const spec::Spec& spec, const std::vector<Feature>& features);

/// What a constant or wholly missing clustered feature is: an error when segmenting, a report when
/// describing.
enum class Degenerate { fail, report };

/// Fits every feature; holds no more raw columns at once than the encoded matrix will take. Collective.
/// Throws a data error (file and column, and row where there is one): infinite or too large values, answers
/// out of range, missing cells under the rule `error`, constant and wholly missing features.
Schema fit(const comm::Communicator& world, const io::Shard& shard, const std::vector<Feature>& features,
           const Participation& participation, Degenerate degenerate);

}  // namespace psychograph::features

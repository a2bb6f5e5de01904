// Learns from the table what the encoding needs, and the statistics that people read.
#pragma once

#include <functional>
#include <vector>

#include "comm/communicator.hpp"
#include "features/local_column.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// What a constant or wholly missing clustered feature is: an error when segmenting, a report when
/// describing.
enum class Degenerate { fail, report };

/// Fits every feature in one pass over columns that lie apart, and holds one of them at a time. Where only
/// whole rows can be read it takes two passes, and holds no more raw columns at once than the encoded matrix
/// will take. Collective. Throws a data error (file and column, and row where there is one): infinite or too
/// large values, answers out of range, missing cells under the rule `error`, constant and wholly missing
/// features.
Schema fit(const comm::Communicator& world, const io::Shard& shard, const std::vector<Feature>& features,
           const Participation& participation, Degenerate degenerate);

/// What becomes of a fit on its way. Both are called on all ranks together, and may be empty.
struct FitProgress {
  /// All levels are known, and with them the schema's width and every feature's first column.
  std::function<void(const Schema&)> placed;
  /// A clustered numeric feature is fitted, and its cells, filled and transformed, are in memory still.
  std::function<void(const FittedFeature&, const LocalColumn&)> fitted;
};

/// The same, telling of its progress. Collective.
Schema fit(const comm::Communicator& world, const io::Shard& shard, const std::vector<Feature>& features,
           const Participation& participation, Degenerate degenerate, const FitProgress& progress);

}  // namespace psychograph::features

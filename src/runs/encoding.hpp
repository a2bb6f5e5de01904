// Customers as an algorithm wants them: names weighed against numbers, or rows of unit length.
#pragma once

#include <optional>
#include <vector>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

struct EncodedFor {
  features::Schema schema;
  core::FeatureMatrix matrix;
  std::optional<double> gamma;  ///< where it was to be estimated: what it came to
};

/// features::fit_and_encode, for `options`. Where gamma is to be estimated, the table is read twice: of the
/// first time's cells it is the mean variance of the numbers over the mean chance that two customers have
/// different names (clustMixType: Szepannek, "Clustering large mixed-type data in R", The R Journal 10,
/// 2018), so that names and numbers say as much; 1 where there are no numbers or no names. Collective. Throws
/// a data error.
EncodedFor encode_for(const comm::Communicator& world, const io::Shard& shard, const spec::Cluster& options,
                      std::vector<features::Feature> features, const features::Participation& participation);

}  // namespace psychograph::runs

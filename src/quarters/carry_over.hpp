// Centroids of one quarter in the units of another: through the user's units, which both know.
#pragma once

#include <string>
#include <vector>

#include "core/centroids.hpp"
#include "features/schema.hpp"

namespace psychograph::quarters {

/// Throws a data error that names them where some clustered features are in one of the two alone, or have
/// numbers in one and levels in the other. `path` is the earlier result's.
void require_same_features(const features::Schema& earlier, const std::vector<features::Feature>& features,
                           const std::string& path);

/// `centroids` [k, from.width()] in centred encoded units of `from`, as [k, to.width()] in those of `to`. A
/// level that `from` doesn't know has share 0; one that `to` doesn't know is dropped. Local.
/// Precondition: both have the same clustered features.
core::Centroids carry_over(const core::Centroids& centroids, const features::Schema& from,
                           const features::Schema& to);

}  // namespace psychograph::quarters

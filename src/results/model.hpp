// The frozen model: all that is needed to give a customer a segment. The one serialised aggregate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model.hpp"
#include "core/centroids.hpp"
#include "features/schema.hpp"

namespace psychograph::results {

/// Ids end here, far from where adding one would overflow.
inline constexpr std::int32_t highest_id = 1'000'000'000;

/// Invariant: the schema is valid; there is a segment; the centres are [k, schema.width()], centred encoded
/// units.
struct SegmentModel {
  std::string program_version;
  features::Schema schema;
  cluster::Model clusters;         ///< in the order of `ids`
  std::vector<std::int32_t> ids;   ///< [k] rising, from 0 to `highest_id`; a segment keeps its own for life
  std::vector<std::string> names;  ///< [k]

  [[nodiscard]] const core::Centroids& centres() const { return cluster::centres(clusters); }
};

/// How many memberships are told of a customer: k of a mixture, else 0.
std::int64_t memberships_of(const SegmentModel& model);

/// What of the invariant does not hold, in words; empty where all does.
std::string find_fault(const SegmentModel& model);

/// As a Boost.Serialization text archive. Numbers are stored bit for bit.
std::string to_archive(const SegmentModel& model);
/// Throws a data error where `archive` is none that this program wrote, of a later version, or no valid
/// model.
SegmentModel from_archive(std::string_view archive);

}  // namespace psychograph::results

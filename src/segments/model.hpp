// The frozen model: all that is needed to give a customer a segment. The one serialised aggregate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/centroids.hpp"
#include "features/schema.hpp"

namespace psychograph::segments {

/// Invariant: centroids are [k, schema.width()], centred encoded units, in the order of their segments' ids.
struct SegmentModel {
  std::string program_version;
  features::Schema schema;
  core::Centroids centroids;
  std::vector<std::int32_t> ids;   ///< [k] rising; a segment keeps its own for life
  std::vector<std::string> names;  ///< [k]
};

/// As a Boost.Serialization text archive. Numbers are stored bit for bit.
std::string to_archive(const SegmentModel& model);
/// Throws a data error where `archive` is none that this program wrote.
SegmentModel from_archive(std::string_view archive);

}  // namespace psychograph::segments

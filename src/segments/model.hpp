// The frozen model: all that is needed to give a customer a segment. The one serialised aggregate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/centroids.hpp"
#include "features/schema.hpp"

namespace psychograph::segments {

/// Invariant: centroids are [k, schema.width()], centred encoded units, numbered as the segments are.
struct SegmentModel {
  std::string program_version;
  features::Schema schema;
  core::Centroids centroids;
  std::vector<std::string> names;  ///< [k]
};

/// As a Boost.Serialization text archive. Numbers are stored bit for bit.
std::string to_archive(const SegmentModel& model);
/// Throws a data error where `archive` is none that this program wrote.
SegmentModel from_archive(std::string_view archive);

/// SHA-256 (FIPS 180-4) of `bytes`, in lower-case hex.
std::string sha256(std::string_view bytes);

}  // namespace psychograph::segments

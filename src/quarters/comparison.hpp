// Two quarters side by side: everything that is found out about what has changed, and what to do about it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "quarters/drift.hpp"
#include "quarters/events.hpp"
#include "quarters/matching.hpp"
#include "quarters/migration.hpp"
#include "quarters/verdict.hpp"
#include "results/result.hpp"
#include "results/stored_result.hpp"

namespace psychograph::quarters {

/// A segment of both quarters.
struct SegmentDrift {
  std::int32_t id = 0;
  std::string name;
  std::size_t before = 0;        ///< its index among the old segments
  std::size_t now = 0;           ///< among the new ones
  std::int64_t size_before = 0;  ///< customers
  std::int64_t size_now = 0;
  double share_before = 0;  ///< of the total weight
  double share_now = 0;
  std::int64_t shared = 0;  ///< customers of both
  double share_of_old = 0;  ///< shared, of the old one's staying customers; NaN where none stays
  double share_of_new = 0;  ///< shared, of the new one's customers who were in some segment before; likewise
  CentroidShift shift;
};

struct Comparison {
  results::StoredResult previous;
  std::vector<std::string> old_names;
  OldSegments old;
  std::vector<std::int32_t> new_ids;
  bool by_ids = true;  ///< whether customers could be told by their ids
  Migration migration{0, 0};
  Matching matching;
  std::vector<Event> events;
  std::vector<SegmentDrift> segments;  ///< in the order of their ids
  std::vector<FeatureDrift> features;
  Verdict verdict;

  /// Of the customers who were and are in some segment, the share of those who are in the same one; NaN where
  /// there are none.
  [[nodiscard]] double kept_share() const;
};

/// Completes a comparison that has its migration and matching, in the order of the result's segments: events,
/// drifts and the verdict. Local.
void complete(Comparison& comparison, const results::Result& result,
              std::span<const features::BinCounts> bins);

}  // namespace psychograph::quarters

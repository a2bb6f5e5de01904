// Which of this quarter's segments is which of last quarter's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/centroids.hpp"
#include "quarters/migration.hpp"

namespace psychograph::quarters {

/// Customers decide where enough of them are there in both quarters: of the smaller quarter's, at least this
/// share, and of the segments (of the quarter that has more of them), at least so many each.
inline constexpr double enough_shared = 0.10;
inline constexpr std::int64_t enough_a_segment = 10;
/// A segment is another one's heir only if it shares with it at least this much of the larger of the two
/// (counting the customers who were in some segment then and are now).
inline constexpr double least_overlap = 0.10;
/// Where customers can't decide: only if their centroids are nearer than this times the distance to the
/// nearest other segment of the same quarter (the larger of the two distances).
inline constexpr double largest_gap = 0.50;

/// Euclidean distances between centroids, all in the same encoded units.
struct CentroidDistances {
  std::vector<double> between;      ///< [old, new]
  std::vector<double> nearest_old;  ///< [old] to the nearest other old one; infinite where there is none
  std::vector<double> nearest_new;  ///< [new] likewise
};
CentroidDistances measure_distances(const core::Centroids& old, const core::Centroids& now);

enum class MatchedBy { customers, centroids };

/// One to one, of those that go together at all.
struct Matching {
  MatchedBy by = MatchedBy::customers;
  std::vector<std::int32_t> heir;      ///< [old] index of the new segment that it lives on as; -1: none
  std::vector<std::int32_t> ancestor;  ///< [new] index of the old segment that it was; -1: none
};

/// Most shared customers in total, or least distance in total where too few customers are shared. Local.
Matching match_segments(const Migration& migration, const CentroidDistances& distances);

/// Who the segments are: an heir is who its ancestor was, and a new one gets the next id that was never used.
struct Identities {
  std::vector<std::int32_t> ids;   ///< [new]
  std::vector<std::string> names;  ///< [new]
  std::int32_t largest_id = -1;    ///< of all that were ever used
};
Identities identify(const Matching& matching, const std::vector<std::int32_t>& old_ids,
                    const std::vector<std::string>& old_names, std::int32_t largest_id);

}  // namespace psychograph::quarters

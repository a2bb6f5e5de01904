// What happened to the segments between two quarters.
#pragma once

#include <cstdint>
#include <vector>

#include "quarters/matching.hpp"
#include "quarters/migration.hpp"

namespace psychograph::quarters {

/// A new segment is split off an old one that lives on if it holds at least this share of the old one's
/// staying customers, or if at least `made_of` of all its customers come from there.
inline constexpr double split_share = 0.25;
/// An ended segment is merged into a living one if it gave that one at least this share of its customers who
/// were there before, or if at least `made_of` of all that the ended one had went there.
inline constexpr double merge_share = 0.25;
inline constexpr double made_of = 0.50;

enum class Change { birth, death, split, merge };
const char* to_string(Change change);

/// Each segment that is new has one event (birth or split), and so has each that ended (death or merge).
/// Births and deaths name the segment on the other side that shares most customers, if any.
struct Event {
  Change change;
  std::int32_t old_segment;    ///< its index; -1: none
  std::int32_t new_segment;    ///< its index; -1: none
  std::int64_t customers = 0;  ///< that the two share
  double share_of_old = 0;     ///< of the old one's staying customers
  double share_of_new = 0;     ///< of the new one's customers who were in some segment before
};

/// New segments first, in their order; then the ended ones in theirs. Where centroids were matched there are
/// births and deaths alone. Local.
std::vector<Event> find_events(const Migration& migration, const Matching& matching);

}  // namespace psychograph::quarters

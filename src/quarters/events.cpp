#include "quarters/events.hpp"

namespace psychograph::quarters {
namespace {

double share_or_none(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

Event between(Change change, const Migration& migration, std::size_t a, std::size_t b) {
  const auto customers = migration.at(a, b);
  return {change,
          static_cast<std::int32_t>(a),
          static_cast<std::int32_t>(b),
          customers,
          share_or_none(customers, migration.staying(a)),
          share_or_none(customers, migration.known(b))};
}

/// A new segment without an ancestor.
Event beginning(const Migration& migration, const Matching& matching, std::size_t b) {
  Event event{Change::birth, -1, static_cast<std::int32_t>(b)};
  for (std::size_t a = 0; a < migration.old_segments(); ++a) {
    if (migration.at(a, b) > event.customers) event = between(Change::birth, migration, a, b);
  }
  if (event.customers == 0 || matching.by == MatchedBy::centroids) return event;
  const auto a = static_cast<std::size_t>(event.old_segment);
  const bool from_there = share_or_none(event.customers, migration.new_size(b)) >= made_of;
  if (matching.heir[a] >= 0 && (event.share_of_old >= split_share || from_there))
    event.change = Change::split;
  return event;
}

/// An old segment without an heir.
Event ending(const Migration& migration, const Matching& matching, std::size_t a) {
  Event event{Change::death, static_cast<std::int32_t>(a), -1};
  for (std::size_t b = 0; b < migration.new_segments(); ++b) {
    if (migration.at(a, b) > event.customers) event = between(Change::death, migration, a, b);
  }
  if (event.customers == 0 || matching.by == MatchedBy::centroids) return event;
  const auto b = static_cast<std::size_t>(event.new_segment);
  const bool went_there = share_or_none(event.customers, migration.old_size(a)) >= made_of;
  if (matching.ancestor[b] >= 0 && (event.share_of_new >= merge_share || went_there))
    event.change = Change::merge;
  return event;
}

}  // namespace

const char* to_string(Change change) {
  switch (change) {
    case Change::birth:
      return "birth";
    case Change::death:
      return "death";
    case Change::split:
      return "split";
    case Change::merge:
      return "merge";
  }
  return "";
}

std::vector<Event> find_events(const Migration& migration, const Matching& matching) {
  std::vector<Event> events;
  for (std::size_t b = 0; b < migration.new_segments(); ++b) {
    if (matching.ancestor[b] < 0) events.push_back(beginning(migration, matching, b));
  }
  for (std::size_t a = 0; a < migration.old_segments(); ++a) {
    if (matching.heir[a] < 0) events.push_back(ending(migration, matching, a));
  }
  return events;
}

}  // namespace psychograph::quarters

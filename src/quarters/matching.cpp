#include "quarters/matching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "quarters/optimal_assignment.hpp"

namespace psychograph::quarters {
namespace {

double distance(const double* a, const double* b, std::size_t p) {
  double square = 0;
  for (std::size_t j = 0; j < p; ++j) square += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(square);
}

std::vector<double> nearest_others(const core::Centroids& centroids) {
  std::vector<double> nearest(centroids.k(), std::numeric_limits<double>::infinity());
  for (std::size_t a = 0; a < centroids.k(); ++a) {
    for (std::size_t b = 0; b < centroids.k(); ++b) {
      if (a != b)
        nearest[a] = std::min(nearest[a], distance(centroids.row(a), centroids.row(b), centroids.p()));
    }
  }
  return nearest;
}

bool customers_decide(const Migration& migration) {
  std::int64_t before = 0;
  std::int64_t now = 0;
  for (std::size_t a = 0; a < migration.old_segments(); ++a) before += migration.old_size(a);
  for (std::size_t b = 0; b < migration.new_segments(); ++b) now += migration.new_size(b);
  const auto shared = migration.shared();
  const auto segments =
      static_cast<std::int64_t>(std::max(migration.old_segments(), migration.new_segments()));
  return static_cast<double>(shared) >= enough_shared * static_cast<double>(std::min(before, now)) &&
         shared >= enough_a_segment * segments;
}

bool shares_enough(const Migration& migration, std::size_t a, std::size_t b) {
  const auto larger = std::max(migration.staying(a), migration.known(b));
  const auto shared = migration.at(a, b);
  return shared > 0 && static_cast<double>(shared) >= least_overlap * static_cast<double>(larger);
}

bool is_near(const CentroidDistances& distances, std::size_t a, std::size_t b) {
  const auto gap = std::max(distances.nearest_old[a], distances.nearest_new[b]);
  return distances.between[a * distances.nearest_new.size() + b] <= largest_gap * gap;
}

}  // namespace

CentroidDistances measure_distances(const core::Centroids& old, const core::Centroids& now) {
  CentroidDistances result{{}, nearest_others(old), nearest_others(now)};
  for (std::size_t a = 0; a < old.k(); ++a) {
    for (std::size_t b = 0; b < now.k(); ++b)
      result.between.push_back(distance(old.row(a), now.row(b), old.p()));
  }
  return result;
}

Matching match_segments(const Migration& migration, const CentroidDistances& distances) {
  const auto old = migration.old_segments();
  const auto now = migration.new_segments();
  Matching result{customers_decide(migration) ? MatchedBy::customers : MatchedBy::centroids,
                  std::vector<std::int32_t>(old, -1), std::vector<std::int32_t>(now, -1)};
  auto cost = distances.between;
  if (result.by == MatchedBy::customers) {
    for (std::size_t i = 0; i < cost.size(); ++i)
      cost[i] = -static_cast<double>(migration.at(i / now, i % now));
  }
  const auto column_of = cheapest_assignment(cost, old, now);
  for (std::size_t a = 0; a < old; ++a) {
    if (column_of[a] < 0) continue;
    const auto b = static_cast<std::size_t>(column_of[a]);
    const bool believable =
        result.by == MatchedBy::customers ? shares_enough(migration, a, b) : is_near(distances, a, b);
    if (!believable) continue;
    result.heir[a] = column_of[a];
    result.ancestor[b] = static_cast<std::int32_t>(a);
  }
  return result;
}

Identities identify(const Matching& matching, const std::vector<std::int32_t>& old_ids,
                    const std::vector<std::string>& old_names, std::int32_t largest_id) {
  Identities result{{}, {}, largest_id};
  for (const auto id : old_ids) result.largest_id = std::max(result.largest_id, id);
  for (const auto ancestor : matching.ancestor) {
    if (ancestor >= 0) {
      result.ids.push_back(old_ids[static_cast<std::size_t>(ancestor)]);
      result.names.push_back(old_names[static_cast<std::size_t>(ancestor)]);
    } else {
      result.ids.push_back(++result.largest_id);
      result.names.push_back(fmt::format("segment {}", result.largest_id));
    }
  }
  return result;
}

}  // namespace psychograph::quarters

#include "insight/closeness.hpp"

#include <algorithm>
#include <limits>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/joint_reduction.hpp"
#include "core/figure.hpp"

namespace psychograph::insight {
namespace {

void keep(std::vector<Typical>& nearest, const Typical& one) {
  if (nearest.size() == most_typical && !(one < nearest.back())) return;
  nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), one), one);
  if (nearest.size() > most_typical) nearest.pop_back();
}

double share_if_counted(std::int64_t part, std::int64_t whole) {
  return part == results::no_count ? core::not_a_number : core::share(part, whole);
}

}  // namespace

ClosenessSums::ClosenessSums(std::size_t k) : k_(k) {
  sums_.size.resize(k);
  sums_.ambiguous.resize(k);
  sums_.next.resize(k);
  sums_.typical.resize(k);
}

void ClosenessSums::see(std::int64_t first, std::span<const std::int32_t> segment,
                        std::span<const std::int32_t> runner_up, std::span<const float> distance,
                        std::span<const float> margin) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] < 0) continue;
    const auto g = static_cast<std::size_t>(segment[i]);
    ++sums_.size[g];
    sums_.ambiguous[g] += margin[i] < ambiguous_margin ? 1 : 0;
    if (runner_up[i] >= 0) ++sums_.next[g][static_cast<std::size_t>(runner_up[i])];
    keep(sums_.typical[g], {distance[i], first + static_cast<std::int64_t>(i)});
  }
}

Closeness ClosenessSums::find(const comm::Communicator& world) {
  comm::JointReduction<std::int64_t> sums;
  sums.include(sums_.size);
  sums.include(sums_.ambiguous);
  sums.sum(world);
  std::vector<std::vector<std::vector<Typical>>> by_rank;
  boost::mpi::all_gather(world, sums_.typical, by_rank);
  std::vector<std::vector<std::map<std::size_t, std::int64_t>>> next_by_rank;
  boost::mpi::all_gather(world, sums_.next, next_by_rank);
  auto found = sums_;
  for (auto& next : found.next) next.clear();
  for (const auto& rank : next_by_rank) {
    for (std::size_t g = 0; g < k_; ++g) {
      for (const auto& [neighbour, customers] : rank[g]) found.next[g][neighbour] += customers;
    }
  }
  for (auto& nearest : found.typical) nearest.clear();
  for (const auto& rank : by_rank) {
    for (std::size_t g = 0; g < k_; ++g) {
      for (const auto& one : rank[g]) keep(found.typical[g], one);
    }
  }
  return found;
}

results::TidyTable neighbour_table(const Released<Closeness>& closeness, const ClosenessNames& names) {
  std::vector<std::string> segments, neighbours;
  std::vector<std::int64_t> segment_ids, neighbour_ids, customers;
  std::vector<double> shares, ambiguous;
  const auto k = names.ids.size();
  for (std::size_t g = 0; g < k; ++g) {
    const auto& next = closeness->next[g];
    std::vector<std::size_t> order;
    for (const auto& [neighbour, customers_there] : next) order.push_back(neighbour);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return next.at(a) > next.at(b); });
    if (order.empty()) order.push_back(g);  // a segment alone
    for (const auto n : order) {
      const auto count = n == g ? results::no_count : next.at(n);
      segments.push_back(names.names[g]);
      segment_ids.push_back(names.ids[g]);
      neighbours.push_back(n == g ? std::string() : names.names[n]);
      neighbour_ids.push_back(n == g ? results::no_count : names.ids[n]);
      customers.push_back(n == g ? results::no_count : count);
      shares.push_back(n == g ? core::not_a_number : share_if_counted(count, closeness->size[g]));
      ambiguous.push_back(share_if_counted(closeness->ambiguous[g], closeness->size[g]));
    }
  }
  results::TidyTable table;
  table.add("segment", std::move(segments));
  table.add("segment_id", std::move(segment_ids));
  table.add("neighbour", std::move(neighbours));
  table.add("neighbour_id", std::move(neighbour_ids));
  table.add("customers", std::move(customers));
  table.add("share", std::move(shares));
  table.add("ambiguous", std::move(ambiguous));
  return table;
}

results::TidyTable typical_table(const Released<Closeness>& closeness, const ClosenessNames& names) {
  std::vector<std::string> segments, customers;
  std::vector<std::int64_t> ids, ranks, rows;
  std::vector<double> distances;
  for (std::size_t g = 0; g < names.ids.size(); ++g) {
    for (std::size_t i = 0; i < closeness->typical[g].size(); ++i) {
      segments.push_back(names.names[g]);
      ids.push_back(names.ids[g]);
      ranks.push_back(static_cast<std::int64_t>(i + 1));
      customers.push_back(names.customers[customers.size()]);
      rows.push_back(closeness->typical[g][i].row);
      distances.push_back(closeness->typical[g][i].distance);
    }
  }
  results::TidyTable table;
  table.add("segment", std::move(segments));
  table.add("segment_id", std::move(ids));
  table.add("rank", std::move(ranks));
  table.add("customer_id", std::move(customers));
  table.add("row", std::move(rows));
  table.add("distance", std::move(distances));
  return table;
}

}  // namespace psychograph::insight

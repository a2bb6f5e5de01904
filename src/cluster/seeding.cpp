#include "cluster/seeding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "cluster/kernel.hpp"
#include "cluster/pick.hpp"
#include "cluster/tile_blocks.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/random.hpp"

namespace psychograph::cluster {
namespace {

using core::Purpose;

/// k-means||: rounds of sampling, and candidates a round as a multiple of k. Five rounds of 2k are what the
/// paper found enough; more candidates buy little.
constexpr std::uint32_t rounds = 5;
constexpr double oversampling = 2.0;

core::Centroids to_centroids(const std::vector<float>& rows, std::size_t p) {
  core::Centroids centroids(rows.size() / p, p);
  for (std::size_t i = 0; i < rows.size(); ++i) centroids.at(i / p, i % p) = static_cast<double>(rows[i]);
  return centroids;
}

[[noreturn]] void fail_few_rows(std::int64_t k, std::size_t distinct) {
  throw core::data_error(fmt::format(
      "fewer distinct rows than k: there are {} different customers for {} segments", distinct, k));
}

/// The chosen rows so far, and every local row's squared distance to the nearest of them.
class Chosen {
 public:
  Chosen(const comm::Communicator& world, const Data& data)
      : world_(world),
        data_(data),
        distance_(comm::run_on_all_ranks(world,
                                         [&] {
                                           return std::vector<float>(
                                               data.matrix.tiles() * core::FeatureMatrix::tile_rows,
                                               std::numeric_limits<float>::infinity());
                                         })),
        index_(
            comm::run_on_all_ranks(world, [&] { return std::vector<std::int32_t>(distance_.size(), -1); })) {}

  [[nodiscard]] std::size_t count() const { return rows_.size() / data_.matrix.columns(); }
  [[nodiscard]] const std::vector<float>& rows() const { return rows_; }

  void add(const std::vector<float>& rows) {
    if (rows.empty()) return;
    const PackedCentroids packed(to_centroids(rows, data_.matrix.columns()));
    for_each_block(data_.matrix, [&](std::size_t first, Tiles tiles) {
      const auto row = first * core::FeatureMatrix::tile_rows;
      lower_nearest(tiles, packed, static_cast<std::int32_t>(count()), distance_.data() + row,
                    index_.data() + row);
    });
    rows_.insert(rows_.end(), rows.begin(), rows.end());
  }

  /// The mass of k-means++: weight times squared distance.
  [[nodiscard]] double mass(std::size_t row) const {
    return data_.weight(row) * (count() == 0 ? 1.0 : static_cast<double>(distance_[row]));
  }

  [[nodiscard]] double total_mass() const {
    auto total = data_.square_sum();
    for (std::size_t i = 0; i < data_.local_rows(); ++i) total.add(mass(i));
    comm::sum_over_ranks(world_, total.parts());
    return total.value();
  }

  /// One more row, by k-means++'s rule; false where every row is chosen already.
  bool pick(double unit) {
    const auto row = pick_row(
        world_, data_, [&](std::size_t i) { return mass(i); }, unit);
    add(row);
    return !row.empty();
  }

  /// The weight of the customers nearest to each chosen row.
  [[nodiscard]] std::vector<double> weights() const {
    const core::FixedPoint scale(data_.total_weight, data_.largest_weight, data_.global_rows);
    std::vector<std::int64_t> sums(count(), 0);
    for (std::size_t i = 0; i < data_.local_rows(); ++i)
      sums[static_cast<std::size_t>(index_[i])] += scale.encode(data_.weight(i));
    comm::sum_over_ranks(world_, sums);
    std::vector<double> result;
    for (const auto sum : sums) result.push_back(scale.decode(sum));
    return result;
  }

 private:
  const comm::Communicator& world_;
  const Data& data_;
  std::vector<float> rows_;  ///< [count, p]
  std::vector<float> distance_;
  std::vector<std::int32_t> index_;
};

double unit_for(std::uint64_t seed, Purpose purpose, std::uint32_t restart, std::uint64_t index) {
  return core::to_unit(core::random_bits(seed, purpose, restart, index).first);
}

/// k-means++ over all ranks' rows, on top of what is chosen already.
void top_up(Chosen& chosen, std::int64_t k, std::uint64_t seed, std::uint32_t restart) {
  while (static_cast<std::int64_t>(chosen.count()) < k) {
    if (!chosen.pick(unit_for(seed, Purpose::seeding_top_up, restart, chosen.count())))
      fail_few_rows(k, chosen.count());
  }
}

/// Every row for itself with probability l * mass / total. Returns the rows of all ranks, in global order.
std::vector<float> sample_round(const comm::Communicator& world, const Data& data, const Chosen& chosen,
                                double wanted, std::uint64_t seed, std::uint32_t stream) {
  const double total = chosen.total_mass();
  std::vector<float> mine;
  if (total <= 0) return mine;
  for (std::size_t i = 0; i < data.local_rows(); ++i) {
    const auto row = static_cast<std::uint64_t>(data.rows.begin) + i;
    if (unit_for(seed, Purpose::seeding_round, stream, row) >= wanted * chosen.mass(i) / total) continue;
    for (std::size_t j = 0; j < data.matrix.columns(); ++j) mine.push_back(data.matrix.at(i, j));
  }
  std::vector<std::vector<float>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  std::vector<float> rows;
  for (const auto& part : by_rank) rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

/// Weighted greedy k-means++ on the candidates, which every rank holds: of several drawn ones the one that
/// lowers the sum most. May end with fewer than k where the candidates repeat themselves.
std::vector<float> reduce_candidates(const std::vector<float>& rows, const std::vector<double>& weights,
                                     std::size_t p, std::int64_t k, std::uint64_t seed,
                                     std::uint32_t restart) {
  const std::size_t m = weights.size();
  const auto trials = 2 + static_cast<std::uint64_t>(std::log(static_cast<double>(k)));
  std::vector<double> nearest(m, std::numeric_limits<double>::infinity());
  std::vector<float> chosen;
  std::vector<double> distances(m);
  std::vector<double> best_distances(m);
  for (std::int64_t c = 0; c < k; ++c) {
    double total = 0;
    for (std::size_t i = 0; i < m; ++i) total += weights[i] * (c == 0 ? 1.0 : nearest[i]);
    if (total <= 0) break;
    double best = std::numeric_limits<double>::infinity();
    std::size_t best_candidate = m;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
      double target = total * unit_for(seed, Purpose::seeding_candidates, restart,
                                       static_cast<std::uint64_t>(c) * trials + trial);
      std::size_t drawn = m;
      for (std::size_t i = 0; i < m && (drawn == m || target >= 0); ++i) {
        const double mass = weights[i] * (c == 0 ? 1.0 : nearest[i]);
        if (mass <= 0) continue;
        drawn = i;
        target -= mass;
      }
      double sum = 0;
      for (std::size_t i = 0; i < m; ++i) {
        double square = 0;
        for (std::size_t j = 0; j < p; ++j) {
          const double difference =
              static_cast<double>(rows[i * p + j]) - static_cast<double>(rows[drawn * p + j]);
          square += difference * difference;
        }
        distances[i] = std::min(nearest[i], square);
        sum += weights[i] * distances[i];
      }
      if (sum < best) {
        best = sum;
        best_candidate = drawn;
        best_distances.swap(distances);
      }
    }
    nearest = best_distances;
    chosen.insert(chosen.end(), rows.begin() + static_cast<std::ptrdiff_t>(best_candidate * p),
                  rows.begin() + static_cast<std::ptrdiff_t>((best_candidate + 1) * p));
  }
  return chosen;
}

core::Centroids seed_parallel(const comm::Communicator& world, const Data& data, std::int64_t k,
                              std::uint64_t seed, std::uint32_t restart) {
  const std::size_t p = data.matrix.columns();
  std::vector<float> rows;
  {
    Chosen candidates(world, data);
    candidates.pick(unit_for(seed, Purpose::seeding_first, restart, 0));
    for (std::uint32_t round = 0; round < rounds; ++round) {
      candidates.add(sample_round(world, data, candidates, oversampling * static_cast<double>(k), seed,
                                  restart * rounds + round));
    }
    if (static_cast<std::int64_t>(candidates.count()) <= k) {
      top_up(candidates, k, seed, restart);
      return to_centroids(candidates.rows(), p);
    }
    rows = reduce_candidates(candidates.rows(), candidates.weights(), p, k, seed, restart);
  }
  if (static_cast<std::int64_t>(rows.size() / p) == k) return to_centroids(rows, p);
  Chosen chosen(world, data);
  chosen.add(rows);
  top_up(chosen, k, seed, restart);
  return to_centroids(chosen.rows(), p);
}

/// The k rows with the smallest random keys.
core::Centroids seed_random(const comm::Communicator& world, const Data& data, std::int64_t k,
                            std::uint64_t seed, std::uint32_t restart) {
  using Key = std::pair<std::uint64_t, std::int64_t>;  // random bits, global row
  std::vector<Key> keys;
  for (std::size_t i = 0; i < data.local_rows(); ++i) {
    if (data.weight(i) <= 0) continue;
    const auto row = data.rows.begin + static_cast<std::int64_t>(i);
    keys.emplace_back(
        core::random_bits(seed, Purpose::random_start, restart, static_cast<std::uint64_t>(row)).first, row);
  }
  const auto keep = [k](std::vector<Key>& all) {
    const auto kept = std::min(all.size(), static_cast<std::size_t>(k));
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
    all.resize(kept);
  };
  keep(keys);
  std::vector<std::uint64_t> flat;
  for (const auto& [bits, row] : keys) flat.insert(flat.end(), {bits, static_cast<std::uint64_t>(row)});
  std::vector<std::vector<std::uint64_t>> by_rank;
  boost::mpi::all_gather(world, flat, by_rank);
  keys.clear();
  for (const auto& part : by_rank) {
    for (std::size_t i = 0; i < part.size(); i += 2)
      keys.emplace_back(part[i], static_cast<std::int64_t>(part[i + 1]));
  }
  keep(keys);
  std::vector<std::int64_t> local_rows;
  for (const auto& [bits, row] : keys)
    local_rows.push_back(data.rows.contains(row) ? row - data.rows.begin : -1);
  const auto rows = share_rows(world, data.matrix, local_rows);
  return to_centroids(rows, data.matrix.columns());
}

}  // namespace

core::Centroids seed_centroids(const comm::Communicator& world, const Data& data, std::int64_t k,
                               spec::Init init, std::uint64_t seed, std::uint32_t restart) {
  if (k > data.global_rows) fail_few_rows(k, static_cast<std::size_t>(data.global_rows));
  if (init == spec::Init::random) return seed_random(world, data, k, seed, restart);
  if (init == spec::Init::kmeans_parallel) return seed_parallel(world, data, k, seed, restart);
  Chosen chosen(world, data);
  chosen.pick(unit_for(seed, Purpose::seeding_first, restart, 0));
  top_up(chosen, k, seed, restart);
  return to_centroids(chosen.rows(), data.matrix.columns());
}

}  // namespace psychograph::cluster

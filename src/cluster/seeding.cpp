#include "cluster/seeding.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "cluster/candidates.hpp"
#include "cluster/empty_clusters.hpp"
#include "cluster/pick.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/draw.hpp"
#include "core/random.hpp"
#include "core/row_memory.hpp"
#include "kernel/kernel.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

using core::Purpose;

core::Centroids to_centroids(const std::vector<float>& rows, std::size_t p) {
  core::Centroids centroids(rows.size() / p, p);
  for (std::size_t i = 0; i < rows.size(); ++i) centroids.at(i / p, i % p) = static_cast<double>(rows[i]);
  return centroids;
}

/// The chosen rows so far, and every local row's squared distance to the nearest of them.
class Chosen {
 public:
  Chosen(const comm::Communicator& world, const kernel::Data& data)
      : world_(world),
        data_(data),
        distance_(comm::run_on_all_ranks(world,
                                         [&] {
                                           return core::RowVector<float>(
                                               data.matrix.tiles() * core::tile_rows,
                                               std::numeric_limits<float>::infinity(), data.matrix.where());
                                         })),
        index_(comm::run_on_all_ranks(world, [&] {
          return core::RowVector<std::int32_t>(distance_.size(), -1, data.matrix.where());
        })) {}

  [[nodiscard]] std::size_t count() const { return rows_.size() / data_.matrix.columns(); }
  [[nodiscard]] const std::vector<float>& rows() const { return rows_; }

  void add(const std::vector<float>& rows) {
    if (rows.empty()) return;
    const kernel::PackedCentroids packed(to_centroids(rows, data_.matrix.columns()));
    kernel::for_each_block(data_.matrix, [&](std::size_t first, kernel::Tiles tiles) {
      const auto row = first * core::tile_rows;
      kernel::lower_nearest(tiles, packed, static_cast<std::int32_t>(count()), distance_.data() + row,
                            index_.data() + row);
    });
    rows_.insert(rows_.end(), rows.begin(), rows.end());
  }

  /// Collective.
  void heed_stop_requests() const { comm::heed_stop_requests(world_); }

  /// The mass of k-means++: weight times squared distance.
  [[nodiscard]] double mass(std::size_t row) const {
    return data_.weight(row) * (count() == 0 ? 1.0 : static_cast<double>(distance_[row]));
  }

  [[nodiscard]] double total_mass() const {
    auto total = data_.far_cells ? mass_sum() : data_.square_sum();
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
  /// An empty sum of masses, by the largest that is left: where cells are far, far below what there may be.
  [[nodiscard]] core::FixedPointSum mass_sum() const {
    double most = 0;
    for (std::size_t i = 0; i < data_.local_rows(); ++i) most = std::max(most, mass(i));
    most = comm::max_over_ranks(world_, most);
    return {static_cast<double>(data_.global_rows) * most, most, data_.global_rows};
  }

  const comm::Communicator& world_;
  const kernel::Data& data_;
  std::vector<float> rows_;  ///< [count, p]
  core::RowVector<float> distance_;
  core::RowVector<std::int32_t> index_;
};

double unit_for(std::uint64_t seed, Purpose purpose, std::uint32_t restart, std::uint64_t index) {
  return core::to_unit(core::random_bits(seed, purpose, restart, index).first);
}

/// k-means++ over all ranks' rows, on top of what is chosen already, until there are k or no other ones.
void choose_up_to(std::int64_t k, Chosen& chosen, std::uint64_t seed, std::uint32_t restart) {
  bool any = true;
  while (any && static_cast<std::int64_t>(chosen.count()) < k) {
    chosen.heed_stop_requests();
    any = chosen.pick(unit_for(seed, Purpose::seeding_top_up, restart, chosen.count()));
  }
}

/// The same; fewer than k are an error.
void top_up(Chosen& chosen, std::int64_t k, std::uint64_t seed, std::uint32_t restart) {
  choose_up_to(k, chosen, seed, restart);
  if (static_cast<std::int64_t>(chosen.count()) < k) fail_few_rows(chosen.count(), k);
}

/// Every row for itself with probability l * mass / total. Returns the rows of all ranks, in global order.
std::vector<float> sample_round(const comm::Communicator& world, const kernel::Data& data,
                                const Chosen& chosen, double wanted, const core::Sequence& sequence) {
  const double total = chosen.total_mass();
  std::vector<float> mine;
  if (total <= 0) return mine;
  const double factor = wanted / total * 0x1p32;  // the words are uniform below 2^32
  std::array<std::uint32_t, 16 * core::draw_tile> words{};
  const auto size = static_cast<std::int64_t>(words.size());
  for (auto first = data.rows.begin / size * size; first < data.rows.end; first += size) {
    core::draw_words(sequence, first, words);
    const auto here = core::intersection(data.rows, {first, first + size});
    for (auto row = here.begin; row < here.end; ++row) {
      const auto i = static_cast<std::size_t>(row - data.rows.begin);
      if (words[static_cast<std::size_t>(row - first)] >= factor * chosen.mass(i)) continue;
      for (std::size_t j = 0; j < data.matrix.columns(); ++j) mine.push_back(data.matrix.at(i, j));
    }
  }
  std::vector<std::vector<float>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  std::vector<float> rows;
  for (const auto& part : by_rank) rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

/// Fewer than k only where there are no other ones.
core::Centroids seed_parallel(const comm::Communicator& world, const kernel::Data& data, std::int64_t k,
                              std::uint64_t seed, std::uint32_t restart) {
  const std::size_t p = data.matrix.columns();
  std::vector<float> rows;
  {
    Chosen candidates(world, data);
    candidates.pick(unit_for(seed, Purpose::seeding_first, restart, 0));
    for (std::uint32_t round = 0; round < sampling_rounds; ++round) {
      comm::heed_stop_requests(world);
      candidates.add(sample_round(world, data, candidates, candidates_a_round(k),
                                  {seed, Purpose::seeding_round, restart * sampling_rounds + round}));
    }
    if (static_cast<std::int64_t>(candidates.count()) <= k) {
      choose_up_to(k, candidates, seed, restart);
      return to_centroids(candidates.rows(), p);
    }
    rows = reduce_candidates(candidates.rows(), candidates.weights(), p, k, seed, restart,
                             [&] { comm::heed_stop_requests(world); });
  }
  if (static_cast<std::int64_t>(rows.size() / p) == k) return to_centroids(rows, p);
  Chosen chosen(world, data);
  chosen.add(rows);
  choose_up_to(k, chosen, seed, restart);
  return to_centroids(chosen.rows(), p);
}

/// The k rows with the smallest random keys.
core::Centroids seed_random(const comm::Communicator& world, const kernel::Data& data, std::int64_t k,
                            std::uint64_t seed, std::uint32_t restart) {
  using Key = std::pair<std::uint64_t, std::int64_t>;  // random bits, global row
  std::vector<Key> keys;                               // a heap: its largest one is in front
  const auto take = [&](const Key& key) {
    if (keys.size() == static_cast<std::size_t>(k)) {
      if (keys.front() < key) return;
      std::pop_heap(keys.begin(), keys.end());
      keys.pop_back();
    }
    keys.push_back(key);
    std::push_heap(keys.begin(), keys.end());
  };
  for (std::size_t i = 0; i < data.local_rows(); ++i) {
    if (data.weight(i) <= 0) continue;
    const auto row = data.rows.begin + static_cast<std::int64_t>(i);
    take({core::random_bits(seed, Purpose::random_start, restart, static_cast<std::uint64_t>(row)).first,
          row});
  }
  std::vector<std::uint64_t> flat;
  for (const auto& [bits, row] : keys) flat.insert(flat.end(), {bits, static_cast<std::uint64_t>(row)});
  std::vector<std::vector<std::uint64_t>> by_rank;
  boost::mpi::all_gather(world, flat, by_rank);
  keys.clear();
  for (const auto& part : by_rank) {
    for (std::size_t i = 0; i < part.size(); i += 2) take({part[i], static_cast<std::int64_t>(part[i + 1])});
  }
  std::sort_heap(keys.begin(), keys.end());
  std::vector<std::int64_t> local_rows;
  for (const auto& [bits, row] : keys)
    local_rows.push_back(data.rows.contains(row) ? row - data.rows.begin : -1);
  const auto rows = share_rows(world, data.matrix, local_rows);
  return to_centroids(rows, data.matrix.columns());
}

}  // namespace

core::Centroids seed_centroids(const comm::Communicator& world, const kernel::Data& data, std::int64_t k,
                               spec::Init init, std::uint64_t seed, std::uint32_t restart) {
  if (k > data.global_rows) fail_few_rows(static_cast<std::size_t>(data.global_rows), k);
  if (init == spec::Init::random) return seed_random(world, data, k, seed, restart);
  if (init == spec::Init::kmeans_parallel) {
    auto found = seed_parallel(world, data, k, seed, restart);
    if (static_cast<std::int64_t>(found.k()) < k) fail_few_rows(found.k(), k);
    return found;
  }
  Chosen chosen(world, data);
  chosen.pick(unit_for(seed, Purpose::seeding_first, restart, 0));
  top_up(chosen, k, seed, restart);
  return to_centroids(chosen.rows(), data.matrix.columns());
}

core::Centroids seed_at_most(const comm::Communicator& world, const kernel::Data& data, std::int64_t most,
                             std::uint64_t seed, std::uint32_t restart) {
  auto found = seed_parallel(world, data, std::min(most, data.global_rows), seed, restart);
  std::set<std::vector<float>> known;  // a round may have drawn several customers who are alike
  std::vector<float> distinct;
  for (std::size_t c = 0; c < found.k(); ++c) {
    std::vector<float> row;
    for (std::size_t j = 0; j < found.p(); ++j) row.push_back(static_cast<float>(found.at(c, j)));
    if (known.insert(row).second) distinct.insert(distinct.end(), row.begin(), row.end());
  }
  if (known.size() == found.k()) return found;
  Chosen chosen(world, data);
  chosen.add(distinct);
  choose_up_to(std::min(most, data.global_rows), chosen, seed, restart);
  return to_centroids(chosen.rows(), found.p());
}

core::Centroids add_centroids(const comm::Communicator& world, const kernel::Data& data,
                              const core::Centroids& given, std::int64_t k, std::uint64_t seed,
                              std::uint32_t restart) {
  if (k > data.global_rows) fail_few_rows(static_cast<std::size_t>(data.global_rows), k);
  std::vector<float> rows;
  for (const double value : given.values()) rows.push_back(static_cast<float>(value));
  Chosen chosen(world, data);
  chosen.add(rows);
  top_up(chosen, k, seed, restart);
  auto all = to_centroids(chosen.rows(), given.p());
  std::copy(given.values().begin(), given.values().end(), all.row(0));
  return all;
}

}  // namespace psychograph::cluster

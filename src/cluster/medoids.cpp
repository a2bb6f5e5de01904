#include "cluster/medoids.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/empty_clusters.hpp"
#include "cluster/faster_pam.hpp"
#include "cluster/seeding.hpp"
#include "comm/all_reduce.hpp"
#include "comm/gather.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/random.hpp"
#include "kernel/kernel.hpp"
#include "kernel/manhattan.hpp"
#include "kernel/some_rows.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

using core::tile_rows;

/// Customers whose medoids a start finds, about: their distances from each other take 36 MB.
constexpr std::int64_t sample_size = 3 * spec::most_medoids;

struct MedoidsState {
  std::int64_t restart = 0;
  core::Centroids medoids;  ///< none yet: [0, 0]
  double total = 0;         ///< of distances from them

  void archive(core::StateArchive& archive) { archive& restart& medoids& total; }
};

/// Some customers, the same on every rank, in the order of the table.
struct Some {
  std::vector<float> cells;  ///< [customers, p]
  std::vector<double> weights;
};

Some draw(const comm::Communicator& world, const kernel::Data& data, std::uint64_t seed,
          std::uint32_t restart) {
  const double share = static_cast<double>(sample_size) / static_cast<double>(data.global_rows);
  std::vector<std::size_t> rows;
  std::vector<double> weights;
  for (std::size_t row = 0; row < data.local_rows(); ++row) {
    const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
    const auto bits = core::random_bits(seed, core::Purpose::medoid_sample, restart, global).first;
    if (!(data.weight(row) > 0) || (share < 1 && core::to_unit(bits) >= share)) continue;
    rows.push_back(row);
    weights.push_back(data.weight(row));
  }
  return {kernel::gather_rows(world, data, rows), comm::gathered(world, weights)};
}

float distance(const float* one, const float* other, std::size_t p, spec::Metric metric) {
  double sum = 0;
  for (std::size_t j = 0; j < p; ++j) {
    const double apart = static_cast<double>(one[j]) - static_cast<double>(other[j]);
    sum += metric == spec::Metric::manhattan ? std::abs(apart) : apart * apart;
  }
  return static_cast<float>(metric == spec::Metric::manhattan ? sum : std::sqrt(sum));
}

std::vector<float> distances_among(const Some& some, std::size_t p, spec::Metric metric) {
  const auto n = some.weights.size();
  std::vector<float> distances(n * n, 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      distances[i * n + j] = distances[j * n + i] =
          distance(&some.cells[i * p], &some.cells[j * p], p, metric);
  }
  return distances;
}

/// All of n, in an order by the seed and the restart.
std::vector<std::size_t> shuffled(std::size_t n, std::uint64_t seed, std::uint32_t restart) {
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = core::random_bits(seed, core::Purpose::medoid_start, restart, i).first;
    std::swap(all[i], all[i + bits % (n - i)]);
  }
  return all;
}

/// Whether k of them differ from each other.
bool has_distinct(const Some& some, std::size_t p, std::size_t k) {
  std::set<std::vector<float>> distinct;
  for (std::size_t i = 0; i < some.weights.size() && distinct.size() < k; ++i)
    distinct.emplace(some.cells.begin() + static_cast<std::ptrdiff_t>(i * p),
                     some.cells.begin() + static_cast<std::ptrdiff_t>((i + 1) * p));
  return distinct.size() >= k;
}

/// Some customers, at least k of whom differ: where most customers are alike, a sample may have missed the
/// others. Collective. Throws a data error where all customers together are fewer.
Some draw_distinct(const FitInput& input, std::uint32_t restart) {
  const auto& options = input.options;
  const auto p = input.data.matrix.columns();
  auto some = draw(input.world, input.data, options.seed, restart);
  const bool enough = comm::run_on_all_ranks(
      input.world, [&] { return has_distinct(some, p, static_cast<std::size_t>(options.k)); });
  if (enough) return some;
  const auto others = seed_at_most(input.world, input.data, options.k, options.seed, restart);
  if (static_cast<std::int64_t>(others.k()) < options.k) fail_few_rows(others.k(), options.k);
  const double usual = input.data.total_weight / static_cast<double>(input.data.global_rows);
  for (std::size_t c = 0; c < others.k(); ++c) {
    for (std::size_t j = 0; j < p; ++j) some.cells.push_back(static_cast<float>(others.at(c, j)));
    some.weights.push_back(usual);
  }
  return some;
}

/// The medoids of some customers [k, p], at least k of whom differ. Local.
core::Centroids medoids_of(const Some& some, std::size_t p, const spec::Cluster& options,
                           std::uint32_t restart) {
  const auto k = static_cast<std::size_t>(options.k);
  const auto n = some.weights.size();
  const auto distances = distances_among(some, p, options.metric);
  const auto order = shuffled(n, options.seed, restart);
  std::vector<std::size_t> medoids(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k));
  faster_pam({distances, some.weights}, order, medoids);
  core::Centroids found(k, p);
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t j = 0; j < p; ++j) found.at(c, j) = static_cast<double>(some.cells[medoids[c] * p + j]);
  }
  return found;
}

/// The weighted sum of everybody's distance from the nearest medoid. Collective.
double total_distance(const comm::Communicator& world, const kernel::Data& data,
                      const core::Centroids& medoids, spec::Metric metric) {
  const kernel::PackedCentroids packed(medoids);
  core::WideSums sum(1);
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> others;
  std::vector<double> own;
  std::vector<double> other;
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    labels.resize(tiles.size() * tile_rows);
    others.resize(labels.size());
    own.resize(labels.size());
    other.resize(labels.size());
    if (metric == spec::Metric::manhattan) {
      kernel::manhattan_nearest_two(tiles, medoids, labels.data(), others.data(), own.data(), other.data());
    } else {
      kernel::nearest(tiles, packed, labels.data());
      kernel::squares_from_own(tiles, medoids, labels.data(), own.data());
      for (double& one : own) one = std::sqrt(one);
    }
    const auto begin = first * tile_rows;
    for (auto row = begin; row < std::min(begin + own.size(), data.local_rows()); ++row) {
      if (data.weight(row) > 0) sum.add(0, data.weight(row) * own[row - begin]);
    }
  });
  comm::sum_over_ranks(world, sum);
  return sum.value(0);
}

class Medoids : public Fit {
 public:
  Medoids(const FitInput& input, MedoidsState state) : input_(input), state_(std::move(state)) {}

  [[nodiscard]] bool rests() const override { return state_.medoids.k() > 0; }
  void step(Votes& votes) override {
    agree(input_.world, votes);
    const auto& world = input_.world;
    const auto& data = input_.data;
    const auto& options = input_.options;
    const auto restart = static_cast<std::uint32_t>(state_.restart);
    const auto some = draw_distinct(input_, restart);
    state_.medoids = comm::run_on_all_ranks(
        world, [&] { return medoids_of(some, data.matrix.columns(), options, restart); });
    state_.total = total_distance(world, data, state_.medoids, options.metric);
    told_ = {.number = 0,
             .objective = state_.total,
             .evaluated = data.global_rows,
             .share = 1,
             .place = fmt::format("medoids of {} customers", some.weights.size())};
  }
  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return rests() ? 1 : 0; }
  [[nodiscard]] bool converged() const override { return rests(); }
  [[nodiscard]] Model model() const override {
    return CentroidModel{.centroids = state_.medoids, .metric = input_.options.metric};
  }
  [[nodiscard]] std::optional<double> objective() const override { return state_.total; }
  [[nodiscard]] core::Words state() override { return core::to_words(state_); }

 private:
  const FitInput& input_;
  MedoidsState state_;
  std::optional<Told> told_;
};

std::string find_medoids_fault(const spec::Cluster& options, std::size_t p,
                               std::span<const std::uint64_t> words) {
  const auto state = core::from_words<MedoidsState>(words);
  if (state.restart < 0 || state.restart >= options.restarts ||
      !(std::isfinite(state.total) && state.total >= 0))
    return fmt::format("in start {} its distances add up to {}", state.restart, state.total);
  const auto k = state.medoids.k();
  if (k == 0 && state.medoids.p() == 0) return {};  // it has only begun
  if (k != static_cast<std::size_t>(options.k) || state.medoids.p() != p)
    return fmt::format("its medoids are {} of {} columns, and {} of {} are wanted", k, state.medoids.p(),
                       options.k, p);
  return core::find_fault(state.medoids);
}

}  // namespace

const Algorithm medoids{
    .objective = "distance",
    .takes_starts = false,
    .work =
        [](const spec::Cluster& options) {
          return Work{.k = options.k, .rank_bytes = sample_size * sample_size * std::int64_t{sizeof(float)}};
        },
    .begin = [](const FitInput& input, const Starts&, std::int64_t restart) -> std::unique_ptr<Fit> {
      return std::make_unique<Medoids>(input, MedoidsState{.restart = restart, .medoids = {}});
    },
    .find_fault = find_medoids_fault,
    .resume = [](const FitInput& input, std::span<const std::uint64_t> state) -> std::unique_ptr<Fit> {
      return std::make_unique<Medoids>(input, core::from_words<MedoidsState>(state));
    }};

}  // namespace psychograph::cluster

#include "planning/loops.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "cluster/candidates.hpp"
#include "core/draw.hpp"
#include "core/feature_matrix.hpp"
#include "core/fixed_point.hpp"
#include "core/row_memory.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/kernel.hpp"
#include "kernel/moving_sums.hpp"
#include "kernel/screen.hpp"
#include "planning/timed.hpp"

namespace psychograph::planning {
namespace {

using core::tile_rows;
constexpr double moment = 0.03;  ///< seconds for each of the smaller measurements

std::vector<float> random_numbers(std::size_t count) {
  std::vector<float> numbers(
      static_cast<std::size_t>(core::whole_draw_tiles(static_cast<std::int64_t>(count))));
  core::draw_normals({1, core::Purpose::generate_value, 0}, 0, numbers);
  numbers.resize(count);
  return numbers;
}

core::FeatureMatrix random_rows(std::size_t rows, std::size_t p) {
  core::FeatureMatrix matrix(rows, p);
  const auto numbers = random_numbers(rows * p);
  std::copy(numbers.begin(), numbers.end(), matrix.tile(0));
  return matrix;
}

core::Centroids random_centroids(std::size_t k, std::size_t p) {
  core::Centroids centroids(k, p);
  const auto numbers = random_numbers(k * p);
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t j = 0; j < p; ++j) centroids.at(c, j) = static_cast<double>(numbers[c * p + j]);
  }
  return centroids;
}

/// As many rows as fit into half a megabyte, and not so many that a call takes long.
std::size_t rows_in_cache(std::size_t k, std::size_t p) {
  const std::size_t fit = (std::size_t{1} << 17) / p;
  const std::size_t quick = (std::size_t{1} << 26) / (k * p);
  return std::max<std::size_t>(std::min({fit, quick, std::size_t{4096}}) / tile_rows, 4) * tile_rows;
}

/// Keeps a result from being computed for nothing.
volatile std::uint64_t sink = 0;

double reduce_rate(std::size_t k, std::size_t p) {
  const auto clusters = std::min<std::size_t>(k, 32);
  const std::size_t candidates = 1 + 5 * std::max<std::size_t>(clusters / 2, 8);
  const auto rows = random_numbers(candidates * p);
  const std::vector<double> weights(candidates, 1.0);
  const double trials = 2 + std::floor(std::log(static_cast<double>(clusters)));
  return best_rate(static_cast<double>(clusters * candidates * p) * trials, moment, [&] {
    const auto chosen =
        cluster::reduce_candidates(rows, weights, p, static_cast<std::int64_t>(clusters), 1, 0);
    sink = sink + chosen.size();
  });
}

/// As seeding does: the mass of all, and who is drawn by it.
double sample_seconds(const std::vector<float>& distances) {
  const auto rows = static_cast<std::int64_t>(distances.size());
  std::vector<std::uint32_t> words(static_cast<std::size_t>(core::whole_draw_tiles(rows)));
  core::FixedPointSum sum(1e9, 10, 1'000'000);
  // Two looks at each row.
  return 1 / best_rate(2 * static_cast<double>(rows), moment, [&] {
           for (const float distance : distances) sum.add(static_cast<double>(std::abs(distance)));
           core::draw_words({1, core::Purpose::seeding_round, 0}, 0, words);
           std::uint64_t drawn = 0;
           for (std::size_t i = 0; i < distances.size(); ++i)
             drawn += words[i] < 1e6 * static_cast<double>(distances[i]) ? 1 : 0;
           sink = sink + drawn + static_cast<std::uint64_t>(sum.parts()[0]);
           for (auto& part : sum.parts()) part = 0;
         });
}

/// Rows against some candidates, and what is kept of it.
double seed_rate(const core::FeatureMatrix& matrix, const std::vector<const float*>& tiles, std::size_t k) {
  const auto candidates = std::max<std::size_t>(k / 2, 8);
  const kernel::PackedCentroids packed(random_centroids(candidates, matrix.columns()));
  std::vector<float> distance(matrix.rows());
  core::RowVector<std::int32_t> index(matrix.rows());
  const auto padded = packed.groups() * kernel::PackedCentroids::group_size;
  return best_rate(2.0 * static_cast<double>(matrix.rows() * padded * matrix.columns()), moment, [&] {
    std::fill(distance.begin(), distance.end(), std::numeric_limits<float>::infinity());
    kernel::lower_nearest(tiles, packed, 0, distance.data(), index.data());
  });
}

/// Of new centroids: decoded sums, means, the inertia twice, and the kernel's form of them.
double centroid_seconds(const core::Centroids& centroids) {
  const auto k = centroids.k();
  const kernel::GlobalSums sums{centroids, std::vector<double>(k, 2.0), std::vector<std::int64_t>(k, 2), {}};
  const double numbers = static_cast<double>(k * centroids.p());
  return 1 / best_rate(numbers, moment, [&] {
           const auto means = sums.means(centroids);
           const kernel::PackedCentroids packed(means);
           const auto inertia = sums.inertia(1, means) + sums.least_inertia(1);
           sink = sink + packed.k() + (inertia > 0 ? 1 : 0);
         });
}

}  // namespace

struct KernelLoop::State {
  State(std::size_t clusters, std::size_t columns)
      : k(clusters),
        p(columns),
        centroids(random_centroids(k, p)),
        packed(centroids),
        matrix(random_rows(rows_in_cache(k, p), p)),
        labels(matrix.rows() + 1),
        leads(matrix.rows()) {
    for (std::size_t t = 0; t < matrix.tiles(); ++t) tiles.push_back(matrix.tile(t));
    float square = 0;
    for (std::size_t c = 0; c < k; ++c) {
      float here = 0;
      for (std::size_t j = 0; j < p; ++j) here += packed.at(c, j) * packed.at(c, j);
      square = std::max(square, here);
    }
    square_radius = 2 * square + 1;
  }

  std::size_t k;
  std::size_t p;
  core::Centroids centroids;
  kernel::PackedCentroids packed;
  core::FeatureMatrix matrix;
  std::vector<const float*> tiles;
  core::RowVector<std::int32_t> labels;
  std::vector<float> leads;
  float square_radius = 0;
};

KernelLoop::KernelLoop(std::int64_t k, std::int64_t p)
    : state_(std::make_unique<State>(static_cast<std::size_t>(k), static_cast<std::size_t>(p))) {}
KernelLoop::~KernelLoop() = default;
KernelLoop::KernelLoop(KernelLoop&&) noexcept = default;

double KernelLoop::operations() const {
  const auto padded = state_->packed.groups() * kernel::PackedCentroids::group_size;
  return 2.0 * static_cast<double>(state_->matrix.rows() * padded * state_->p);
}

void KernelLoop::operator()() {
  auto& state = *state_;
  if (state.k == 1) {
    kernel::nearest(state.tiles, state.packed, state.labels.data());
  } else {
    kernel::nearest_and_lead(state.tiles, state.packed, state.square_radius, state.labels.data(),
                             state.leads.data());
  }
}

void KernelLoop::measure_the_rest(Constants& constants) {
  auto& state = *state_;
  (*this)();  // so that there are labels
  const auto rows = state.matrix.rows();
  const auto cells = static_cast<double>(rows * state.p);

  if (kernel::Screen::pays(state.k)) {
    // Normal values: the rows are about this long.
    kernel::Screen screen(state.packed, 2 * std::sqrt(static_cast<double>(state.p)));
    std::vector<std::uint16_t> unsure(state.matrix.tiles());
    const double plain = best_rate(1, moment, std::ref(*this));
    constants.screen =
        best_rate(1, moment, [&] { screen.nearest(state.tiles, state.labels.data(), unsure.data()); }) /
        plain;
    (*this)();
  }

  const std::vector<float> travelled(state.k + 1, 0.0F);
  std::vector<std::uint16_t> overdue(state.matrix.tiles());
  constants.skip = 1 / best_rate(static_cast<double>(rows), moment, [&] {
                     kernel::expired(state.labels.data(), state.leads.data(), travelled.data() + 1,
                                     state.matrix.tiles(), overdue.data());
                   });

  constants.sample = sample_seconds(state.leads);
  constants.seed = seed_rate(state.matrix, state.tiles, state.k);

  std::vector<double> multipliers(kernel::MovingSums::padded(state.p), 1024.0);
  std::vector<std::int64_t> integers(state.k * multipliers.size());
  std::vector<kernel::Move> moves;
  constexpr std::size_t apart = 6;  // a few of each tile, as in most iterations
  for (std::size_t i = 0; i < rows; i += apart)
    moves.push_back({state.tiles[i / tile_rows], 1.0, static_cast<std::int32_t>(i % tile_rows),
                     state.labels[i], static_cast<std::int32_t>(i % state.k)});
  constants.move = 1 / best_rate(static_cast<double>(moves.size() * state.p), moment, [&] {
                     kernel::move_rows(moves, {state.p, multipliers.data(), integers.data()});
                   });

  std::vector<double> squares(rows);
  constants.square =
      1 / best_rate(cells, moment, [&] {
        kernel::squares_from_own(state.tiles, state.centroids, state.labels.data(), squares.data());
      });
  constants.reduce = reduce_rate(state.k, state.p);
  constants.centroid = centroid_seconds(state.centroids);
}

struct StreamingLoop::State {
  core::RowVector<std::uint64_t> words;
};

StreamingLoop::StreamingLoop(std::int64_t bytes)
    : state_(std::make_unique<State>(State{
          core::RowVector<std::uint64_t>(static_cast<std::size_t>(bytes) / sizeof(std::uint64_t), 1)})) {}
StreamingLoop::~StreamingLoop() = default;
StreamingLoop::StreamingLoop(StreamingLoop&&) noexcept = default;

double StreamingLoop::bytes() const {
  return static_cast<double>(state_->words.size() * sizeof(std::uint64_t));
}

void StreamingLoop::operator()() {
  sink = std::accumulate(state_->words.begin(), state_->words.end(), std::uint64_t{0});
}

}  // namespace psychograph::planning

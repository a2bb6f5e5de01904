#include "cluster/trimmed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/wide_sums.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/kernel.hpp"
#include "kernel/tile_blocks.hpp"
#include "stats/order_statistics.hpp"

namespace psychograph::cluster {
namespace {

constexpr double unknown = std::numeric_limits<double>::infinity();

struct TrimmedState {
  core::Centroids centroids;      ///< the best so far
  core::Centroids next;           ///< to be looked at next
  double square_reach = unknown;  ///< how far customers of `centroids` are at the most
  double inertia = unknown;       ///< of these, about `centroids`
  std::int64_t iterations = 0;

  void archive(core::StateArchive& archive) { archive& centroids& next& square_reach& inertia& iterations; }
};

/// [16 * tiles].
template <class T>
core::RowVector<T> rows_of(const core::FeatureMatrix& matrix) {
  return core::RowVector<T>(matrix.tiles() * core::tile_rows, matrix.where());
}

class Trimmed : public Fit {
 public:
  Trimmed(const FitInput& input, TrimmedState state)
      : input_(input),
        state_(std::move(state)),
        labels_(
            comm::run_on_all_ranks(input.world, [&] { return rows_of<std::int32_t>(input.data.matrix); })),
        squares_(comm::run_on_all_ranks(input.world, [&] { return rows_of<double>(input.data.matrix); })) {}

  [[nodiscard]] bool rests() const override {
    return converged_ || state_.iterations >= input_.options.max_iterations;
  }

  void step(Votes& votes) override {
    agree(input_.world, votes);
    const auto& data = input_.data;
    find_nearest();
    const double reach = find_reach();
    const auto [inertia, means] = gather(reach);
    told_ = {.number = state_.iterations,
             .objective = inertia,
             .evaluated = data.global_rows,
             .place = fmt::format("iteration {}", state_.iterations)};
    ++state_.iterations;
    converged_ = inertia >= state_.inertia;
    if (converged_) return;
    const bool slow = state_.inertia - inertia < input_.options.tolerance * state_.inertia;
    state_.centroids = std::exchange(state_.next, means);
    state_.square_reach = reach;
    state_.inertia = inertia;
    converged_ = state_.next == state_.centroids || slow;
  }

  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return state_.iterations; }
  [[nodiscard]] bool converged() const override { return converged_; }
  [[nodiscard]] Model model() const override { return CentroidModel{state_.centroids, state_.square_reach}; }
  [[nodiscard]] std::optional<double> objective() const override { return state_.inertia; }
  [[nodiscard]] core::Words state() override { return core::to_words(state_); }

 private:
  /// Every row's centroid, and how far it is. Local.
  void find_nearest() {
    const kernel::PackedCentroids packed(state_.next);
    kernel::for_each_block(input_.data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
      const auto begin = first * core::tile_rows;
      kernel::nearest(tiles, packed, labels_.data() + begin);
      kernel::squares_from_own(tiles, state_.next, labels_.data() + begin, squares_.data() + begin);
    });
  }

  /// The squared distance of the last customer who stays. Collective.
  [[nodiscard]] double find_reach() const {
    const auto& data = input_.data;
    std::vector<double> own;
    for (std::size_t row = 0; row < data.local_rows(); ++row) {
      if (data.weight(row) > 0) own.push_back(squares_[row]);
    }
    const auto away =
        static_cast<std::int64_t>(std::floor(input_.options.trim * static_cast<double>(data.global_rows)));
    std::vector<double> ends{-unknown, -unknown};  // of -x and x
    for (const double square : own) {
      ends[0] = std::max(ends[0], -square);
      ends[1] = std::max(ends[1], square);
    }
    comm::max_over_ranks(input_.world, std::span(ends));
    stats::OrderStatistics order(-ends[0], ends[1], {data.global_rows - away - 1}, data.matrix.where());
    order.count(own);
    comm::sum_over_ranks(input_.world, order.counts());
    order.choose();
    order.keep(own);
    return stats::OrderStatistics::find(input_.world, std::span(&order, 1)).front().front();
  }

  /// Of those who stay: the inertia, and the means. Collective.
  [[nodiscard]] std::pair<double, core::Centroids> gather(double reach) const {
    const auto& data = input_.data;
    kernel::CentroidSums sums(data, state_.next.k());
    core::WideSums inertia(1);
    std::vector<kernel::Move> moves;
    constexpr std::size_t at_once = 4096;
    for (std::size_t row = 0; row < data.local_rows(); ++row) {
      if (!(data.weight(row) > 0) || squares_[row] > reach) continue;
      inertia.add(0, data.weight(row) * squares_[row]);
      moves.push_back({data.matrix.tile(row / core::tile_rows), data.weight(row),
                       static_cast<std::int32_t>(row % core::tile_rows), -1, labels_[row]});
      if (moves.size() < at_once) continue;
      sums.move(moves);
      moves.clear();
    }
    sums.move(moves);
    comm::sum_over_ranks(input_.world, inertia);
    return {inertia.value(0), sum_over_ranks(input_.world, sums).means(state_.next)};
  }

  const FitInput& input_;
  TrimmedState state_;
  core::RowVector<std::int32_t> labels_;  ///< [16 * tiles]
  core::RowVector<double> squares_;       ///< likewise: distances from `next`
  bool converged_ = false;
  Told told_;
};

std::string find_trimmed_fault(const spec::Cluster& options, std::size_t p,
                               std::span<const std::uint64_t> words) {
  const auto state = core::from_words<TrimmedState>(words);
  const bool fresh = state.iterations == 0;
  if (state.iterations < 0 || state.iterations > options.max_iterations || !(state.inertia >= 0) ||
      std::isinf(state.inertia) != fresh || !(state.square_reach >= 0))
    return fmt::format("after iteration {} its inertia is {}", state.iterations, state.inertia);
  for (const auto* centroids : {&state.centroids, &state.next}) {
    if (centroids->k() != static_cast<std::size_t>(options.k) || centroids->p() != p)
      return fmt::format("its centroids are {} of {} columns, and {} of {} are wanted", centroids->k(),
                         centroids->p(), options.k, p);
    auto fault = core::find_fault(*centroids);
    if (!fault.empty()) return fault;
  }
  return {};
}

}  // namespace

const Algorithm trimmed{
    .takes_starts = true,
    .work =
        [](const spec::Cluster& options) {
          return Work{.k = options.k, .row_bytes = sizeof(std::int32_t) + 2 * sizeof(double)};
        },
    .begin = [](const FitInput& input, const Starts& starts, std::int64_t restart) -> std::unique_ptr<Fit> {
      auto start = starts.of(restart);
      return std::make_unique<Trimmed>(input, TrimmedState{.centroids = start, .next = start});
    },
    .find_fault = find_trimmed_fault,
    .resume = [](const FitInput& input, std::span<const std::uint64_t> state) -> std::unique_ptr<Fit> {
      return std::make_unique<Trimmed>(input, core::from_words<TrimmedState>(state));
    }};

}  // namespace psychograph::cluster

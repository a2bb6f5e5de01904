#include "cluster/kmedians.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "cluster/empty_clusters.hpp"
#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/wide_sums.hpp"
#include "kernel/few_values.hpp"
#include "kernel/manhattan.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

constexpr double unknown = std::numeric_limits<double>::infinity();

struct MediansState {
  core::Centroids centres;  ///< the best so far
  core::Centroids next;     ///< to be looked at next
  double total = unknown;   ///< of everybody's distance from the nearest of `centres`
  std::int64_t iterations = 0;

  void archive(core::StateArchive& archive) { archive& centres& next& total& iterations; }
};

/// What an iteration sees: of each cluster how many customers, how often each value of each column, by
/// weight, and who is farthest.
struct Seen {
  std::vector<std::int64_t> weights;  ///< [k, places]
  std::vector<std::int64_t> counts;   ///< [k]
  core::WideSums total{1};
  double farthest = -1;
  std::int64_t farthest_row = -1;  ///< global
};

class Medians : public Fit {
 public:
  Medians(const FitInput& input, MediansState state)
      : input_(input),
        state_(std::move(state)),
        values_(kernel::few_values(input.world, input.data)),
        weight_scale_(input.data.total_weight, input.data.largest_weight, input.data.global_rows) {
    for (std::size_t j = 0; j < values_.size(); ++j) {
      if (values_[j].empty() && input.data.global_rows > 0)
        throw core::data_error(
            fmt::format("k-medians are of columns of {} different values at the most, and column {} of the "
                        "encoded ones has "
                        "more",
                        kernel::most_values, j));
      first_.push_back(places_);
      places_ += values_[j].size();
    }
  }

  [[nodiscard]] bool rests() const override {
    return converged_ || (state_.iterations >= input_.options.max_iterations && std::isfinite(state_.total));
  }

  void step(Votes& votes) override {
    agree(input_.world, votes);
    auto seen = look();
    comm::sum_over_ranks(input_.world, seen.total);
    comm::sum_over_ranks(input_.world, seen.counts);
    const double total = seen.total.value(0);
    told_ = {.number = state_.iterations,
             .objective = total,
             .evaluated = input_.data.global_rows,
             .place = fmt::format("iteration {}", state_.iterations)};
    ++state_.iterations;
    if (std::count(seen.counts.begin(), seen.counts.end(), 0) > 0) {
      refill(seen);
      return;
    }
    converged_ = total >= state_.total;
    if (converged_) return;
    const bool slow = state_.total - total < input_.options.tolerance * state_.total;
    comm::sum_over_ranks(input_.world, seen.weights);
    state_.centres = std::exchange(state_.next, medians(seen));
    state_.total = total;
    converged_ = state_.next == state_.centres || slow;
  }

  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return state_.iterations; }
  [[nodiscard]] bool converged() const override { return converged_; }
  [[nodiscard]] Model model() const override {
    return CentroidModel{.centroids = state_.centres, .metric = spec::Metric::manhattan};
  }
  [[nodiscard]] std::optional<double> objective() const override { return state_.total; }
  [[nodiscard]] core::Words state() override { return core::to_words(state_); }

 private:
  /// Everybody goes to the nearest of `next`. Local.
  [[nodiscard]] Seen look() const {
    const auto& data = input_.data;
    const auto k = state_.next.k();
    Seen seen{std::vector<std::int64_t>(k * places_, 0), std::vector<std::int64_t>(k, 0)};
    std::vector<std::int32_t> labels;
    std::vector<std::int32_t> others;
    std::vector<double> own;
    std::vector<double> other;
    kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
      labels.resize(tiles.size() * core::tile_rows);
      others.resize(labels.size());
      own.resize(labels.size());
      other.resize(labels.size());
      kernel::manhattan_nearest_two(tiles, state_.next, labels.data(), others.data(), own.data(),
                                    other.data());
      const auto begin = first * core::tile_rows;
      for (auto row = begin; row < std::min(begin + own.size(), data.local_rows()); ++row) {
        if (data.weight(row) > 0)
          add(row, static_cast<std::size_t>(labels[row - begin]), own[row - begin], seen);
      }
    });
    return seen;
  }

  void add(std::size_t row, std::size_t cluster, double distance, Seen& seen) const {
    const auto& data = input_.data;
    ++seen.counts[cluster];
    seen.total.add(0, data.weight(row) * distance);
    if (distance > seen.farthest) {
      seen.farthest = distance;
      seen.farthest_row = data.rows.begin + static_cast<std::int64_t>(row);
    }
    const auto weight = weight_scale_.encode(data.weight(row));
    auto* const weights = seen.weights.data() + cluster * places_;
    for (std::size_t j = 0; j < values_.size(); ++j) {
      const auto at = std::lower_bound(values_[j].begin(), values_[j].end(), data.matrix.at(row, j));
      weights[first_[j] + static_cast<std::size_t>(at - values_[j].begin())] += weight;
    }
  }

  /// [k, p]; a cluster of nobody stays where it is. Precondition: weights are of all ranks. Local.
  [[nodiscard]] core::Centroids medians(const Seen& seen) const {
    auto found = state_.next;
    for (std::size_t c = 0; c < found.k(); ++c) {
      if (seen.counts[c] == 0) continue;
      for (std::size_t j = 0; j < found.p(); ++j) {
        const auto* const weights = &seen.weights[c * places_ + first_[j]];
        std::int64_t all = 0;
        for (std::size_t v = 0; v < values_[j].size(); ++v) all += weights[v];
        std::size_t median = 0;
        for (auto below = weights[0]; below < all - below; below += weights[median]) ++median;
        found.at(c, j) = static_cast<double>(values_[j][median]);
      }
    }
    return found;
  }

  /// The first cluster of nobody goes to the customer who is farthest from every centre, the first of
  /// several. Collective.
  void refill(const Seen& seen) {
    const double farthest = comm::max_over_ranks(input_.world, seen.farthest);
    if (!(farthest > 0)) fail_few_rows(seen.counts);
    const auto none = std::numeric_limits<std::int64_t>::max();
    const auto row = comm::min_over_ranks(input_.world, seen.farthest == farthest ? seen.farthest_row : none);
    const auto& data = input_.data;
    std::vector<double> cells(state_.next.p(), 0.0);
    if (data.rows.contains(row)) {
      const auto local = static_cast<std::size_t>(row - data.rows.begin);
      for (std::size_t j = 0; j < cells.size(); ++j) cells[j] = static_cast<double>(data.matrix.at(local, j));
    }
    const auto owner = comm::max_over_ranks(
        input_.world, data.rows.contains(row) ? static_cast<std::int64_t>(input_.world.rank()) : -1);
    boost::mpi::broadcast(input_.world, cells, static_cast<int>(owner));
    const auto empty =
        static_cast<std::size_t>(std::find(seen.counts.begin(), seen.counts.end(), 0) - seen.counts.begin());
    std::copy(cells.begin(), cells.end(), state_.next.row(empty));
    if (input_.reseeded) input_.reseeded(static_cast<std::int64_t>(empty), row);
  }

  const FitInput& input_;
  MediansState state_;
  std::vector<std::vector<float>> values_;  ///< [p]
  std::vector<std::size_t> first_;          ///< [p] where a column's values begin, of all columns'
  std::size_t places_ = 0;                  ///< values of all columns
  core::FixedPoint weight_scale_;
  bool converged_ = false;
  std::optional<Told> told_;
};

std::string find_medians_fault(const spec::Cluster& options, std::size_t p,
                               std::span<const std::uint64_t> words) {
  const auto state = core::from_words<MediansState>(words);
  constexpr std::int64_t most = std::int64_t{1} << 53;  // what a file says must leave room to count on
  if (state.iterations < 0 || state.iterations > most || !(state.total >= 0))
    return fmt::format("after iteration {} its distances add up to {}", state.iterations, state.total);
  for (const auto* centres : {&state.centres, &state.next}) {
    if (centres->k() != static_cast<std::size_t>(options.k) || centres->p() != p)
      return fmt::format("its centres are {} of {} columns, and {} of {} are wanted", centres->k(),
                         centres->p(), options.k, p);
    auto fault = core::find_fault(*centres);
    if (!fault.empty()) return fault;
  }
  return {};
}

}  // namespace

const Algorithm kmedians{
    .objective = "distance",
    .takes_starts = true,
    .work = [](const spec::Cluster& options) { return Work{.k = options.k}; },
    .begin = [](const FitInput& input, const Starts& starts, std::int64_t restart) -> std::unique_ptr<Fit> {
      auto start = starts.of(restart);
      return std::make_unique<Medians>(input, MediansState{.centres = start, .next = start});
    },
    .find_fault = find_medians_fault,
    .resume = [](const FitInput& input, std::span<const std::uint64_t> state) -> std::unique_ptr<Fit> {
      return std::make_unique<Medians>(input, core::from_words<MediansState>(state));
    }};

}  // namespace psychograph::cluster

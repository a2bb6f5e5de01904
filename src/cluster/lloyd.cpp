#include "cluster/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/empty_clusters.hpp"
#include "cluster/transfer.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/kernel.hpp"
#include "kernel/labels.hpp"

namespace psychograph::cluster {
namespace {

struct State {
  core::Centroids centroids;
  std::int64_t iterations = 0;  ///< updates of the centroids so far
  /// What the centroids were computed from had this inertia about them; iterations must lower it.
  long double inertia = std::numeric_limits<long double>::infinity();

  void archive(core::StateArchive& archive) { archive& centroids& iterations& inertia; }
};

class Lloyd : public Fit {
 public:
  Lloyd(const FitInput& input, Settle settle, State state)
      : world_(input.world),
        data_(input.data),
        options_(input.options),
        reseeded_(input.reseeded),
        settle_(std::move(settle)),
        state_(std::move(state)),
        sums_(input.data, state_.centroids.k()),
        labels_(comm::run_on_all_ranks(input.world, [&] {
          return std::make_unique<kernel::Labels>(input.data, input.matrix, state_.centroids.k(),
                                                  input.search);
        })) {}

  [[nodiscard]] bool rests() const override {
    return converged_ || state_.iterations >= options_.max_iterations;
  }

  /// One iteration. Rounding can make rows at a tie change sides for ever; the exact inertia then no longer
  /// falls, and the iteration counts for nothing.
  void step(Votes& votes) override {
    auto& centroids = state_.centroids;
    const auto work = labels_->update(kernel::PackedCentroids(centroids), sums_);
    auto global = sum(votes, work);
    note(global);
    const auto empty = std::count(global.counts.begin(), global.counts.end(), 0);
    // Centroids that are their clusters' means stay where they are. Asking how many customers moved would ask
    // for the labels before this iteration, which a fit that goes on from elsewhere doesn't know.
    const bool still = empty == 0 && centres(global, centroids) == centroids;
    converged_ = still && (!options_.refine || settle_ || !transfer(centroids, global));
    if (converged_) return;
    if (empty > 0) global = fill_empty_clusters(centroids, std::move(global));
    auto next = centres(global, centroids);
    const auto inertia = trusted(
        settle_ ? global.inertia(data_.total_square, next) : global.least_inertia(data_.total_square), next);
    converged_ = inertia >= state_.inertia;
    if (converged_) return;
    converged_ = state_.inertia - inertia < options_.tolerance * state_.inertia;
    state_ = {std::move(next), state_.iterations + 1, inertia};
  }

  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return state_.iterations; }
  [[nodiscard]] bool converged() const override { return converged_; }
  [[nodiscard]] Model model() const override { return CentroidModel{state_.centroids}; }
  [[nodiscard]] core::Words state() override { return core::to_words(state_); }

 private:
  [[nodiscard]] core::Centroids centres(const kernel::GlobalSums& global,
                                        const core::Centroids& before) const {
    auto found = global.means(before);
    if (settle_) settle_(found, global.weights);
    return found;
  }

  /// The sums over all ranks; votes and how much was done ride along. Collective.
  kernel::GlobalSums sum(Votes& votes, const kernel::Labels::Work& work = {}) {
    auto global =
        sum_over_ranks(world_, sums_, {work.moved, work.evaluated, votes.stop ? 1 : 0, votes.note ? 1 : 0});
    votes = {global.extra[2] > 0, global.extra[3] > 0};
    return global;
  }

  /// What is told of the step. How far a fit has come nobody knows; how few still move is a fair guess.
  /// Collective.
  void note(const kernel::GlobalSums& global) {
    const auto inertia = trusted(global.inertia(data_.total_square, state_.centroids), state_.centroids);
    const auto moved = static_cast<double>(global.extra[0]);
    if (state_.iterations == 0) first_moved_ = std::max(1.0, moved);
    told_ = {.number = state_.iterations,
             .objective = static_cast<double>(inertia),
             .moved = global.extra[0],
             .evaluated = global.extra[1],
             .share = std::clamp(1 - moved / first_moved_, 0.0, 1.0),
             .place = fmt::format("iteration {}", state_.iterations)};
  }

  /// The labels' inertia about `centroids`, as the sums say it. Where these subtract nearly all from nearly
  /// as much, hardly a digit is left: then it is added up row by row. Collective.
  long double trusted(long double from_sums, const core::Centroids& centroids) {
    constexpr long double least_share = 0x1p-24L;
    if (from_sums > least_share * data_.total_square) return from_sums;
    labels_->restore_order();
    return labelled_inertia(world_, data_, centroids, labels_->values()).total();
  }

  /// Where Lloyd has come to rest: moves single customers for as long as that lowers the inertia. `global`
  /// then holds the new sums. False where nobody moved. Collective.
  bool transfer(const core::Centroids& centroids, kernel::GlobalSums& global) {
    labels_->restore_order();
    bool any = false;
    auto means = global.means(centroids);
    auto inertia = trusted(global.least_inertia(data_.total_square), means);
    while (true) {
      const auto transfers = best_transfers(world_, data_, means, global, labels_->values());
      if (transfers.empty()) return any;
      for (const auto& move : transfers) {
        if (data_.rows.contains(move.row))
          labels_->set(static_cast<std::size_t>(move.row - data_.rows.begin), move.to, sums_);
      }
      Votes votes{.stop = core::stop_requested()};
      global = sum(votes);
      if (votes.stop) throw core::stopped_error("stopped on request");
      auto lower_means = global.means(means);
      const auto lowered = trusted(global.least_inertia(data_.total_square), lower_means);
      if (lowered >= inertia) return any;
      inertia = lowered;
      means = std::move(lower_means);
      any = true;
    }
  }

  /// Each empty cluster gets the customer farthest from the centroid of its own cluster (the first of
  /// several), out of the clusters that have another one left. Collective.
  kernel::GlobalSums fill_empty_clusters(const core::Centroids& centroids, kernel::GlobalSums global) {
    labels_->restore_order();
    OwnDistances distances(world_, data_, centroids, labels_->values());
    for (std::size_t c = 0; c < global.counts.size(); ++c) {
      if (global.counts[c] > 0) continue;
      const auto row = distances.farthest(global.counts);
      if (row < 0) fail_few_rows(global.counts);
      std::int64_t from = -1;
      if (data_.rows.contains(row)) {
        const auto local = static_cast<std::size_t>(row - data_.rows.begin);
        from = labels_->values()[local];
        labels_->set(local, static_cast<std::int32_t>(c), sums_);
        distances.forget(local);
      }
      from = comm::max_over_ranks(world_, from);
      --global.counts[static_cast<std::size_t>(from)];
      ++global.counts[c];
      if (reseeded_) reseeded_(static_cast<std::int64_t>(c), row);
    }
    Votes none;
    return sum(none);
  }

  const comm::Communicator& world_;
  const kernel::Data& data_;
  const spec::Cluster& options_;
  const std::function<void(std::int64_t, std::int64_t)>& reseeded_;
  const Settle settle_;
  State state_;
  bool converged_ = false;
  kernel::CentroidSums sums_;
  std::unique_ptr<kernel::Labels> labels_;
  Told told_;
  double first_moved_ = 1;
};

}  // namespace

std::unique_ptr<Fit> begin_lloyd(const FitInput& input, Settle settle, core::Centroids start) {
  return std::make_unique<Lloyd>(input, std::move(settle), State{.centroids = std::move(start)});
}

std::string find_lloyd_fault(const spec::Cluster& options, std::size_t p,
                             std::span<const std::uint64_t> words) {
  const auto state = core::from_words<State>(words);
  const auto& centroids = state.centroids;
  if (centroids.k() != static_cast<std::size_t>(options.k) || centroids.p() != p)
    return fmt::format("its centroids are {} of {} columns, and {} of {} are wanted", centroids.k(),
                       centroids.p(), options.k, p);
  const bool fresh = state.iterations == 0;
  if (state.iterations < 0 || state.iterations > options.max_iterations || !(state.inertia >= 0) ||
      std::isinf(state.inertia) != fresh)
    return fmt::format("after iteration {} its inertia is {}", state.iterations,
                       static_cast<double>(state.inertia));
  return core::find_fault(centroids);
}

std::unique_ptr<Fit> resume_lloyd(const FitInput& input, Settle settle,
                                  std::span<const std::uint64_t> state) {
  return std::make_unique<Lloyd>(input, std::move(settle), core::from_words<State>(state));
}

}  // namespace psychograph::cluster

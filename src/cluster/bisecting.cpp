#include "cluster/bisecting.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "cluster/assign.hpp"
#include "cluster/empty_clusters.hpp"
#include "cluster/restarts.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "core/row_memory.hpp"
#include "kernel/subset.hpp"

namespace psychograph::cluster {
namespace {

/// A leaf in two: the customers nearest to the first centroid keep its number, the others get the next free.
/// Of k = 1 there is one, with one centroid.
struct Split {
  std::int64_t leaf = 0;
  core::Centroids centroids;

  void archive(core::StateArchive& archive) { archive& leaf& centroids; }
};

struct State {
  std::vector<Split> splits;
  std::vector<double> inertia{0};   ///< of each leaf; of the first one while it is all: 0
  std::vector<std::int64_t> whole;  ///< leaves that can't be split: float can't tell their customers apart
  std::int64_t iterations = 0;      ///< of all 2-means
  bool converged = true;            ///< all that were kept
  Progress progress;                ///< of the running one

  void archive(core::StateArchive& archive) {
    archive& splits& inertia& whole& iterations& converged& progress;
  }
  [[nodiscard]] double total() const { return std::accumulate(inertia.begin(), inertia.end(), 0.0); }
};

std::size_t splits_of(const spec::Cluster& options) {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, options.k - 1));
}

/// Those of the 2-means that makes split number `split`.
spec::Cluster options_of_split(const spec::Cluster& options, std::size_t split) {
  auto inner = options;
  inner.algorithm = spec::Algorithm::kmeans;
  inner.k = std::min<std::int64_t>(2, options.k);
  inner.seed = core::seed_of_group(options.seed, split);
  if (inner.k == 1) inner.restarts = 1;  // all starts lead to the mean
  return inner;
}

/// A 2-means of some customers.
class Part {
 public:
  /// Of all rows, or of those whose element of `leaves` is `leaf`. `progress` outlives it. Collective.
  Part(const FitInput& input, std::span<const std::int32_t> leaves, std::int32_t leaf, std::size_t split,
       bool all, Progress& progress)
      : subset_(all ? nullptr : std::make_unique<kernel::Subset>(input.world, input.data, leaves, leaf)),
        options_(options_of_split(input.options, split)),
        input_{.world = input.world,
               .data = subset_ ? subset_->data() : input.data,
               .matrix = subset_ ? subset_->matrix() : input.matrix,
               .options = options_,
               .search = input.search},
        starts_(drawn_starts(input_.world, input_.data, options_)),
        restarts(input_, starts_, progress) {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  [[nodiscard]] const kernel::Data& data() const { return input_.data; }
  [[nodiscard]] std::int64_t starts() const { return starts_.count; }

 private:
  std::unique_ptr<kernel::Subset> subset_;
  spec::Cluster options_;
  FitInput input_;
  Starts starts_;

 public:
  Restarts restarts;
};

class Bisecting : public Fit {
 public:
  Bisecting(const FitInput& input, State state)
      : input_(input), leaves_(comm::run_on_all_ranks(input.world, [&] { return everybody(input.data); })) {
    // Who is in which leaf follows from the splits.
    for (auto& split : state.splits) {
      begin_split(split.leaf);
      const auto labels = labels_of(split);
      take(std::move(split), labels);
      part_.reset();
    }
    state.splits = std::move(state_.splits);
    state_ = std::move(state);
  }

  [[nodiscard]] bool rests() const override { return state_.splits.size() == splits_of(input_.options); }

  void step(Votes& votes) override {
    if (!part_) begin_split(largest_leaf());
    told_.reset();
    if (part_->restarts.done()) {
      agree(input_.world, votes);
    } else {
      go_on(votes);
    }
    if (part_ && part_->restarts.done()) end_split();
  }

  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return state_.iterations; }
  [[nodiscard]] bool converged() const override { return state_.converged; }
  [[nodiscard]] core::Words state() override {
    if (part_) part_->restarts.save();
    return core::to_words(state_);
  }
  [[nodiscard]] std::optional<double> objective() const override { return state_.total(); }

  [[nodiscard]] Model model() const override {
    core::Centroids centroids(static_cast<std::size_t>(input_.options.k), input_.data.matrix.columns());
    const auto put = [&](const Split& split, std::size_t from, std::size_t to) {
      std::copy_n(split.centroids.row(from), centroids.p(), centroids.row(to));
    };
    for (std::size_t s = 0; s < state_.splits.size(); ++s) {
      const auto& split = state_.splits[s];
      put(split, 0, static_cast<std::size_t>(split.leaf));
      if (split.centroids.k() > 1) put(split, 1, s + 1);
    }
    return CentroidModel{std::move(centroids)};
  }

 private:
  static core::RowVector<std::int32_t> everybody(const kernel::Data& data) {
    core::RowVector<std::int32_t> leaves(data.local_rows(), 0, data.matrix.where());
    for (std::size_t row = 0; row < leaves.size(); ++row) {
      if (data.weight(row) <= 0) leaves[row] = -1;
    }
    return leaves;
  }

  [[nodiscard]] std::int64_t largest_leaf() const {
    if (state_.splits.empty() && state_.whole.empty()) return 0;
    auto inertia = state_.inertia;
    for (const auto leaf : state_.whole) inertia[static_cast<std::size_t>(leaf)] = 0;
    const auto largest = std::max_element(inertia.begin(), inertia.end());
    if (*largest <= 0) fail_few_rows(state_.inertia.size(), input_.options.k);
    return largest - inertia.begin();
  }

  /// Collective.
  void begin_split(std::int64_t leaf) {
    const auto number = state_.splits.size();
    part_ = std::make_unique<Part>(input_, leaves_, static_cast<std::int32_t>(leaf), number, number == 0,
                                   state_.progress);
    leaf_ = leaf;
  }

  /// Collective.
  void go_on(Votes& votes) {
    const auto start = state_.progress.restart;
    try {
      part_->restarts.step(votes);
    } catch (const core::Error& error) {
      // Customers whom float can't tell apart: this leaf stays as it is.
      if (error.code() != core::ExitCode::data) throw;
      votes = {};  // the ranks have not met over them
      part_.reset();
      state_.progress = {};
      state_.whole.push_back(leaf_);
      return;
    }
    told_ = part_->restarts.told();
    if (!told_) return;
    const auto splits = static_cast<double>(splits_of(input_.options));
    const auto starts = part_->starts();
    told_->number = state_.iterations++;
    told_->objective += state_.total() - state_.inertia[static_cast<std::size_t>(leaf_)];
    const double within = (static_cast<double>(start) + told_->share) / static_cast<double>(starts);
    told_->share = (static_cast<double>(state_.splits.size()) + within) / splits;
    told_->place = fmt::format("split {} of {}, start {} of {}, {}", state_.splits.size() + 1,
                               splits_of(input_.options), start + 1, starts, told_->place);
  }

  /// Collective.
  void end_split() {
    const auto best = part_->restarts.best();
    Split split{leaf_, centres(best.model)};
    const auto labels = labels_of(split);
    auto inertia = labelled_inertia(input_.world, part_->data(), split.centroids, labels);
    state_.inertia[static_cast<std::size_t>(leaf_)] = inertia.value(0);
    if (inertia.count() > 1) state_.inertia.push_back(inertia.value(1));
    take(std::move(split), labels);
    state_.converged = state_.converged && best.converged;
    state_.progress = {};
    part_.reset();
  }

  /// To which of the two centroids each row of the part goes. Collective.
  core::RowVector<std::int32_t> labels_of(const Split& split) const {
    return comm::run_on_all_ranks(input_.world,
                                  [&] { return nearest_labels(part_->data().matrix, split.centroids); });
  }

  /// The leaf's customers go there. Local.
  void take(Split split, std::span<const std::int32_t> labels) {
    const auto next = static_cast<std::int32_t>(state_.splits.size() + 1);
    const bool all = state_.splits.empty();  // then a row is in its own place
    std::size_t place = 0;
    for (std::size_t row = 0; row < leaves_.size(); ++row) {
      if (leaves_[row] != split.leaf) continue;
      if (labels[all ? row : place++] == 1) leaves_[row] = next;
    }
    state_.splits.push_back(std::move(split));
  }

  const FitInput& input_;
  core::RowVector<std::int32_t> leaves_;  ///< [local rows]; -1: takes no part
  State state_;
  std::unique_ptr<Part> part_;  ///< of the split under way, if it has been begun or gone on with
  std::int64_t leaf_ = 0;       ///< that is split
  std::optional<Told> told_;
};

std::string fault_of_splits(const State& state, std::size_t k, std::size_t p) {
  for (std::size_t s = 0; s < state.splits.size(); ++s) {
    const auto& [leaf, centroids] = state.splits[s];
    if (leaf < 0 || leaf > static_cast<std::int64_t>(s) || centroids.k() != std::min<std::size_t>(2, k) ||
        centroids.p() != p)
      return fmt::format("split {} is of leaf {}, into {} of {} columns", s, leaf, centroids.k(),
                         centroids.p());
    auto fault = core::find_fault(centroids);
    if (!fault.empty()) return fmt::format("split {}: {}", s, fault);
  }
  return {};
}

/// Where leaves are about the same size, all customers are split once for each doubling of their number. A
/// leaf's rows are copied; it may be of nearly all.
Work work(const spec::Cluster& options) {
  const auto k = options.k;
  const auto splits = std::max(1.0, static_cast<double>(k) - 1);
  return {.k = std::min<std::int64_t>(2, k),
          .rounds = splits,
          .share = std::max(1.0, std::log2(static_cast<double>(k))) / splits,
          .copies = k > 2 ? 1.0 : 0.0,
          .row_bytes = sizeof(std::int32_t)};
}

std::unique_ptr<Fit> begin(const FitInput& input, const Starts&, std::int64_t) {
  return std::make_unique<Bisecting>(input, State{});
}

std::string find_fault(const spec::Cluster& options, std::size_t p, std::span<const std::uint64_t> words) {
  const auto state = core::from_words<State>(words);
  const auto splits = state.splits.size();
  const bool fits = splits < splits_of(options) && state.inertia.size() == splits + 1 &&
                    std::all_of(state.inertia.begin(), state.inertia.end(),
                                [](double each) { return std::isfinite(each) && each >= 0; });
  const bool knows_whole = state.whole.size() <= state.inertia.size() &&
                           std::all_of(state.whole.begin(), state.whole.end(), [&](std::int64_t leaf) {
                             return leaf >= 0 && leaf < static_cast<std::int64_t>(state.inertia.size());
                           });
  constexpr std::int64_t most = std::int64_t{1} << 53;  // what a file says must leave room to count on
  if (!fits || !knows_whole || state.iterations < 0 || state.iterations > most)
    return fmt::format("after {} iterations it has {} splits of {}, with {} leaves of inertia {}",
                       state.iterations, splits, splits_of(options), state.inertia.size(), state.total());
  auto fault = fault_of_splits(state, static_cast<std::size_t>(options.k), p);
  if (!fault.empty()) return fault;
  const auto inner = options_of_split(options, splits);
  return cluster::find_fault(state.progress, inner, inner.restarts, p);
}

std::unique_ptr<Fit> resume(const FitInput& input, std::span<const std::uint64_t> state) {
  return std::make_unique<Bisecting>(input, core::from_words<State>(state));
}

}  // namespace

const Algorithm bisecting{.takes_starts = false,
                          .restarts_within = true,
                          .work = work,
                          .begin = begin,
                          .find_fault = find_fault,
                          .resume = resume};

}  // namespace psychograph::cluster

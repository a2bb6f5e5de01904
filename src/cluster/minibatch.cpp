#include "cluster/minibatch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/lloyd.hpp"
#include "cluster/seeding.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "core/row_memory.hpp"
#include "kernel/subset.hpp"

namespace psychograph::cluster {
namespace {

/// Customers of the first batch, about; and of each cluster, at the least.
constexpr double first_batch = 5000;
constexpr double of_each = 20;

struct NestedState {
  std::int64_t restart = 0;
  std::int64_t batch = 0;          ///< each is twice the one before
  std::int64_t earlier = 0;        ///< iterations on the batches before
  core::Centroids centroids = {};  ///< that these have come to; none yet: [0, 0]
  core::Words lloyd = {};          ///< the state of the batch's own iterations; none: not begun

  void archive(core::StateArchive& archive) { archive& restart& batch& earlier& centroids& lloyd; }
};

/// Of all customers, those in a batch.
double share_of(std::int64_t batch, std::int64_t k, std::int64_t customers) {
  const double first = std::max(first_batch, of_each * static_cast<double>(k));
  const double share =
      std::ldexp(first / static_cast<double>(std::max<std::int64_t>(1, customers)), static_cast<int>(batch));
  return share > 0.5 ? 1.0 : share;  // no copy of more than half
}

/// k-means of one batch.
class Batch {
 public:
  /// Collective.
  Batch(const FitInput& whole, const NestedState& state, const spec::Cluster& options)
      : subset_(share_of(state.batch, options.k, whole.data.global_rows) < 1
                    ? std::make_unique<kernel::Subset>(whole.world, whole.data, members(whole, state), 1)
                    : nullptr),
        input_{.world = whole.world,
               .data = subset_ ? subset_->data() : whole.data,
               .matrix = subset_ ? subset_->matrix() : whole.matrix,
               .options = options,
               // Rows of a batch have other numbers.
               .reseeded = subset_ ? std::function<void(std::int64_t, std::int64_t)>() : whole.reseeded,
               .search = whole.search} {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  [[nodiscard]] const FitInput& input() const { return input_; }
  [[nodiscard]] bool is_everybody() const { return subset_ == nullptr; }

 private:
  /// 1 for those in the batch: those of smaller ones among them.
  static core::RowVector<std::int32_t> members(const FitInput& whole, const NestedState& state) {
    const auto& data = whole.data;
    const double share = share_of(state.batch, whole.options.k, data.global_rows);
    return comm::run_on_all_ranks(whole.world, [&] {
      core::RowVector<std::int32_t> chosen(data.local_rows(), 0, data.matrix.where());
      for (std::size_t row = 0; row < chosen.size(); ++row) {
        const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
        const auto bits = core::random_bits(whole.options.seed, core::Purpose::nested_batch,
                                            static_cast<std::uint32_t>(state.restart), global);
        if (data.weight(row) > 0 && core::to_unit(bits.first) < share) chosen[row] = 1;
      }
      return chosen;
    });
  }

  std::unique_ptr<kernel::Subset> subset_;
  FitInput input_;
};

class Nested : public Fit {
 public:
  Nested(const FitInput& input, NestedState state)
      : input_(input), few_(without_refining(input.options)), state_(std::move(state)) {
    if (state_.lloyd.empty()) return;
    open();
    fit_ = resume_lloyd(batch_->input(), {}, state_.lloyd);
  }

  [[nodiscard]] bool rests() const override {
    return converged_ || (fit_ && batch_->is_everybody() && fit_->rests()) ||
           (state_.centroids.k() > 0 && steps() >= input_.options.max_iterations);
  }

  void step(Votes& votes) override {
    if (!fit_) begin();
    const auto before = centres(fit_->model());
    if (!go_on(votes)) return;
    told_ = fit_->told();
    if (told_) {
      told_->number += state_.earlier;
      told_->place = fmt::format("{} of {} customers, {}", batch_->input().data.global_rows,
                                 input_.data.global_rows, told_->place);
    }
    if (batch_->is_everybody()) {
      converged_ = fit_->converged();
      return;
    }
    if (fit_->rests() || half_rest(before, centres(fit_->model()))) leave();
  }

  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return state_.earlier + (fit_ ? fit_->steps() : 0); }
  [[nodiscard]] bool converged() const override { return converged_; }
  [[nodiscard]] Model model() const override {
    return fit_ ? fit_->model() : Model(CentroidModel{state_.centroids});
  }
  [[nodiscard]] core::Words state() override {
    state_.lloyd = fit_ ? fit_->state() : core::Words();
    return core::to_words(state_);
  }

 private:
  /// Single customers are moved when everybody is there.
  static spec::Cluster without_refining(spec::Cluster options) {
    options.refine = false;
    return options;
  }

  void open() {
    batch_.reset();
    const bool all = share_of(state_.batch, input_.options.k, input_.data.global_rows) >= 1;
    batch_ = std::make_unique<Batch>(input_, state_, all ? input_.options : few_);
  }

  /// Collective.
  void begin() {
    open();
    // Of a batch too few may differ; of all customers fewer than k are an error.
    while (state_.centroids.k() == 0 && !seed()) {
      ++state_.batch;
      open();
    }
    fit_ = begin_lloyd(batch_->input(), {}, state_.centroids);
  }

  /// Whether the batch has k customers who differ. Collective.
  bool seed() {
    const auto& inner = batch_->input();
    try {
      state_.centroids = seed_centroids(inner.world, inner.data, input_.options.k, input_.options.init,
                                        input_.options.seed, static_cast<std::uint32_t>(state_.restart));
      return true;
    } catch (const core::Error& error) {
      if (error.code() != core::ExitCode::data || batch_->is_everybody()) throw;
      return false;
    }
  }

  /// A step on the batch. False where its customers can't be told apart so far: the next one's may be.
  bool go_on(Votes& votes) {
    try {
      fit_->step(votes);
      return true;
    } catch (const core::Error& error) {
      if (error.code() != core::ExitCode::data || batch_->is_everybody()) throw;
      votes = {};  // the ranks have not met over them
      told_.reset();
      leave();
      return false;
    }
  }

  /// For a batch of twice as many.
  void leave() {
    state_.centroids = centres(fit_->model());
    state_.earlier += fit_->steps();
    fit_.reset();
    batch_.reset();
    ++state_.batch;
  }

  static bool half_rest(const core::Centroids& before, const core::Centroids& after) {
    std::size_t resting = 0;
    for (std::size_t c = 0; c < after.k(); ++c)
      resting += std::equal(after.row(c), after.row(c) + after.p(), before.row(c)) ? 1 : 0;
    return 2 * resting >= after.k();
  }

  const FitInput& input_;
  const spec::Cluster few_;  ///< options of all batches but the last
  NestedState state_;
  std::unique_ptr<Batch> batch_;
  std::unique_ptr<Fit> fit_;  ///< of the batch
  bool converged_ = false;
  std::optional<Told> told_;
};

std::string find_nested_fault(const spec::Cluster& options, std::size_t p,
                              std::span<const std::uint64_t> words) {
  const auto state = core::from_words<NestedState>(words);
  constexpr std::int64_t most_batches = 64;
  constexpr std::int64_t most = std::int64_t{1} << 53;
  if (state.restart < 0 || state.restart >= options.restarts || state.batch < 0 ||
      state.batch > most_batches || state.earlier < 0 || state.earlier > most)
    return fmt::format("in start {} it stands at batch {}, after {} iterations", state.restart, state.batch,
                       state.earlier);
  const auto k = state.centroids.k();
  const bool fresh = k == 0 && state.centroids.p() == 0;
  if (!fresh && (k != static_cast<std::size_t>(options.k) || state.centroids.p() != p))
    return fmt::format("its centroids are {} of {} columns, and {} of {} are wanted", k, state.centroids.p(),
                       options.k, p);
  if (auto fault = core::find_fault(state.centroids); !fault.empty()) return fault;
  if (state.lloyd.empty()) return {};
  return fresh ? "it goes on from nowhere" : find_lloyd_fault(options, p, state.lloyd);
}

}  // namespace

const Algorithm minibatch{
    .takes_starts = false,
    .work =
        [](const spec::Cluster& options) {
          return Work{.k = options.k, .copies = 0.5, .row_bytes = sizeof(std::int32_t)};
        },
    .begin = [](const FitInput& input, const Starts&, std::int64_t restart) -> std::unique_ptr<Fit> {
      return std::make_unique<Nested>(input, NestedState{.restart = restart});
    },
    .find_fault = find_nested_fault,
    .resume = [](const FitInput& input, std::span<const std::uint64_t> state) -> std::unique_ptr<Fit> {
      return std::make_unique<Nested>(input, core::from_words<NestedState>(state));
    }};

}  // namespace psychograph::cluster

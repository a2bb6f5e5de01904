#include "cluster/em.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace psychograph::cluster {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// A gain of less, as a share of the log-likelihood, is none.
constexpr double least_gain = 1e-10;

/// Two looks take EM from `base` by way of `after` to where it would be; from there a longer step leads on.
struct EmState {
  std::vector<double> base = {};   ///< looked with next; where `halfway`: looked with before
  std::vector<double> after = {};  ///< where `halfway`: what EM has made of `base`, looked with next
  std::vector<double> fallback =
      {};                    ///< where the long step to `base` leads down: EM's own; empty: no such step
  double floor = -infinity;  ///< below this it leads down
  bool halfway = false;
  std::vector<double> kept = {};  ///< the best so far
  double objective = -infinity;   ///< of these
  double log_likelihood = 0;      ///< likewise
  std::int64_t looks = 0;

  void archive(core::StateArchive& archive) {
    archive& base& after& fallback& floor& halfway& kept& objective& log_likelihood& looks;
  }
};

double squared_length(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

/// The step of Varadhan and Roland's third scheme from `base`; empty where it is no longer than EM's two.
std::vector<double> long_step(const std::vector<double>& base, const std::vector<double>& once,
                              const std::vector<double>& twice) {
  std::vector<double> first(base.size());
  std::vector<double> second(base.size());
  for (std::size_t i = 0; i < base.size(); ++i) {
    first[i] = once[i] - base[i];
    second[i] = twice[i] - once[i] - first[i];
  }
  const double bend = squared_length(second);
  if (!(bend > 0)) return {};
  const double length = -std::sqrt(squared_length(first) / bend);
  if (!(length < -1) || !std::isfinite(length)) return {};
  std::vector<double> there(base.size());
  for (std::size_t i = 0; i < base.size(); ++i)
    there[i] = base[i] - 2 * length * first[i] + length * length * second[i];
  return there;
}

class Em : public Fit {
 public:
  Em(const FitInput& input, std::unique_ptr<Mixture> mixture, EmState state)
      : input_(input), mixture_(std::move(mixture)), state_(std::move(state)) {}

  [[nodiscard]] bool rests() const override {
    return converged_ || state_.looks >= input_.options.max_iterations;
  }

  void step(Votes& votes) override {
    agree(input_.world, votes);
    const auto made = mixture_->look(state_.halfway ? state_.after : state_.base);
    told_ = {.number = state_.looks++,
             .objective = made.log_likelihood,
             .evaluated = input_.data.global_rows,
             .share = static_cast<double>(state_.looks) / static_cast<double>(input_.options.max_iterations),
             .place = fmt::format("look {}", state_.looks)};
    if (state_.halfway) {
      go_on_from(made);
    } else {
      take(made);
    }
  }

  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return state_.looks; }
  [[nodiscard]] bool converged() const override { return converged_; }
  [[nodiscard]] Model model() const override { return mixture_->model(state_.kept); }
  [[nodiscard]] std::optional<double> objective() const override { return state_.log_likelihood; }
  [[nodiscard]] core::Words state() override { return core::to_words(state_); }

 private:
  /// Of the first of two looks: `base` stands, or the long step to it is taken back.
  void take(const Mixture::Look& made) {
    if (!state_.fallback.empty() && !(made.objective >= state_.floor)) {
      state_.base = std::exchange(state_.fallback, {});
      return;
    }
    const double gain = made.objective - state_.objective;
    const double least = std::max(least_gain, input_.options.tolerance) * std::abs(made.objective);
    if (gain > 0) {
      state_.kept = state_.base;
      state_.objective = made.objective;
      state_.log_likelihood = made.log_likelihood;
    }
    converged_ = gain <= least;
    state_.after = made.parameters;
    state_.halfway = true;
  }

  void go_on_from(const Mixture::Look& made) {
    state_.fallback = made.parameters;
    state_.floor = made.objective;
    auto there = long_step(state_.base, state_.after, state_.fallback);
    state_.base = there.empty() ? std::exchange(state_.fallback, {}) : std::move(there);
    state_.after.clear();
    state_.halfway = false;
  }

  const FitInput& input_;
  std::unique_ptr<Mixture> mixture_;
  EmState state_;
  bool converged_ = false;
  Told told_;
};

}  // namespace

std::unique_ptr<Fit> begin_em(const FitInput& input, std::unique_ptr<Mixture> mixture,
                              std::vector<double> start) {
  return std::make_unique<Em>(input, std::move(mixture), EmState{.base = std::move(start)});
}

std::string find_em_fault(const spec::Cluster& options, std::size_t parameters,
                          std::span<const std::uint64_t> words) {
  const auto state = core::from_words<EmState>(words);
  const auto known = [&](const std::vector<double>& values, bool there) {
    return values.size() == (there ? parameters : 0) &&
           std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
  };
  if (state.looks < 0 || state.looks > options.max_iterations)
    return fmt::format("it has looked {} times", state.looks);
  const bool looked = std::isfinite(state.objective);
  if (!known(state.base, true) || !known(state.after, state.halfway) || !known(state.kept, looked) ||
      !known(state.fallback, !state.fallback.empty()) || std::isnan(state.floor) ||
      !std::isfinite(state.log_likelihood) || (state.looks > 0) != looked)
    return fmt::format("its parameters are {}, and {} are wanted", state.base.size(), parameters);
  return {};
}

std::unique_ptr<Fit> resume_em(const FitInput& input, std::unique_ptr<Mixture> mixture,
                               std::span<const std::uint64_t> state) {
  return std::make_unique<Em>(input, std::move(mixture), core::from_words<EmState>(state));
}

}  // namespace psychograph::cluster

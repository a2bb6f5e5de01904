#include "cluster/restarts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "cluster/empty_clusters.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"

namespace psychograph::cluster {
namespace {

/// No fit makes more steps: what a file says must leave room to count on.
constexpr std::int64_t most_steps = std::int64_t{1} << 53;

bool as_good(double objective, double best) {
  return std::abs(objective - best) <= 1e-9 * std::max(std::abs(objective), std::abs(best));
}

std::string fault_of_best(const Fitted& best, std::int64_t restart, std::size_t k, std::size_t p) {
  const auto& centroids = centres(best.model);
  if (best.restart < 0 || best.restart >= restart || best.iterations < 0 ||
      !(std::isfinite(best.inertia) && best.inertia >= 0) || !std::isfinite(best.objective) ||
      !std::isfinite(best.seconds_cluster))
    return fmt::format("its best restart is {}, after {} steps, of inertia {}", best.restart, best.iterations,
                       best.inertia);
  if (best.reached < 1 || best.reached > restart)
    return fmt::format("its best was reached by {} of {} starts", best.reached, restart);
  if (centroids.k() != k || centroids.p() != p)
    return fmt::format("its best centroids are {} of {} columns, and {} of {} are wanted", centroids.k(),
                       centroids.p(), k, p);
  return core::find_fault(centroids);
}

}  // namespace

void Fitted::archive(core::StateArchive& archive) {
  auto& kind = std::get<CentroidModel>(model);
  archive& kind.centroids& inertia& objective& iterations& converged& restart& reached& seconds_cluster;
}

void Progress::archive(core::StateArchive& archive) { archive& restart& steps& fit& best; }

std::string find_fault(const Progress& progress, const spec::Cluster& options, std::int64_t restarts,
                       std::size_t p) {
  if (progress.restart < 0 || progress.restart > restarts || progress.steps < 0 ||
      progress.steps > most_steps)
    return fmt::format("it stands at restart {} of {}, step {}", progress.restart, restarts, progress.steps);
  if (!progress.fit && progress.steps != 0)
    return fmt::format("a restart that has not begun stands at step {}", progress.steps);
  if (progress.best.has_value() != (progress.restart > 0)) return "of the restarts before, none is the best";
  if (progress.best) {
    auto fault = fault_of_best(*progress.best, progress.restart, static_cast<std::size_t>(options.k), p);
    if (!fault.empty()) return fault;
  }
  if (!progress.fit) return {};
  try {
    return algorithm(options.algorithm).find_fault(options, p, *progress.fit);
  } catch (const core::Error& error) {
    return error.what();
  }
}

Restarts::Restarts(const FitInput& input, const Starts& starts, Progress& progress)
    : input_(input), starts_(starts), progress_(progress) {
  if (!done() && progress.fit) fit_ = algorithm(input.options.algorithm).resume(input, *progress.fit);
}

Restarts::Step Restarts::step(Votes& votes) {
  told_.reset();
  if (!fit_) {
    begin();
    agree(input_.world, votes);
    return Step::begun;
  }
  if (!fit_->rests()) {
    const core::Stopwatch watch;
    try {
      fit_->step(votes);
    } catch (...) {
      save();
      throw;
    }
    seconds_cluster_ += watch.seconds();
    told_ = fit_->told();
  }
  if (fit_->rests()) {  // at once: that it does is not in its state
    end();
    agree(input_.world, votes);
    return Step::ended;
  }
  return Step::went_on;
}

void Restarts::save() {
  if (!fit_) return;
  progress_.steps = fit_->steps();
  progress_.fit = fit_->state();
}

void Restarts::begin() {
  const core::Stopwatch watch;
  fit_ = algorithm(input_.options.algorithm).begin(input_, starts_, progress_.restart);
  save();
  seconds_seed_ += watch.seconds();
  seconds_cluster_ = 0;
}

void Restarts::end() {
  Fitted fitted{.model = fit_->model(),
                .iterations = fit_->steps(),
                .converged = fit_->converged(),
                .restart = progress_.restart,
                .seconds_cluster = seconds_cluster_};
  const auto objective = fit_->objective();
  fit_.reset();  // the rows lie in the table's order again
  const auto found = fitted.model;
  auto& centroids = std::get<CentroidModel>(fitted.model).centroids;
  fitted.inertia = fill_empty_clusters(input_.world, input_.data, input_.reseeded, centroids).inertia;
  // From the moved centroid the same algorithm could go on, if it is one that starts from centroids.
  const bool could_go_on = algorithm(input_.options.algorithm).takes_starts && !(fitted.model == found);
  fitted.converged = fitted.converged && !could_go_on;
  fitted.objective = objective.value_or(fitted.inertia);
  auto& best = progress_.best;
  if (best && as_good(fitted.objective, best->objective)) fitted.reached = ++best->reached;
  if (!best || fitted.objective < best->objective) best = std::move(fitted);
  ++progress_.restart;
  progress_.steps = 0;
  progress_.fit.reset();
}

Fitted Restarts::best() const {
  auto best = progress_.best.value();
  best.seconds_seed = seconds_seed_;
  best.starts = starts_.count;
  return best;
}

Fitted fit_best(const FitInput& input, const Starts& starts, Progress& progress, const Observer& observer) {
  Restarts restarts(input, starts, progress);
  while (!restarts.done()) {
    const auto restart = progress.restart;
    Votes votes{core::stop_requested(), observer.wants_progress && observer.wants_progress()};
    const auto step = restarts.step(votes);
    if (restarts.told() && observer.step) observer.step(restart, *restarts.told());
    const bool note = votes.note || step != Restarts::Step::went_on;
    if (votes.stop || note) restarts.save();
    if (votes.stop) throw core::stopped_error("stopped on request");
    if (note && observer.reached) observer.reached(progress);
  }
  return restarts.best();
}

}  // namespace psychograph::cluster

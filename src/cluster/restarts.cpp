#include "cluster/restarts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "cluster/assign.hpp"
#include "cluster/densities.hpp"
#include "cluster/empty_clusters.hpp"
#include "core/error.hpp"
#include "core/overloaded.hpp"
#include "core/stop_request.hpp"

namespace psychograph::cluster {
namespace {

/// No fit makes more steps: what a file says must leave room to count on.
constexpr std::int64_t most_steps = std::int64_t{1} << 53;

bool as_good(double objective, double best, double same) {
  return std::abs(objective - best) <= same * std::max(std::abs(objective), std::abs(best));
}

std::vector<double>* shares_of(Model& model) {
  return std::visit(core::Overloaded{[](CentroidModel&) -> std::vector<double>* { return nullptr; },
                                     [](auto& mixture) { return &mixture.shares; }},
                    model);
}

/// The kind is that of `model`.
void archive_model(core::StateArchive& archive, Model& model) {
  auto kind = static_cast<std::int64_t>(model.index());
  archive& kind;
  if (archive.reading()) {
    if (kind == 0) model = CentroidModel{};
    if (kind == 1) model = ClassModel{};
    if (kind == 2) model = NormalModel{};
    if (kind < 0 || kind > 2) throw core::data_error("its words are no state that a fit comes to");
  }
  std::visit([&](auto& own) { archive& own.centroids; }, model);
  if (auto* centroids = std::get_if<CentroidModel>(&model)) {
    auto metric = static_cast<std::int64_t>(centroids->metric);
    auto& parts = centroids->parts;
    archive & centroids->square_reach& metric& parts.centroids& parts.weights& parts.counts& parts.segment;
    centroids->metric = static_cast<spec::Metric>(metric);
  }
  if (auto* shares = shares_of(model)) archive&* shares;
  if (auto* normal = std::get_if<NormalModel>(&model)) {
    auto covariance = static_cast<std::int64_t>(normal->covariance);
    archive& covariance & normal->factors;
    normal->covariance = static_cast<spec::Covariance>(covariance);
  }
}

std::string fault_of_best(const Fitted& best, std::int64_t restart, std::size_t k, std::size_t p) {
  const auto& centroids = centres(best.model);
  auto model = best.model;
  const auto* shares = shares_of(model);
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
  if (const auto* plain = std::get_if<CentroidModel>(&model); plain != nullptr &&
                                                              plain->metric != spec::Metric::euclidean &&
                                                              plain->metric != spec::Metric::manhattan)
    return "its metric is none";
  if (const auto* plain = std::get_if<CentroidModel>(&model); plain != nullptr && !(plain->square_reach >= 0))
    return fmt::format("its segments reach as far as {}", plain->square_reach);
  if (const auto* plain = std::get_if<CentroidModel>(&model); plain != nullptr) {
    auto fault = find_fault(plain->parts, k, p);
    if (!fault.empty()) return fault;
  }
  if (shares != nullptr &&
      (shares->size() != k ||
       std::any_of(shares->begin(), shares->end(), [](double share) { return !(share > 0 && share <= 1); })))
    return "the shares of its segments are none";
  if (const auto* normal = std::get_if<NormalModel>(&best.model)) {
    auto fault = find_fault(*normal);
    if (!fault.empty()) return fault;
  }
  return core::find_fault(centroids);
}

}  // namespace

void Fitted::archive(core::StateArchive& archive) {
  archive_model(archive, model);
  archive& inertia& objective& iterations& converged& restart& reached& seconds_cluster;
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
  const auto& own = algorithm(input_.options.algorithm);
  auto* centroids = std::get_if<CentroidModel>(&fitted.model);
  const bool nearest_means =
      centroids != nullptr && centroids->metric == spec::Metric::euclidean && centroids->parts.empty();
  if (nearest_means) {
    const auto found = *centroids;
    fitted.inertia =
        fill_empty_clusters(input_.world, input_.data, input_.reseeded, centroids->centroids).inertia;
    // From the moved centroid the same algorithm could go on, if it is one that starts from centroids.
    const bool could_go_on = own.takes_starts && !(*centroids == found);
    fitted.converged = fitted.converged && !could_go_on;
  }
  if (centroids != nullptr && !nearest_means)
    fitted.inertia = measure_worth(input_.world, input_.data, *centroids).inertia;
  fitted.objective = objective.value_or(fitted.inertia);
  auto& best = progress_.best;
  if (best && as_good(fitted.objective, best->objective, own.same)) fitted.reached = ++best->reached;
  const bool better =
      !best || (own.rises ? fitted.objective > best->objective : fitted.objective < best->objective);
  if (better) best = std::move(fitted);
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

Fitted fit_afresh(const FitInput& input, const Observer& observer) {
  Progress progress;
  return fit_best(input, drawn_starts(input.world, input.data, input.options), progress, observer);
}

}  // namespace psychograph::cluster

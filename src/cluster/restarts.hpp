// The restarts of an algorithm: each is begun, led to its end and compared with the best so far.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/fit.hpp"
#include "cluster/model.hpp"
#include "core/state_archive.hpp"
#include "core/stopwatch.hpp"

namespace psychograph::cluster {

/// A fit that has come to its end.
struct Fitted {
  Model model;                  ///< its segments in no particular order
  double inertia = 0;           ///< weighted sum of squared distances to the nearest centre
  double objective = 0;         ///< what the algorithm has lowered, or raised
  std::int64_t iterations = 0;  ///< steps
  bool converged = false;
  std::int64_t restart = 0;    ///< the one that is kept
  std::int64_t starts = 1;     ///< of these it is the best
  std::int64_t reached = 1;    ///< so many of them came to its objective, but for Algorithm::same of it
  double seconds_seed = 0;     ///< of all restarts
  double seconds_cluster = 0;  ///< of the kept restart's steps

  void archive(core::StateArchive& archive);
};

/// Where the restarts stand between two steps: all that the rest follows from.
struct Progress {
  std::int64_t restart = 0;             ///< the running one, or the next
  std::int64_t steps = 0;               ///< of the running one
  std::optional<core::Words> fit = {};  ///< the running one's state; none: it has not begun
  std::optional<Fitted> best = {};      ///< of those that have ended

  void archive(core::StateArchive& archive);
};

/// What can't be so, in words, of the progress of `restarts` restarts of a fit to `p` columns as `options`
/// say; empty where nothing is wrong. Local.
std::string find_fault(const Progress& progress, const spec::Cluster& options, std::int64_t restarts,
                       std::size_t p);

/// Runs restarts step by step, one after the other. `progress` is where they can go on from, whatever is
/// thrown: where a restart has begun or ended, where a step has failed, and what was last saved.
/// Precondition: it has no fault. Members are collective. All arguments outlive it.
class Restarts {
 public:
  Restarts(const FitInput& input, const Starts& starts, Progress& progress);

  [[nodiscard]] bool done() const { return progress_.restart >= starts_.count; }
  enum class Step { begun, went_on, ended };
  /// Begins the next restart, goes on with it, or ends it with its last step. Precondition: not done().
  Step step(Votes& votes);
  /// Brings `progress` up to the last step.
  void save();
  /// What the fit tells of the step; none where it was a beginning.
  [[nodiscard]] const std::optional<Told>& told() const { return told_; }
  /// The one of least objective, the first of several. Precondition: done().
  [[nodiscard]] Fitted best() const;

 private:
  void begin();
  void end();

  const FitInput& input_;
  const Starts& starts_;
  Progress& progress_;
  std::unique_ptr<Fit> fit_;  ///< none: not begun, or not gone on with yet
  std::optional<Told> told_;
  double seconds_seed_ = 0;
  double seconds_cluster_ = 0;
};

/// What a caller may want to hear while it runs; the same calls on every rank.
struct Observer {
  std::function<void(std::int64_t restart, const Told&)> step = {};
  /// Whether `reached` should be called after the step that runs; asked on every rank, and one that says yes
  /// is enough.
  std::function<bool()> wants_progress = {};
  /// The restarts have come to where they could go on from: as wanted, and whenever one has begun or ended.
  std::function<void(const Progress&)> reached = {};
};

/// Runs what `progress` leaves to do of all restarts. Collective. Throws a data error for fewer distinct rows
/// than k, and where a rank was asked to stop an error of code `stopped`; whatever it throws, `progress` is
/// where it can go on from.
Fitted fit_best(const FitInput& input, const Starts& starts, Progress& progress, const Observer& observer);

/// The whole of it, from starts that are drawn as the options say. Collective. Throws likewise.
Fitted fit_afresh(const FitInput& input, const Observer& observer = {});

}  // namespace psychograph::cluster

// What every algorithm is to those who run it: a fit that goes step by step, and can be left between two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cluster/model.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/state_archive.hpp"
#include "kernel/data.hpp"
#include "kernel/labels.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

/// What a rank wishes before a step; after it, whether any rank does.
struct Votes {
  bool stop = false;  ///< the run was asked to end
  bool note = false;  ///< what the fit has come to is to be kept
};

/// For a step that has no all-reduce of its own. Collective.
void agree(const comm::Communicator& world, Votes& votes);

/// Of a step, as its data were when it began.
struct Told {
  std::int64_t number = 0;  ///< of steps before
  double objective = 0;     ///< what the algorithm lowers, or raises
  std::int64_t moved = 0;   ///< customers who changed cluster
  /// Customers who had to be compared with the centroids; the others' bounds held.
  std::int64_t evaluated = 0;
  double share = 0;   ///< of the fit that is done, as far as can be known
  std::string place;  ///< where in it that was, for people
};

/// What is to be fitted, and how. All of it outlives the fit.
struct FitInput {
  const comm::Communicator& world;
  const kernel::Data& data;
  core::FeatureMatrix& matrix;  ///< that of the data: a fit may lay its rows in another order while it runs
  const spec::Cluster& options;
  /// An emptied cluster was given the globally farthest customer; may be empty.
  std::function<void(std::int64_t cluster, std::int64_t global_row)> reseeded = {};
  kernel::Search search = kernel::Search::automatic;  ///< changes no bit of the result
};

/// One fit. With the data and the options its state is all that the rest follows from, on any number of
/// ranks: sums are exact, labels follow from centroids, random numbers from the seed. Between two steps the
/// rows of the data may lie in another order; the destructor restores the table's.
class Fit {
 public:
  Fit() = default;
  virtual ~Fit() = default;
  Fit(const Fit&) = delete;
  Fit& operator=(const Fit&) = delete;

  /// Whether there is nothing left to do: it has converged, or made as many steps as it may.
  [[nodiscard]] virtual bool rests() const = 0;
  /// Goes on a little; `votes` ride in the step's all-reduce. Collective. Precondition: it does not rest.
  /// Throws a data error where the data can't be fitted so, and one of code `stopped`; `state` is then one to
  /// go on from all the same.
  virtual void step(Votes& votes) = 0;
  /// Of the last step; none where it only began something.
  [[nodiscard]] virtual std::optional<Told> told() const = 0;

  [[nodiscard]] virtual std::int64_t steps() const = 0;
  [[nodiscard]] virtual bool converged() const = 0;
  [[nodiscard]] virtual Model model() const = 0;
  /// What it has lowered so far, where that is something else than the inertia of its model.
  [[nodiscard]] virtual std::optional<double> objective() const { return std::nullopt; }
  /// May take as long as what it holds is large. Precondition: it does not rest.
  [[nodiscard]] virtual core::Words state() = 0;
};

/// Where the restarts of a fit start from.
struct Starts {
  std::int64_t count = 1;  ///< restarts
  /// The centroids [k, p] that one restart starts from: always the same. Empty for an algorithm that finds
  /// its own. Collective.
  std::function<core::Centroids(std::int64_t restart)> of = {};
};

/// What a fit costs, for plans.
struct Work {
  std::int64_t k = 0;           ///< clusters that a step tells apart
  double rounds = 1;            ///< how often a restart's steps are gone through,
  double share = 1;             ///< each time with this share of the customers
  double copies = 0;            ///< of all customers' rows, beside these
  std::int64_t row_bytes = 0;   ///< of a customer besides
  std::int64_t rank_bytes = 0;  ///< of a rank besides, however many customers there are
};

/// How to come to a fit.
struct Algorithm {
  const char* objective = "inertia";  ///< the name of what it lowers,
  bool rises = false;                 ///< or raises
  double same = 1e-9;                 ///< objectives that differ by this share are of the same optimum
  bool unit_rows = false;             ///< it wants rows of unit length
  /// It starts from centroids, drawn or given: an earlier result's may be these.
  bool takes_starts = true;
  bool restarts_within = false;  ///< all its restarts are one fit
  Work (*work)(const spec::Cluster& options);
  /// From one of the starts. Collective.
  std::unique_ptr<Fit> (*begin)(const FitInput& input, const Starts& starts, std::int64_t restart);
  /// What can't be so, in words, of the state of such a fit to `p` columns; empty where nothing is wrong.
  /// Throws a data error where its words are none. Local.
  std::string (*find_fault)(const spec::Cluster& options, std::size_t p,
                            std::span<const std::uint64_t> state);
  /// From a state of such a fit. Collective. Precondition: it has no fault.
  std::unique_ptr<Fit> (*resume)(const FitInput& input, std::span<const std::uint64_t> state);
};

}  // namespace psychograph::cluster

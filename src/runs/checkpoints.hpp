// When a run notes how far it has come, and how it goes on from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cluster/restarts.hpp"
#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"
#include "results/checkpoint.hpp"
#include "runs/comparison_records.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

struct CheckpointOptions {
  bool resume = false;
  double every = 30;  ///< seconds
};

/// The checkpoints of one run. Every member function is collective over the communicator it was made with;
/// rank 0 alone touches the files.
class Checkpoints {
 public:
  /// Claims the result that the spec names and, where the options say so, looks for a checkpoint. `lineage`
  /// is what the fit depends on beside the spec and the input. Throws a data error for a checkpoint of
  /// another spec, lineage or program, and where all are damaged.
  Checkpoints(const comm::Communicator& world, const CheckpointOptions& options, const spec::Spec& spec,
              const std::string& lineage, Reporter& reporter);

  /// Whether there is one to go on from.
  [[nodiscard]] bool resumed() const { return resumed_; }

  /// Where the fit that `options` name goes on, of so many restarts and `p` encoded columns, if there is a
  /// checkpoint: else from the beginning. From here on this is the run's progress, for the fit to keep up.
  /// Throws a data error for a checkpoint of another input, or that no such fit comes to.
  cluster::Progress& begin(const std::string& input_fingerprint, const spec::Cluster& options,
                           std::int64_t restarts, std::size_t p);
  /// For cluster::fit_best: progress is noted when its time has come.
  void observe(cluster::Observer& observer);

  /// Judgements of a range of k, kept as they come; null where it is one number.
  [[nodiscard]] RunRecords* judgements() { return judgements_ ? &*judgements_ : nullptr; }
  /// The judgement of that k is kept.
  void judged(std::int64_t k) { judged_ = k; }

  /// To be called with a caught error: one of code `stopped` becomes a checkpoint and says so; others are
  /// thrown as they are.
  [[noreturn]] void end_early(const core::Error& error);

  /// Throws an environment error where another run has taken the result over. Rank 0 alone; local.
  void require_owner() const { folder_.require_owner(); }
  /// The result is written.
  void remove();

 private:
  void write();

  const comm::Communicator& world_;
  Reporter& reporter_;
  double every_;
  results::CheckpointFolder folder_;
  results::Checkpoint current_;
  std::optional<RunRecords> judgements_;
  std::int64_t judged_ = 0;  ///< the last k; 0: none
  bool resumed_ = false;
  bool begun_ = false;
  core::Stopwatch since_last_;
};

}  // namespace psychograph::runs

#include "runs/checkpoints.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"

namespace psychograph::runs {
namespace {

/// What is lost at most where a checkpoint at the end of a stage is left out.
constexpr double least_seconds = 1;

std::string place(const cluster::Progress& progress) {
  if (!progress.fit) return fmt::format("before restart {}", progress.restart + 1);
  return fmt::format("restart {}, iteration {}", progress.restart + 1, progress.steps);
}

}  // namespace

Checkpoints::Checkpoints(const comm::Communicator& world, const CheckpointOptions& options,
                         const spec::Spec& spec, const std::string& lineage, Reporter& reporter)
    : world_(world), reporter_(reporter), every_(options.every), folder_(spec.output_path) {
  if (std::isnan(every_)) throw core::usage_error("--checkpoint-every must be a number of seconds");
  current_.program_version = PSYCHOGRAPH_VERSION;
  current_.spec = spec.effective + lineage;
  std::vector<std::string> damaged;
  bool dropped = false;
  auto archive = comm::run_on_root(world_, [&] {
    std::optional<results::Checkpoint> found;
    dropped = !options.resume && folder_.has_any();
    if (options.resume) found = folder_.newest(damaged);
    if (found && found->program_version != current_.program_version) {
      throw core::data_error(
          fmt::format("{}: is of version {} of the program, and this is {}: start without --resume",
                      folder_.path(), found->program_version, current_.program_version));
    }
    if (found && found->spec != current_.spec) {
      throw core::data_error(
          fmt::format("{}: is of another spec{}: go on with the spec, the input and the options of then, or "
                      "start without --resume",
                      folder_.path(), lineage.empty() ? "" : " or previous result"));
    }
    folder_.claim(options.resume);
    return found ? results::to_archive(*found) : std::string();
  });
  for (const auto& text : damaged) reporter_.warn(text + "; the one before it is used");
  if (dropped)
    reporter_.warn(
        fmt::format("{}: the checkpoint of an earlier run is removed (no --resume)", folder_.path()));
  if (!archive.empty()) current_ = results::checkpoint_from_archive(archive);
  resumed_ = !archive.empty();
  if (!spec.cluster.ks.empty()) judgements_.emplace(world, spec.output_path, options.resume);
  // What a range has left there is as old as an earlier run's checkpoint.
  if (spec.cluster.ks.empty() && !options.resume) RunRecords::remove_beside(world, spec.output_path);
  const bool judged_before = judgements_ && judgements_->kept() > 0;
  if (options.resume && !resumed_ && !judged_before)
    reporter_.warn(fmt::format("{}: no checkpoint to resume: starts afresh", folder_.path()));
}

cluster::Progress& Checkpoints::begin(const std::string& input_fingerprint, const spec::Cluster& options,
                                      std::int64_t restarts, std::size_t p) {
  if (resumed_ && current_.input_fingerprint != input_fingerprint) {
    throw core::data_error(fmt::format(
        "{}: is of another input (its cells' fingerprint is {}, this one's {}): start without --resume",
        folder_.path(), current_.input_fingerprint, input_fingerprint));
  }
  const auto fault = resumed_ ? cluster::find_fault(current_.progress, options, restarts, p) : std::string();
  if (!fault.empty()) {
    throw core::data_error(fmt::format(
        "{}: is damaged: no fit of {} segments, {} columns and {} restarts comes to that: {}; start "
        "without --resume",
        folder_.path(), options.k, p, restarts, fault));
  }
  if (resumed_) reporter_.stage(fmt::format("resuming: {}", place(current_.progress)));
  current_.input_fingerprint = input_fingerprint;
  begun_ = true;
  since_last_.restart();
  return current_.progress;
}

void Checkpoints::observe(cluster::Observer& observer) {
  observer.wants_progress = [this] { return world_.rank() == 0 && since_last_.seconds() >= every_; };
  observer.reached = [this](const cluster::Progress&) {
    comm::run_on_root(world_, [&] {
      if (since_last_.seconds() >= std::min(every_, least_seconds)) write();
    });
  };
}

void Checkpoints::write() {
  folder_.write(current_);
  since_last_.restart();
  reporter_.detail(fmt::format("checkpoint: {}", place(current_.progress)));
}

void Checkpoints::end_early(const core::Error& error) {
  if (error.code() != core::ExitCode::stopped) {
    if (world_.rank() == 0) folder_.release();
    throw error;
  }
  core::ignore_stop_requests();
  if (!begun_ && judged_ > 0) {
    throw core::stopped_error(
        fmt::format("stopped on request after k = {}; --resume goes on from there", judged_));
  }
  if (!begun_) {
    throw core::stopped_error(fmt::format(
        "stopped on request before the clustering: {}",
        resumed_ ? "--resume goes on from the checkpoint that there was" : "--resume will start afresh"));
  }
  comm::run_on_root(world_, [&] { write(); });
  throw core::stopped_error(fmt::format("stopped on request at {}; --resume goes on from {}",
                                        place(current_.progress), folder_.path()));
}

void Checkpoints::remove() {
  comm::run_on_root(world_, [&] { folder_.remove(); });
  if (judgements_) judgements_->remove();
}

}  // namespace psychograph::runs

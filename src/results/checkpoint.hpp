// How far a run has come, on disk: what a fit can go on from, and whose it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/restarts.hpp"

namespace psychograph::results {

/// A fit's progress, and all that decides what comes of it.
struct Checkpoint {
  std::string program_version;
  std::string spec;  ///< the effective one
  std::string input_fingerprint;
  cluster::Progress progress;
};

/// As a Boost.Serialization text archive. Numbers are stored bit for bit.
std::string to_archive(const Checkpoint& checkpoint);
/// Throws a data error where `archive` is none that this program wrote. Whether a fit comes to its progress
/// is for cluster::find_fault to say, when it is known which fit.
Checkpoint checkpoint_from_archive(const std::string& archive);

/// The checkpoints of one result, in the folder `RESULT.checkpoint`. All members are local, for rank 0 alone,
/// and throw environment errors where the folder can't be read or written.
///
/// All checkpoints of one input and spec lie on the one way that a fit can take, so the newest is the one
/// that has come farthest, whoever wrote it. A run owns the folder from `claim` on, until another run claims
/// it: a scheduler may start a job anew whose old processes live on behind a cut network.
class CheckpointFolder {
 public:
  explicit CheckpointFolder(const std::string& result);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Whether there is a checkpoint, damaged or not.
  [[nodiscard]] bool has_any() const { return !list().empty(); }

  /// Makes this run the owner, removes what earlier ones had half written or what is damaged, and their
  /// checkpoints unless `keep`. Throws where the folder holds what no run has made.
  void claim(bool keep);
  /// Throws where another run has claimed the folder since.
  void require_owner() const;

  /// Appears whole, flushed to disk, or not at all. Keeps the one before, and removes older ones.
  void write(const Checkpoint& checkpoint) const;
  /// The newest that can be read. What is wrong with newer ones is added to `damaged`. Throws a data error
  /// where there are some and none can be read.
  [[nodiscard]] std::optional<Checkpoint> newest(std::vector<std::string>& damaged) const;
  /// The result is there: nothing is left to go on with. Not if the folder is another run's by now.
  void remove() const;
  /// The run has failed: a folder without a checkpoint is of no use.
  void release() const;

 private:
  /// Files with a checkpoint, the one that has come farthest first.
  [[nodiscard]] std::vector<std::string> list() const;
  [[nodiscard]] std::string owner() const;

  std::string result_;
  std::string path_;
  std::string owner_;
};

}  // namespace psychograph::results

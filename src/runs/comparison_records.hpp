// What a run of `compare` has found, and its records on disk, so that what was done need not be done again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/state_archive.hpp"
#include "evaluate/measures.hpp"
#include "evaluate/verdict.hpp"

namespace psychograph::runs {

/// The objective before a step of the fit that is told of.
struct TracePoint {
  std::int64_t start = 0;  ///< of several
  std::int64_t step = 0;
  double objective = 0;
  /// Customers who had to be compared with the centroids: which bounds hold is another matter on other ranks.
  std::int64_t compared = 0;
  double seconds = 0;  ///< since the run began; volatile
  void archive(core::StateArchive& archive);
};

struct RunRecord {
  evaluate::Judgement judgement;
  std::int64_t n = 0;                       ///< customers
  std::int64_t p = 0;                       ///< encoded columns
  std::vector<evaluate::Measure> measures;  ///< of the segments
  evaluate::PredictionStrength prediction;  ///< NaN where it was not asked for
  std::vector<TracePoint> trace;
  double seconds = 0;          ///< volatile
  double seconds_fitting = 0;  ///< of these: clustering itself; volatile
  void archive(core::StateArchive& archive);
};

/// Whether a judgement that was read can be one of k segments in so many columns.
bool is_of(const evaluate::Judgement& judgement, std::int64_t k, std::size_t columns);

/// The folder OUTPUT.runs with a file for each run that is done. Members but the constructor are collective;
/// rank 0 alone touches the files.
class RunRecords {
 public:
  /// Keeps what lies there where `keep`, else empties it. Throws an environment error.
  RunRecords(const comm::Communicator& world, const std::string& output, bool keep);

  /// Where the runs of that output lie. Local.
  static std::string path_beside(const std::string& output);
  /// Takes away what lies there. Collective.
  static void remove_beside(const comm::Communicator& world, const std::string& output);
  [[nodiscard]] const std::string& path() const { return path_; }
  /// How many files lay there, and were kept or dropped.
  [[nodiscard]] std::int64_t kept() const { return kept_; }
  [[nodiscard]] std::int64_t dropped() const { return dropped_; }
  /// Of a run that is done on a table of that fingerprint, by this version; none else, and where it is
  /// damaged.
  std::optional<RunRecord> find(const std::string& id, const std::string& fingerprint);
  /// Appears whole or not at all. Throws an environment error.
  void keep(const std::string& id, const std::string& fingerprint, const RunRecord& record);
  /// All is written elsewhere.
  void remove();

 private:
  [[nodiscard]] std::string file_of(const std::string& id) const;

  const comm::Communicator& world_;
  std::string path_;
  std::int64_t kept_ = 0;
  std::int64_t dropped_ = 0;
};

}  // namespace psychograph::runs

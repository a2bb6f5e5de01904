// What a person and a scheduler see while a job runs. Rank 0 alone speaks. Progress, warnings and errors go
// to standard error; the summary that was asked for, and nothing else, to standard output. What stands in the
// names of files, columns and categories does nothing to the terminal (core::printable).
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cluster/fit.hpp"
#include "comm/communicator.hpp"
#include "core/stopwatch.hpp"
#include "io/file_use.hpp"

namespace psychograph::runs {

enum class Verbosity { quiet, normal, verbose };

class Reporter {
 public:
  /// `events_path` may be empty: no events.
  Reporter(const comm::Communicator& world, Verbosity verbosity, const std::string& events_path,
           std::vector<std::string> command);
  /// What is printed next, an error above all, begins a line.
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// Before the job writes anything: what it reads and writes, as rank 0 finds out, is held to
  /// io::require_safe, and the events' file with it, which is emptied here. Collective. Throws as these two
  /// do.
  void open(const std::function<io::FileUse()>& files);

  /// A stage begins: told from `normal` on, and as an event.
  void stage(const std::string& text);
  /// Something the user should know of; told always.
  void warn(const std::string& text);
  /// Told with --verbose.
  void detail(const std::string& text);
  /// One step of the clustering: an event each; told as `progress` is, and with --verbose always.
  void step(std::int64_t restart, std::int64_t restarts, bool rises, const cluster::Told& told);
  /// Part of a long stage that is done, 0 to 1: a live line on a terminal, at most ten a second; a line every
  /// ten seconds when piped.
  void progress(const std::string& text, double share);
  /// The same where nobody knows of how much.
  void progress(const std::string& text);
  /// The summary, to standard output. Names in it must have gone through core::printable. Collective. Throws
  /// an environment error where it can't be written.
  void summary(const std::string& text);

  /// The command line as it was typed.
  [[nodiscard]] std::string command() const;

 private:
  void line(const std::string& text, bool live);
  void event(const nlohmann::ordered_json& json);
  /// Whether enough time has passed for another line of progress; if so, it counts as told.
  bool line_is_due();

  const comm::Communicator& world_;
  bool speaks_;
  Verbosity verbosity_;
  bool terminal_;
  bool live_line_ = false;
  std::string events_path_;
  std::ofstream events_;
  std::string early_events_;  ///< until the file is open
  std::vector<std::string> command_;
  core::Stopwatch since_start_;
  core::Stopwatch since_line_;
};

}  // namespace psychograph::runs

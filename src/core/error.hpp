// Errors that users meet: a message that carries the values, and the exit code of the program.
#pragma once

#include <stdexcept>
#include <string>

namespace psychograph::core {

/// What the program returns to the shell and the scheduler.
enum class ExitCode : int {
  done = 0,
  internal = 1,     ///< a fault of ours
  usage = 2,        ///< command line or spec
  data = 3,         ///< what is wrong with the customers' data
  environment = 4,  ///< file system, MPI, memory
  stopped = 75,     ///< on request; what is left can be done later (EX_TEMPFAIL of sysexits.h)
};

/// An error with its exit code; `what()` is the whole message, without a prefix or a final newline.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

inline Error usage_error(const std::string& message) { return {ExitCode::usage, message}; }
inline Error data_error(const std::string& message) { return {ExitCode::data, message}; }
inline Error environment_error(const std::string& message) { return {ExitCode::environment, message}; }
inline Error stopped_error(const std::string& message) { return {ExitCode::stopped, message}; }

}  // namespace psychograph::core

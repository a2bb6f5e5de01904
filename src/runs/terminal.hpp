// The gate to the terminal: standard output and standard error. Local; rank 0 alone speaks.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace psychograph::runs {

/// Before anything is opened or written. A standard stream that was handed over closed becomes one that
/// nothing can be read from or written to: else the next file to be opened would take its number, and what is
/// said would go there. A pipe that nobody reads is an error like another, no signal.
void prepare_standard_streams();

/// Writes `text` to standard output, and throws an environment error where that fails.
void print(std::string_view text);

/// An error with a list that follows its line.
class ListedError : public core::Error {
 public:
  ListedError(core::ExitCode code, const std::string& message, std::vector<std::string> list)
      : core::Error(code, message), list_(std::move(list)) {}
  [[nodiscard]] const std::vector<std::string>& list() const noexcept { return list_; }

 private:
  std::vector<std::string> list_;
};

/// What a program says when it fails, on standard error: one line that begins with "psychograph:".
void tell(const core::Error& error);
/// That line, and the list below it.
void tell(const ListedError& error);

}  // namespace psychograph::runs

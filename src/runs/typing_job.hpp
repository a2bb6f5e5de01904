// A few questions that tell which segment somebody is in: what `typing` does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct TypingOptions {
  std::string result;
  std::vector<std::string> inputs;
  std::vector<std::string> candidates;   ///< globs; none: the columns that the segments were made of
  std::vector<std::string> categorical;  ///< candidates whose numbers are names
  std::int64_t questions = 8;
  std::int64_t sample = 50'000;
  std::string output;
  std::string csv;
  std::vector<std::string> sets;
};

/// Chooses questions on a sample, tests them on everybody, and writes the tool. Collective. Throws usage,
/// data and environment errors.
void typing(const comm::Communicator& world, const TypingOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

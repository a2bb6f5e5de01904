// Whether a result is what the program makes of that input, by making it again: what `verify` does.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/memory.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct VerifyOptions {
  std::string result;
  std::vector<std::string> inputs;
  std::string model;
  std::string previous;
  std::string temporary;
  MemoryOptions memory;
};

/// Collective. Throws a ListedError of code `data` that lists what differs, and other errors.
void verify(const comm::Communicator& world, const VerifyOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

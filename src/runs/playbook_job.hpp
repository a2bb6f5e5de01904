// What to do in each segment, as far as the columns tell: what `playbook` does.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct PlaybookOptions {
  std::string result;
  std::string spec;  ///< a file with the [[playbook]] blocks, where the result's own spec has none or others
  std::vector<std::string> inputs;
  std::string campaign;  ///< what measure has written of these segments; empty: none
  std::string output;
  std::string csv;
  std::vector<std::string> sets;
};

/// Collective. Throws usage, data and environment errors.
void playbook(const comm::Communicator& world, const PlaybookOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

// Features of customers from their events, and how they come and go: what `behavior` does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct BehaviorOptions {
  std::string path;                    ///< of the TOML file
  std::vector<std::string> customers;  ///< globs, instead of those of the file
  std::vector<std::string> sets;       ///< as in `--set`
  std::string output;
  std::string csv;      ///< a folder for the tables; empty: none
  std::string scratch;  ///< a folder for what is put aside; empty: the output's
};

/// Writes a table of customers with features of their events, or those of `customers` with these features
/// beside their columns. Collective. Throws usage, data and environment errors.
void behavior(const comm::Communicator& world, const BehaviorOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

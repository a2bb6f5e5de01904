// A comparison on disk.
#pragma once

#include <string>

#include "comm/communicator.hpp"
#include "io/shard.hpp"
#include "runs/comparison_overlaps.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

struct ComparisonOutput {
  std::string csv;          ///< a folder for the tables as CSV; empty: none
  bool labels = false;      ///< whether everybody's segment in every run is written
  std::string fingerprint;  ///< of the input
  std::string command;
};

/// Writes the file that the spec names, and the tables as CSV. Collective. Throws an environment error, and
/// one of code `stopped`.
void write_comparison(const comm::Communicator& world, const ComparisonOutput& output, const spec::Spec& spec,
                      const Found& found, const io::Shard& shard);

}  // namespace psychograph::runs

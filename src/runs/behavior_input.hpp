// What `behavior` reads: its spec, its files, and all events, dealt out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behavior/deal.hpp"
#include "behavior/source.hpp"
#include "comm/communicator.hpp"
#include "io/file_use.hpp"
#include "runs/behavior_job.hpp"
#include "runs/reporter.hpp"
#include "spec/events.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// The validated spec, options applied. Collective: rank 0 reads the file.
spec::Events load_events(const comm::Communicator& world, const BehaviorOptions& options);

/// Of a table of --csv.
std::string csv_path(const BehaviorOptions& options, const std::string& name);
/// What is read and written; the folder of --csv is made. Local. Throws a data error where a file is not
/// there, and an environment error.
io::FileUse files_of(const BehaviorOptions& options, const spec::Events& spec);
spec::Input input_of(const spec::CustomerTable& customers);
/// Where what does not fit into memory is put aside.
std::string scratch_folder(const BehaviorOptions& options, const spec::Events& spec);

/// All events, read and dealt out.
struct ReadEvents {
  std::vector<behavior::EventLevels> levels;  ///< by block
  std::vector<behavior::EventTally> tallies;  ///< likewise; of all ranks
  behavior::Dealt dealt;

  /// Events that were not left out.
  [[nodiscard]] std::int64_t kept() const;
};
/// Tells what was left out and why. Collective. Throws data and environment errors; also where no event is
/// left.
ReadEvents read_events(const comm::Communicator& world, const spec::Events& spec, const std::string& folder,
                       Reporter& reporter);

}  // namespace psychograph::runs

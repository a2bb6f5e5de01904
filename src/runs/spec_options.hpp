// A spec, and what the command line changes in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/file_use.hpp"
#include "runs/checkpoints.hpp"
#include "runs/memory.hpp"
#include "runs/write_back.hpp"
#include "spec/parse.hpp"

namespace psychograph::runs {

struct SpecOptions {
  std::string path;
  std::vector<std::string> inputs;
  std::vector<std::string> sets;
  std::string output;
  std::optional<std::string> k;  ///< as in the spec: a number, a range, or auto
  std::optional<std::int64_t> seed;
  MemoryOptions memory;           ///< where the job has them
  CheckpointOptions checkpoints;  ///< likewise
  WriteBackOptions write_back;    ///< likewise
  bool profile = true;            ///< likewise: whether the result gets one
};

/// The validated spec, options applied. Collective: rank 0 reads the file.
spec::Spec load_spec(const comm::Communicator& world, const SpecOptions& options, spec::Purpose purpose);

/// What a job with that spec reads; nothing that it writes. Local. Throws a data error where a table is not
/// there.
io::FileUse files_of(const SpecOptions& options, const spec::Spec& spec);

}  // namespace psychograph::runs

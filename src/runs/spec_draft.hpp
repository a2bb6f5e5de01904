// The draft of a spec that `import` writes beside its table.
#pragma once

#include <string>

#include "comm/communicator.hpp"
#include "io/file_use.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

/// Notes that `draft` is going to be written, unless it is empty. Throws a usage error where it is there
/// already: it may be somebody's work. Local.
void add_draft(io::FileUse& use, const std::string& draft);

/// Writes it to `draft`, for the finished table in the file at `table`; nothing where `draft` is empty.
/// Collective: rank 0 looks at the first rows. Throws an environment error.
void write_draft(const comm::Communicator& world, const std::string& table, const std::string& draft,
                 Reporter& reporter);

}  // namespace psychograph::runs

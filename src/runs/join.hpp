// Columns of one table looked up in another by id: what `join` does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/memory.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct JoinOptions {
  std::string first;                 ///< files, or globs, separated by commas
  std::string second;                ///< likewise
  std::string id;                    ///< a column's name, or FIRST=SECOND
  std::string table = "/customers";  ///< likewise
  std::vector<std::string> columns;  ///< of the second, globs; empty: all but its id
  std::string prefix;                ///< of their names
  std::string output;
  MemoryOptions memory;
};

/// A left join: all rows and columns of the first, in its order, and columns of the second beside them, with
/// gaps where it has no such id. Holds `io::finding_row_bytes` of each row of the first and
/// `io::known_row_bytes` of each of the second, dealt out to the ranks, and some hundred MB a rank.
/// Collective. Throws usage, data and environment errors.
void join(const comm::Communicator& world, const JoinOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

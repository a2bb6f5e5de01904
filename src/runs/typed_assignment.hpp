// Customers to segments by a typing tool: what `assign` does with its file.
#pragma once

#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "results/stored_result.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"
#include "typing/tool.hpp"

namespace psychograph::runs {

/// A typing tool as it is stored.
struct StoredTool {
  typing::Tool tool;
  results::StoredResult origin;  ///< its spec and version alone
};

/// None where the file is another. Collective: rank 0 reads. Throws a data error where it is damaged.
std::optional<StoredTool> read_tool(const comm::Communicator& world, const std::string& path);

/// Writes the segments of the customers of `spec.input`, window by window. Who lacks an answer gets the
/// points of those who do. Collective. Throws data errors that name file, column and row.
void assign_by_tool(const comm::Communicator& world, const spec::Spec& spec, const StoredTool& stored,
                    const std::string& tool_path, const std::string& output, Reporter& reporter);

}  // namespace psychograph::runs

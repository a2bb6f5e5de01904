// Looks at the files of a table: layout, columns, rows; reads no cell. Local, on one rank.
#pragma once

#include <string>
#include <vector>

#include "io/table.hpp"

namespace psychograph::io {

/// What leads out of a file is unreadable unless `external`. Throws as `open_table` does.
Table inspect_table(const std::vector<std::string>& paths, const std::string& table_name,
                    bool external = false);

}  // namespace psychograph::io

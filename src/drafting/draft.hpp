// A spec to begin with, as a person would write it down: what seems to be what, and why something is left
// out.
#pragma once

#include <string>
#include <vector>

#include "drafting/column_facts.hpp"

namespace psychograph::drafting {

struct Draft {
  std::string text;  ///< TOML, which runs as it stands where it `has_features`
  bool has_features = false;
};

/// `table` is the path of the table's file, and `path` where the draft is going to lie; `total_rows` are the
/// table's, of which facts may be of the first alone.
Draft draft(const std::vector<ColumnFacts>& columns, const std::string& table, const std::string& path,
            std::int64_t total_rows);

}  // namespace psychograph::drafting

// The facts of a table's columns, as `import` has written it: from its first rows. Local.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drafting/column_facts.hpp"
#include "insight/codebook.hpp"

namespace psychograph::drafting {

struct TableFacts {
  std::vector<ColumnFacts> columns;  ///< in an order in which people count: Q2 before Q10
  std::int64_t rows = 0;             ///< of the table; facts are of the first 200,000
};

/// `table`: a group of datasets of numbers or fixed-length text. Throws a data error where it is none.
TableFacts facts_of_table(const std::string& path, const std::string& table,
                          const insight::Codebook& codebook);

}  // namespace psychograph::drafting

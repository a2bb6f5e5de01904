// How many encoded columns there will be, before the cells are read.
#pragma once

#include <cstdint>
#include <vector>

#include "features/schema.hpp"
#include "io/table.hpp"

namespace psychograph::features {

/// One a clustered feature, whatever levels it has: what there will be at the least. Local.
std::int64_t least_encoded_columns(const std::vector<Feature>& features);

/// With the levels that the table's header names; a column of words does not tell how many there are, and
/// counts eight. Local.
std::int64_t likely_encoded_columns(const io::Table& table, const std::vector<Feature>& features);

}  // namespace psychograph::features

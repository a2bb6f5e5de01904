// From the spec's globs and the table's columns to the list of features. Local; the same on every rank.
#pragma once

#include <vector>

#include "features/schema.hpp"
#include "io/table.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

/// The clustered features in spec order (globs expand in name order), constructs behind them, and the
/// described ones last. Kind, scale and missing rule have their defaults filled in. Throws a data error for
/// a column that is not there or can't be read, a usage error for a rule that does not suit the column.
std::vector<Feature> resolve(const io::Table& table, const spec::Spec& spec);

}  // namespace psychograph::features

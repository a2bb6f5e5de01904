// What the user should be told of a table's columns before work begins.
#pragma once

#include <string>
#include <vector>

#include "features/schema.hpp"
#include "io/table.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

/// What the spec's globs match and leave out, for it can't be read as a column, with the reason; and what the
/// used columns themselves have a note of. One text each.
std::vector<std::string> notices(const io::Table& table, const spec::Spec& spec,
                                 const std::vector<Feature>& features);

/// Features of words with a level that is not UTF-8 in the table. One text each.
std::vector<std::string> notices(const io::Table& table, const Schema& schema);

}  // namespace psychograph::features

// The typing tool as other programs run it. All of them add the same numbers in the same order, so that with
// double precision they say the same.
#pragma once

#include <string>

#include "typing/tool.hpp"

namespace psychograph::typing {

/// One SELECT: the id, and a CASE that gives the segment's id, from a table of such columns. Standard SQL.
/// Local.
std::string as_sql(const Tool& tool, const std::string& id);

/// A CSV file that is a spreadsheet: answers go into the second line, the segment comes out at its end.
/// Local.
std::string as_spreadsheet(const Tool& tool);

/// Items, answers and points; keys: docs/typing.md. Local.
std::string as_json(const Tool& tool);

/// What spreadsheets take: characters of a formula.
inline constexpr std::size_t most_formula = 8192;
/// The longest of its formulas. Local.
std::size_t longest_formula(const Tool& tool);

}  // namespace psychograph::typing

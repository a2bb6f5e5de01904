// What `join` is asked for: two tables, which column finds a row of the other, and what is taken of it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "io/table.hpp"
#include "runs/carried_table.hpp"
#include "runs/join.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// The files of the two tables. Collective.
std::pair<spec::Input, spec::Input> join_inputs(const comm::Communicator& world, const JoinOptions& options);

/// The id's names in the two tables: one name that both have, or FIRST=SECOND. Throws a data error where a
/// column is not there.
std::pair<std::string, std::string> join_ids(const std::string& id, const io::Table& first,
                                             const io::Table& second);

/// All columns of the first table. What is no column is left out, with a warning; pandas' row index is, too.
/// Throws a data error for a column that can't be read.
std::vector<Taken> taken_of_first(const io::Table& table, Reporter& reporter);

/// Those of the second that `options` name, under their prefix; else all but its id. Throws a usage error
/// where one has the name of another, a data error where there is no such column.
std::vector<Taken> taken_of_second(const io::Table& table, const std::string& id, const JoinOptions& options,
                                   const std::vector<Taken>& first, Reporter& reporter);

}  // namespace psychograph::runs

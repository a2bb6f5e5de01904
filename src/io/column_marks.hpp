// What attributes say of a column's cells, as other programs write them: netCDF and its conventions, pandas,
// Bioconductor's rhdf5. Local.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5.hpp"
#include "io/table.hpp"
#include "spec/spec.hpp"

namespace psychograph::io {

struct ColumnMarks {
  spec::Sentinels missing;
  std::optional<core::TimeScale> times;  ///< how its numbers stand for points of time
  std::string unreadable;                ///< why the cells are not what they look like; empty where they are
  std::string kind;         ///< "numeric", "ordinal" or "categorical"; empty where nothing is said
  std::string not_applied;  ///< attributes that say more of the cells than is heeded, by their names
};

/// Of a dataset that is one column, or a matrix of them, whose cells are of the stored type `type`.
ColumnMarks marks_of(hid_t dataset, hid_t type);

/// Whether a text says that integers are points or spans of time: numpy's names of such types, and the units
/// of the CF conventions.
bool tells_time(const std::string& text);

/// The names for the codes that a dataset holds, where its attribute `categories` gives them or, as earlier
/// versions of AnnData do, points at them; empty where they can't be read.
std::optional<std::vector<std::string>> categories_of(hid_t dataset);

/// Of the member `name` of a dataset of records, as pandas marks it.
ColumnMarks marks_of_member(hid_t dataset, const std::string& name, hid_t type);

/// Notes them for a column that is known from one file.
void take_marks(Column& column, ColumnMarks marks);

}  // namespace psychograph::io

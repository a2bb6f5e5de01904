// One member of a table's group: a column, or why it is none. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5.hpp"
#include "io/open_file.hpp"
#include "io/table.hpp"

namespace psychograph::io {

struct GroupMember {
  Column column;
  std::optional<std::int64_t> rows;  ///< where it has the shape of a column, readable or not
  std::vector<hsize_t> shape;        ///< of its dataset
  std::int64_t chunk_rows = 1;
  bool whole = false;                ///< every one of its rows is stored
  std::vector<std::string> outside;  ///< other files that it lies in
};

/// Looks at the member `name` of a group of the file at `path`. Nothing where it is no part of the table
/// (AnnData's own lists).
std::optional<GroupMember> group_member(hid_t group, const std::string& path, const std::string& name,
                                        bool external);

/// Says of a member that its shape is no column's.
void set_no_column(GroupMember& member);

/// The names of a group's members, as links.
std::vector<std::string> member_names(hid_t group);

}  // namespace psychograph::io

// How objects of a table are opened by name: links that lead out of the table's file are followed where that
// is allowed, and refused elsewhere. Local.
#pragma once

#include <string>

#include "io/hdf5.hpp"

namespace psychograph::io {

/// The access properties to open objects and datasets with. `refused`, unless null, is told the file that a
/// refused link leads to, and must outlive the list.
Handle link_access(bool follow_external, std::string* refused = nullptr);

/// What to do about something that lies in another file.
inline constexpr const char* allow_external =
    "only what lies in the table's own files is read, unless the spec has external = true under [input] "
    "(assign: --external)";

/// Why the member `name` of a group can't be opened, just after HDF5 has failed to: "is a link to ...".
/// `refused` is what `link_access` told.
std::string open_fault(hid_t group, const std::string& name, const std::string& refused);

}  // namespace psychograph::io

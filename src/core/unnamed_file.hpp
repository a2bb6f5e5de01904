// A file that nobody else sees, and that is gone when it is closed, however the process ends. Local.
#pragma once

#include <string>

namespace psychograph::core {

/// Opens one in `folder`, to read and write. Where the file system has no files without a name, one that
/// loses its name at once. The descriptor; negative, with errno, where it can't be made.
int open_unnamed_file(const std::string& folder);

}  // namespace psychograph::core

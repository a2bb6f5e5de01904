// What a file that is not what it should be is instead, by its first bytes.
#pragma once

#include <string_view>

namespace psychograph::io {

struct FileKind {
  const char* name;    ///< "a gzip file"; null where the bytes say nothing
  const char* remedy;  ///< how it becomes CSV
};

/// Of a file that begins with `bytes` (some hundred; all that there are, where it is shorter).
FileKind file_kind(std::string_view bytes);

}  // namespace psychograph::io

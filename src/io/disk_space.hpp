// Whether a file system has room for what is going to be written: asked before the long work, and again, with
// the space set aside, before the writing.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace psychograph::io {

/// So many bytes are going to be written to `path`, or beside it.
struct SpaceDemand {
  std::string path;
  double bytes = 0;
  std::string what = {};  ///< what a message calls the path: "scratch folder"
};

/// Throws an environment error where all demands on one file system together are more than it has left: with
/// the paths, what they need and what is there. A path that can't be looked at counts as having room: what
/// writes it will say more. Local.
void require_space(std::span<const SpaceDemand> demands);

/// Has the file system promise the first `bytes` of the open `file`, or at least say that it has them. It has
/// promised the first `promised` before, and need not look at them again. The file's length stays. Throws an
/// environment error about `path`.
void set_aside(const std::string& path, int file, std::int64_t promised, std::int64_t bytes);

/// "1.3 GB", "12.0 MB", "4.1 kB".
std::string size_text(double bytes);

}  // namespace psychograph::io

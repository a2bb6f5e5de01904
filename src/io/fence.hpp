// A fence around a library that reads what strangers wrote: where a damaged file crashes HDF5 itself, the
// program ends with the words and the exit code of damaged data.
#pragma once

#include <string>

namespace psychograph::io {

/// From here on a crash inside a `Fence` is told as one. Call once, after MPI has started, which has handlers
/// of its own.
void put_up_fences();

/// While it lives, a crash is blamed on the file at `path`. Not nested.
class Fence {
 public:
  explicit Fence(const std::string& path);
  ~Fence();
  Fence(const Fence&) = delete;
  Fence& operator=(const Fence&) = delete;
};

}  // namespace psychograph::io

// A fence around a library that reads what strangers wrote: where a damaged file crashes HDF5 (or ReadStat)
// itself, the program ends with the words and the exit code of damaged data; so too where it makes the
// library run in a circle.
#pragma once

#include <string>

namespace psychograph::io {

/// From here on a crash inside a `Fence` is told as one. Call once, after MPI has started, which has handlers
/// of its own.
void put_up_fences();

/// An abort soon behind a fence is blamed on its file, too, whose damage may show late. Call where all that
/// is read at first has been read: an abort hours later has another cause.
void blame_no_more_aborts();

/// While it lives, a crash is blamed on the file at `path`; behind it, on the file of the fence that it
/// stands in, if there is one. What takes the processor for longer than `seconds` is taken for endless:
/// waiting for a disk takes none. On the thread that reads.
class Fence {
 public:
  explicit Fence(const std::string& path, double seconds = 120, const char* library = "the HDF5 library");
  ~Fence();
  Fence(const Fence&) = delete;
  Fence& operator=(const Fence&) = delete;

  /// What has been read so far was not endless: from here on it may take so long again. Of the innermost.
  void renew() const;

 private:
  void blame() const;
  std::string message_;
  const char* library_;
  double seconds_;
  const Fence* outer_;
};

}  // namespace psychograph::io

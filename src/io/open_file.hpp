// Files that the system holds open, closed when their owner goes. Local.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "core/error.hpp"

namespace psychograph::io {

/// An open file descriptor.
class OpenFile {
 public:
  /// Opens `place`, which messages call `path`. Throws an environment error.
  OpenFile(std::string path, const std::string& place, int flags, unsigned mode = 0);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] int get() const { return file_; }
  [[nodiscard]] struct stat status() const;
  /// Cuts the file off behind what it holds: space that was set aside and not used is free again.
  void give_back_unused() const;
  /// Keeps those that heed HDF5's locks from writing the file for as long as it is open. Throws an
  /// environment error where one of them is writing. Without effect where the file system has no locks.
  void lock_against_writers() const;

 private:
  std::string path_;
  int file_;
};

/// Nanoseconds since 1970.
std::int64_t changed_at(const struct stat& status);

/// What tells a file from another one, and from itself before somebody wrote to it, on any node. (Nodes have
/// numbers of their own for devices.)
struct FileState {
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t changed = 0;
  bool operator==(const FileState&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& inode& bytes& changed;
  }
};

/// Of the file at `path`; all zero where there is none to look at.
FileState file_state(const std::string& path);

/// What is wrong where the file at `path` is no longer in the state that it was in: a data error to throw.
core::Error changed_since_read(const std::string& path);

/// Writes all of `bytes` to the open file, which messages call `path`. Throws an environment error.
void write_all(const std::string& path, int file, std::string_view bytes);

}  // namespace psychograph::io

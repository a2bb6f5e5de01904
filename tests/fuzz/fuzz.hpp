// What all fuzz targets have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::fuzz {

/// Something that must hold does not: libFuzzer keeps the input.
[[noreturn]] inline void report(const std::string& what) {
  std::fprintf(stderr, "psychograph fuzz: %s\n", what.c_str());
  std::abort();
}

inline void require(bool holds, const char* what) {
  if (!holds) report(what);
}

/// What `look` makes of an input. The program's own errors are its right; other exceptions end the run.
template <class Look>
void allow_errors(Look look) {
  try {
    look();
  } catch (const core::Error& error) {
    require(error.code() != core::ExitCode::internal && *error.what() != '\0', "an error without a word");
  }
}

/// A file that lies in memory, made anew for every input.
class MemoryFile {
 public:
  MemoryFile() : file_(::memfd_create("fuzz", 0)), path_("/proc/self/fd/" + std::to_string(file_)) {
    require(file_ >= 0, "no file in memory");
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  void write(const void* bytes, std::size_t size) const {
    const auto length = static_cast<ssize_t>(size);
    require(::ftruncate(file_, 0) == 0 && ::pwrite(file_, bytes, size, 0) == length, "a write to memory");
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  int file_;
  std::string path_;
};

}  // namespace psychograph::fuzz

#include "io/open_file.hpp"

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::io {
namespace {

core::Error failed(const std::string& path, const char* action, int reason) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, std::strerror(reason)));
}

/// The user's word to HDF5 counts for us too.
bool locks_are_wanted() {
  const char* wish = std::getenv("HDF5_USE_FILE_LOCKING");
  return wish == nullptr || (std::string_view(wish) != "FALSE" && std::string_view(wish) != "0");
}

}  // namespace

OpenFile::OpenFile(std::string path, const std::string& place, int flags, unsigned mode)
    : path_(std::move(path)), file_(::open(place.c_str(), flags | O_CLOEXEC, mode)) {
  if (file_ >= 0) return;
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  throw failed(path_, writes ? "can't be written" : "can't be read", errno);
}

OpenFile::~OpenFile() { ::close(file_); }

struct stat OpenFile::status() const {
  struct stat status {};
  if (::fstat(file_, &status) != 0) throw failed(path_, "can't be looked at", errno);
  return status;
}

void OpenFile::give_back_unused() const {
  if (::ftruncate(file_, status().st_size) != 0) throw failed(path_, "can't be written", errno);
}

void OpenFile::lock_against_writers() const {
  if (!locks_are_wanted() || ::flock(file_, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  throw core::environment_error(fmt::format("{}: another program is writing it", path_));
}

std::int64_t changed_at(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

FileState file_state(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, changed_at(status)};
}

core::Error changed_since_read(const std::string& path) {
  return core::data_error(fmt::format("{}: has changed since this run began to read it: run again", path));
}

void write_all(const std::string& path, int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failed(path, "can't be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace psychograph::io

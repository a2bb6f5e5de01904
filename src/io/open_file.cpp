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
#include "io/atomic_path.hpp"

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

Partial::Partial(const std::string& path, const std::string& place)
    : place_(place),
      name_(partial_path_of(place)),
      // Nobody else's to read until it has the owner and the mode of the file that it replaces.
      file_(path, name_, O_CREAT | O_EXCL | O_RDWR, 0600) {}

Partial::~Partial() {
  if (!in_place_) ::unlink(name_.c_str());
}

void Partial::put_in_place() {
  io::put_in_place(name_, place_);
  in_place_ = true;
}

}  // namespace psychograph::io

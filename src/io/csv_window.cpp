#include "io/csv_window.hpp"

#include <algorithm>
#include <cstring>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::io {
namespace {

core::Error unreadable(const std::string& path, const char* why) {
  return core::environment_error(fmt::format("{}: can't be read: {}", path, why));
}

}  // namespace

CsvWindow::CsvWindow(const std::string& path, std::int64_t begin, std::int64_t end, std::size_t bytes)
    : path_(path), offset_(begin), end_(end), capacity_(std::max<std::size_t>(1, bytes)) {
  buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) throw unreadable(path, std::strerror(errno));
  struct stat status {};
  const char* fault = nullptr;
  if (::fstat(file_, &status) != 0) {
    fault = std::strerror(errno);
  } else if (!S_ISREG(status.st_mode)) {
    fault = "not a plain file (ranks read parts of it, which a pipe can't give)";
  }
  if (fault != nullptr) {
    ::close(file_);
    throw unreadable(path, fault);
  }
  if (end_ < 0) end_ = std::max<std::int64_t>(begin, status.st_size);
}

CsvWindow::~CsvWindow() { ::close(file_); }

void CsvWindow::load() {
  if (whole()) return;
  const std::size_t kept = filled_ - used_;
  if (kept == capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
    std::memcpy(larger.get(), buffer_.get() + used_, kept);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  } else {
    std::memmove(buffer_.get(), buffer_.get() + used_, kept);
  }
  used_ = 0;
  filled_ = kept;
  const std::int64_t from = offset_ + static_cast<std::int64_t>(kept);
  const auto wanted = std::min(capacity_ - kept, static_cast<std::size_t>(end_ - from));
  ssize_t got = 0;
  do {
    got = ::pread(file_, buffer_.get() + kept, wanted, from);
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw unreadable(path_, std::strerror(errno));
  if (got == 0) throw core::data_error(fmt::format("{}: became shorter while it was read", path_));
  filled_ += static_cast<std::size_t>(got);
}

}  // namespace psychograph::io

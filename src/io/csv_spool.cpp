#include "io/csv_spool.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t piece = std::size_t{4} << 20;

/// A file that is gone when it is closed, whatever becomes of the program.
int unnamed_file(const std::string& folder) {
  int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  // Network file systems have no such files: a name that is taken away at once does as well.
  auto name = folder + "/.psychograph-XXXXXX";
  file = ::mkstemp(name.data());
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

}  // namespace

CsvSpool::CsvSpool(std::string folder, std::size_t memory) : folder_(std::move(folder)), memory_(memory) {}

CsvSpool::CsvSpool(CsvSpool&& other) noexcept
    : folder_(std::move(other.folder_)),
      memory_(other.memory_),
      file_(std::exchange(other.file_, -1)),
      kept_(std::move(other.kept_)),
      waiting_(std::move(other.waiting_)),
      taken_(std::move(other.taken_)),
      written_(other.written_),
      from_kept_(other.from_kept_),
      from_file_(other.from_file_) {}

CsvSpool::~CsvSpool() {
  if (file_ >= 0) ::close(file_);
}

void CsvSpool::append(std::span<const std::byte> bytes) {
  if (file_ < 0 && kept_.size() + bytes.size() <= memory_) {
    kept_.insert(kept_.end(), bytes.begin(), bytes.end());
    return;
  }
  if (file_ < 0) {
    file_ = unnamed_file(folder_);
    if (file_ < 0)
      throw core::environment_error(
          fmt::format("{}: can't hold a temporary file: {}", folder_, std::strerror(errno)));
  }
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  if (waiting_.size() >= piece) flush();
}

void CsvSpool::flush() {
  for (std::size_t done = 0; done < waiting_.size();) {
    const auto wrote = ::pwrite(file_, waiting_.data() + done, waiting_.size() - done, written_);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0)
      throw core::environment_error(
          fmt::format("{}: a temporary file can't be written: {}", folder_, std::strerror(errno)));
    done += static_cast<std::size_t>(wrote);
    written_ += wrote;
  }
  waiting_.clear();
}

std::span<const std::byte> CsvSpool::take(std::size_t count) {
  if (from_kept_ < kept_.size()) {
    const auto bytes = std::span(kept_).subspan(from_kept_, count);
    from_kept_ += count;
    return bytes;
  }
  if (!waiting_.empty()) flush();
  taken_.resize(count);
  for (std::size_t done = 0; done < count;) {
    const auto got = ::pread(file_, taken_.data() + done, count - done, from_file_);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw core::environment_error(fmt::format("{}: a temporary file can't be read: {}", folder_,
                                                got < 0 ? std::strerror(errno) : "it became shorter"));
    done += static_cast<std::size_t>(got);
    from_file_ += got;
  }
  return taken_;
}

}  // namespace psychograph::io

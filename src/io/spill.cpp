#include "io/spill.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/unnamed_file.hpp"

namespace psychograph::io {

Spill::Spill(std::string folder, std::size_t slices, std::size_t buffer_bytes)
    : folder_(std::move(folder)), buffer_bytes_(buffer_bytes), slices_(slices) {}

Spill::~Spill() {
  if (file_ >= 0) ::close(file_);
}

Spill::Spill(Spill&& other) noexcept
    : folder_(std::move(other.folder_)),
      buffer_bytes_(other.buffer_bytes_),
      slices_(std::move(other.slices_)),
      file_(std::exchange(other.file_, -1)),
      end_(other.end_) {}

void Spill::fail(const char* what) const {
  throw core::environment_error(
      fmt::format("{}: {} of what is put aside there: {}", folder_, what, std::strerror(errno)));
}

void Spill::flush(Slice& slice) {
  if (file_ < 0) file_ = core::open_unnamed_file(folder_);
  if (file_ < 0) fail("can't make a file");
  const Extent extent{end_, slice.buffer.size()};
  for (std::size_t done = 0; done < extent.bytes;) {
    const auto written = ::pwrite(file_, slice.buffer.data() + done, extent.bytes - done,
                                  static_cast<off_t>(extent.begin) + static_cast<off_t>(done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("can't write a part");
    done += static_cast<std::size_t>(written);
  }
  slice.on_disk.push_back(extent);
  end_ += static_cast<std::int64_t>(extent.bytes);
  slice.buffer.clear();
}

void Spill::append(std::size_t s, const void* data, std::size_t bytes) {
  auto& slice = slices_[s];
  if (!slice.buffer.empty() && slice.buffer.size() + bytes > buffer_bytes_) flush(slice);
  if (slice.buffer.capacity() == 0) slice.buffer.reserve(std::max(bytes, std::size_t{4096}));
  const auto* const begin = static_cast<const std::byte*>(data);
  slice.buffer.insert(slice.buffer.end(), begin, begin + bytes);
  slice.bytes += static_cast<std::int64_t>(bytes);
}

void Spill::read(std::size_t s, std::byte* out) const {
  read(s, 0, static_cast<std::size_t>(slices_[s].bytes), out);
}

void Spill::read(std::size_t s, std::size_t from, std::size_t count, std::byte* out) const {
  const auto& slice = slices_[s];
  for (const auto& extent : slice.on_disk) {
    const auto wanted = from < extent.bytes ? std::min(count, extent.bytes - from) : 0;
    for (std::size_t done = 0; done < wanted;) {
      const auto got = ::pread(file_, out + done, wanted - done,
                               static_cast<off_t>(extent.begin) + static_cast<off_t>(from + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail("can't read a part");
      done += static_cast<std::size_t>(got);
    }
    out += wanted;
    count -= wanted;
    from -= std::min(from, extent.bytes);
  }
  if (count > 0) std::memcpy(out, slice.buffer.data() + from, count);
}

void Spill::forget(std::size_t s) {
  auto& slice = slices_[s];
  for (const auto& extent : slice.on_disk) {
    (void)::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(extent.begin),
                      static_cast<off_t>(extent.bytes));
  }
  slice = {};
}

}  // namespace psychograph::io

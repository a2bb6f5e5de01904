#include "io/file_copy.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t copied_at_once = std::int64_t{64} << 20;

core::Error failed(const std::string& path, const char* action, int reason) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, std::strerror(reason)));
}

std::size_t next_block(std::int64_t left) { return static_cast<std::size_t>(std::min(left, copied_at_once)); }

/// As far as the kernel can: some file systems refuse, and some say that there is nothing to copy.
std::int64_t copy_in_kernel(const std::string& path, int from, int to, std::int64_t bytes,
                            const CopyProgress& progress) {
  loff_t in = 0;
  loff_t out = 0;
  while (in < bytes) {
    const auto copied = ::copy_file_range(from, &in, to, &out, next_block(bytes - in), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO))
      throw failed(path, "can't be copied", errno);
    if (copied <= 0) break;
    progress(in);
  }
  return in;
}

void write_all(const std::string& path, int to, std::int64_t place, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(to, bytes.data(), bytes.size(), place);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failed(path, "can't be copied", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    place += written;
  }
}

void copy_through_memory(const std::string& path, int from, int to, std::int64_t begin, std::int64_t bytes,
                         const CopyProgress& progress) {
  constexpr std::int64_t buffer_bytes = std::int64_t{4} << 20;
  std::vector<char> buffer(static_cast<std::size_t>(std::min(buffer_bytes, bytes - begin)));
  while (begin < bytes) {
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(buffer_bytes, bytes - begin));
    const auto got = ::pread(from, buffer.data(), wanted, begin);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw failed(path, "can't be read", errno);
    if (got == 0) throw core::environment_error(fmt::format("{}: became shorter while it was copied", path));
    write_all(path, to, begin, {buffer.data(), static_cast<std::size_t>(got)});
    begin += got;
    progress(begin);
  }
}

std::vector<std::string> attributes_of(int file) {
  const auto size = ::flistxattr(file, nullptr, 0);
  std::vector<std::string> names;
  if (size <= 0) return names;
  std::string list(static_cast<std::size_t>(size), '\0');
  const auto filled = ::flistxattr(file, list.data(), list.size());
  for (std::size_t begin = 0; filled > 0 && begin < static_cast<std::size_t>(filled);) {
    names.emplace_back(list.c_str() + begin);
    begin += names.back().size() + 1;
  }
  return names;
}

/// What the file system itself keeps in attributes (stripes, labels) is its own business.
void copy_attributes(int from, int to) {
  for (const auto& name : attributes_of(from)) {
    if (!name.starts_with("user.") && !name.starts_with("system.posix_acl_")) continue;
    const auto size = ::fgetxattr(from, name.c_str(), nullptr, 0);
    if (size < 0) continue;
    std::string value(static_cast<std::size_t>(size), '\0');
    if (::fgetxattr(from, name.c_str(), value.data(), value.size()) == size)
      (void)::fsetxattr(to, name.c_str(), value.data(), value.size(), 0);
  }
}

}  // namespace

bool share_blocks(int from, int to) { return ::ioctl(to, FICLONE, from) == 0; }

void copy_contents(const std::string& path, int from, int to, std::int64_t bytes,
                   const CopyProgress& progress) {
  const auto copied = copy_in_kernel(path, from, to, bytes, progress);
  if (copied < bytes) copy_through_memory(path, from, to, copied, bytes, progress);
}

void keep_owner(const std::string& path, int from, int to) {
  struct stat status {};
  if (::fstat(from, &status) != 0) throw failed(path, "can't be looked at", errno);
  struct stat now {};
  const bool same = ::fstat(to, &now) == 0 && now.st_uid == status.st_uid && now.st_gid == status.st_gid;
  if (!same && ::fchown(to, status.st_uid, status.st_gid) != 0) {
    throw core::environment_error(
        fmt::format("{}: belongs to user {} and group {}, and this user can't make another file that does: "
                    "its owner or root can write back",
                    path, status.st_uid, status.st_gid));
  }
  copy_attributes(from, to);
  if (::fchmod(to, status.st_mode & 07777) != 0) throw failed(path, "can't keep its mode", errno);
}

void keep_access(const std::string& path, const std::string& place, int to) {
  struct stat then {};
  struct stat now {};
  if (::stat(place.c_str(), &then) != 0 || ::fstat(to, &now) != 0) return;
  auto mode = then.st_mode & 0777;
  const bool same = now.st_uid == then.st_uid && now.st_gid == then.st_gid;
  if (!same && ::fchown(to, then.st_uid, then.st_gid) != 0 && now.st_gid != then.st_gid &&
      ::fchown(to, static_cast<uid_t>(-1), then.st_gid) != 0)
    mode &= ~070U | (mode & 07U) << 3;
  if (const int from = ::open(place.c_str(), O_RDONLY | O_CLOEXEC); from >= 0) {
    copy_attributes(from, to);
    ::close(from);
  }
  if (::fchmod(to, mode) != 0) throw failed(path, "can't keep its mode", errno);
}

}  // namespace psychograph::io

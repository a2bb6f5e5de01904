#include "io/disk_space.hpp"

#include <cstring>
#include <filesystem>
#include <map>
#include <vector>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/error.hpp"

namespace psychograph::io {
namespace {

/// All that is wanted of one file system.
struct Claims {
  double bytes = 0;
  double available = 0;
  std::vector<std::string> paths;
};

std::string names(const std::vector<std::string>& paths) {
  if (paths.size() == 1) return paths.front();
  if (paths.size() == 2) return fmt::format("{} and {}", paths[0], paths[1]);
  return fmt::format("{}, {} and {} more", paths[0], paths[1], paths.size() - 2);
}

}  // namespace

std::string size_text(double bytes) {
  if (bytes >= 1e9) return fmt::format("{:.1f} GB", bytes / 1e9);
  if (bytes >= 1e6) return fmt::format("{:.1f} MB", bytes / 1e6);
  return fmt::format("{:.1f} kB", bytes / 1e3);
}

void require_space(std::span<const SpaceDemand> demands) {
  std::map<dev_t, Claims> systems;
  for (const auto& demand : demands) {
    const auto parent = std::filesystem::path(demand.path).parent_path();
    const std::string folder = parent.empty() ? "." : parent.string();
    struct stat status {};
    struct statvfs system {};
    if (::stat(folder.c_str(), &status) != 0 || ::statvfs(folder.c_str(), &system) != 0) continue;
    auto& claims = systems[status.st_dev];
    claims.bytes += demand.bytes;
    claims.available = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
    claims.paths.push_back(demand.what.empty() ? demand.path : demand.what + " " + demand.path);
  }
  for (const auto& [device, claims] : systems) {
    if (claims.bytes <= claims.available) continue;
    throw core::environment_error(fmt::format("{}: needs {}, and its file system has {} left",
                                              names(claims.paths), size_text(claims.bytes),
                                              size_text(claims.available)));
  }
}

void set_aside(const std::string& path, int file, std::int64_t promised, std::int64_t bytes) {
  if (::fallocate(file, FALLOC_FL_KEEP_SIZE, promised, bytes - promised) == 0) return;
  const int reason = errno;
  const auto fail = [&](int error) {
    throw core::environment_error(fmt::format("{}: can't be written: {}", path, std::strerror(error)));
  };
  if (reason != EOPNOTSUPP && reason != ENOSYS) fail(reason);
  struct statvfs system {};
  struct stat status {};
  if (::fstatvfs(file, &system) != 0 || ::fstat(file, &status) != 0) return;
  const auto room = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  if (static_cast<double>(bytes - status.st_blocks * 512) > room) fail(ENOSPC);
}

}  // namespace psychograph::io

#include "io/atomic_path.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::io {
namespace {

core::Error system_error(const std::string& path, const char* action) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, std::strerror(errno)));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "0" : value;
}

/// Some file systems can't flush a folder; the rename has happened all the same.
void flush_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

}  // namespace

std::string partial_path_of(const std::string& path) {
  const std::filesystem::path target(path);
  constexpr std::size_t longest =
      40;  // MPI-IO makes longer names of it, and overruns its buffers with very long ones
  const auto name = fmt::format(".{}.partial-{}-{}-{}", target.filename().string().substr(0, longest),
                                variable("SLURM_JOB_ID"), variable("SLURM_RESTART_COUNT"), ::getpid());
  return (target.parent_path() / name).string();
}

void require_replaceable(const std::string& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status))
    throw core::environment_error(fmt::format("{}: is a folder", path));
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw core::environment_error(fmt::format("{}: is no ordinary file, and would be replaced by one", path));
  }
}

void require_writable(const std::string& path) {
  require_replaceable(path);
  const auto parent = std::filesystem::path(path).parent_path();
  if (::access(parent.empty() ? "." : parent.c_str(), W_OK) != 0)
    throw system_error(path, "can't be written");
}

void put_in_place(const std::string& partial, const std::string& path) {
  const int file = ::open(partial.c_str(), O_RDWR);
  if (file < 0) throw system_error(path, "can't be flushed to disk");
  const bool flushed = ::fsync(file) == 0;
  if (::close(file) != 0 || !flushed) throw system_error(path, "can't be flushed to disk");
  if (std::rename(partial.c_str(), path.c_str()) != 0) throw system_error(path, "can't be put in place");
  flush_folder_of(path);
}

}  // namespace psychograph::io

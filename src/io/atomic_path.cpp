#include "io/atomic_path.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace psychograph::io {
namespace {

core::Error system_error(const std::string& path, const char* action) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, std::strerror(errno)));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "0" : value;
}

constexpr std::string_view partial_word = ".partial-";

/// MPI-IO makes longer names of it, and overruns its buffers with very long ones.
std::string partial_prefix(const std::string& path) {
  constexpr std::size_t longest = 40;
  auto name = std::filesystem::path(path).filename().string();
  if (name.size() > longest)
    name = fmt::format("{}-{:016x}", name.substr(0, longest - 17), core::hash_text(name).low);
  return fmt::format(".{}{}", name, partial_word);
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
  const auto name = fmt::format("{}{}-{}-{}", partial_prefix(path), variable("SLURM_JOB_ID"),
                                variable("SLURM_RESTART_COUNT"), ::getpid());
  return (std::filesystem::path(path).parent_path() / name).string();
}

void remove_partials(std::span<const std::string> paths) {
  std::map<std::filesystem::path, std::set<std::string>> prefixes;  // by folder
  for (const auto& path : paths) {
    const auto parent = std::filesystem::path(path).parent_path();
    prefixes[parent.empty() ? "." : parent].insert(partial_prefix(path));
  }
  std::error_code ignored;
  for (const auto& [folder, ours] : prefixes) {
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const auto name = entry.path().filename().string();
      const auto end = name.rfind(partial_word);
      if (end == std::string::npos || !ours.contains(name.substr(0, end + partial_word.size()))) continue;
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

void remove_partials(const std::string& path) { remove_partials(std::span(&path, 1)); }

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
  if (path.empty()) throw core::usage_error("an empty path names no file to write");
  require_replaceable(path);
  const auto parent = std::filesystem::path(path).parent_path();
  if (::access(parent.empty() ? "." : parent.c_str(), W_OK) != 0)
    throw system_error(path, "can't be written");
}

void require_no_hdf5(const std::string& path, const std::string& option) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> start{};
  if (file.read(start.data(), start.size()) && std::string_view(start.data(), start.size()) == "\x89HDF")
    throw core::usage_error(fmt::format("{} {} would replace an HDF5 file", option, path));
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

#include "io/file_use.hpp"

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <tuple>

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/atomic_path.hpp"

namespace psychograph::io {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) {
  const auto parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

/// What tells files apart, whatever names and links lead to them: device and number; of one that is not there
/// yet, its folder's and its own name. None where there is no such folder.
using Identity = std::optional<std::tuple<dev_t, ino_t, std::string>>;

Identity identity_of(const std::string& path) {
  const auto place = target_of(path);
  struct stat status {};
  if (::stat(place.c_str(), &status) == 0) return {{status.st_dev, status.st_ino, {}}};
  if (::stat(folder_of(place).c_str(), &status) != 0) return {};
  return {{status.st_dev, status.st_ino, fs::path(place).filename().string()}};
}

bool are_one(const std::string& a, const std::string& b) {
  const auto identity = identity_of(a);
  return identity && identity == identity_of(b);
}

/// Nothing is lost that is written to a pipe or device.
bool is_device(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool is_hdf5(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> start{};
  return file.read(start.data(), start.size()) && std::string_view(start.data(), start.size()) == "\x89HDF";
}

/// Whether it lies in `folder`, however deep.
bool lies_in(const std::string& path, const std::string& folder) {
  std::error_code error;
  for (auto place = fs::absolute(target_of(path), error); place.has_relative_path();) {
    place = place.parent_path();
    if (fs::equivalent(place, folder, error)) return true;
  }
  return false;
}

void require_unread(const Output& output, const FileUse& use) {
  const auto place = target_of(output.path);
  for (const auto& read : use.read) {
    if (are_one(read, output.path))
      throw core::usage_error(
          fmt::format("{} {} would replace {}, which is read", output.option, output.path, read));
    if (output.kind != Output::Kind::log && are_one(folder_of(target_of(read)), folder_of(place)) &&
        is_partial_of(fs::path(target_of(read)).filename().string(), output.path))
      throw core::usage_error(
          fmt::format("{}: is read, and has the name of what a killed run with "
                      "{} {} leaves, which is "
                      "removed: give it another name",
                      read, output.option, output.path));
  }
}

void require_apart(const FileUse& use) {
  for (std::size_t i = 0; i < use.written.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_device(use.written[i].path) && are_one(use.written[i].path, use.written[j].path))
        throw core::usage_error(fmt::format("{} {} and {} {} are one file", use.written[j].option,
                                            use.written[j].path, use.written[i].option, use.written[i].path));
    }
  }
}

void require_outside(const std::string& path, const FileUse& use) {
  for (const auto& folder : use.emptied) {
    if (lies_in(path, folder))
      throw core::usage_error(
          fmt::format("{}: lies in {}, from which this job removes files: put it elsewhere", path, folder));
  }
}

/// Whether something is mounted at `place` itself, as containers do with single files.
bool is_mount_point(const std::string& place) {
  std::error_code error;
  const auto whole = fs::canonical(place, error).string();
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; !error && std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string word;
    constexpr int field_of_place = 5;
    for (int field = 0; field < field_of_place; ++field) words >> word;
    if (word == whole) return true;
  }
  return false;
}

/// What the last step, the renaming, would end with.
void require_replaceable_file(const std::string& path, const std::string& place) {
  struct stat file {};
  struct stat folder {};
  if (::lstat(place.c_str(), &file) != 0 || ::stat(folder_of(place).c_str(), &folder) != 0) return;
  const auto user = ::geteuid();
  const bool guarded =
      (folder.st_mode & S_ISVTX) != 0 && user != 0 && file.st_uid != user && folder.st_uid != user;
  if (guarded)
    throw core::environment_error(fmt::format(
        "{}: can't be replaced: it is another user's, in a folder where each replaces files of his own alone",
        path));
  if (is_mount_point(place))
    throw core::environment_error(fmt::format(
        "{}: can't be replaced: it is mounted there; mount its folder, and name a file in it", path));
}

void require_writable(const Output& output) {
  if (output.path.empty())
    throw core::usage_error(fmt::format("{}: an empty path names no file to write", output.option));
  if (output.path.find('\0') != std::string::npos)
    throw core::usage_error(fmt::format("{} {}: no path has a zero byte", output.option, output.path));
  if (output.kind != Output::Kind::hdf5 && is_device(output.path)) return;
  require_replaceable(output.path);
  if (output.kind == Output::Kind::log) return;  // it is opened at once
  // What the file system says, not what its permissions look like.
  struct stat status {};
  const auto place = target_of(output.path);
  if (::lstat(place.c_str(), &status) != 0 && errno != ENOENT)
    throw core::environment_error(fmt::format("{}: can't be written: {}", output.path, std::strerror(errno)));
  require_replaceable_file(output.path, place);
  remove_partials(place);
  const Partial trial(output.path, place);
}

}  // namespace

void require_safe(const FileUse& use) {
  for (const auto& output : use.written) {
    if (is_device(output.path)) continue;
    require_unread(output, use);
    if (output.kind != Output::Kind::hdf5 && is_hdf5(output.path))
      throw core::usage_error(fmt::format("{} {} would replace an HDF5 file", output.option, output.path));
    require_outside(output.path, use);
  }
  require_apart(use);
  for (const auto& read : use.read) require_outside(read, use);
  for (const auto& output : use.written) require_writable(output);
}

}  // namespace psychograph::io

#include "io/atomic_path.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "io/file_copy.hpp"

namespace psychograph::io {
namespace {

namespace fs = std::filesystem;

core::Error failed(const std::string& path, const char* action) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, std::strerror(errno)));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? "0" : value;
}

constexpr std::string_view partial_word = ".partial-";
constexpr std::string_view lock_word = ".lock";

/// The prefix that a half-written name begins with; empty where `name` is none.
std::string_view prefix_of(std::string_view name) {
  const auto end = name.rfind(partial_word);
  if (!name.starts_with('.') || end == std::string_view::npos) return {};
  return name.substr(0, end + partial_word.size());
}

/// MPI-IO makes longer names of it, and overruns its buffers with very long ones. What is to become a
/// half-written file in its turn (verify's) has the prefix of that, so that one look finds both.
std::string partial_prefix(const std::string& path) {
  constexpr std::size_t longest = 40;
  auto name = fs::path(path).filename().string();
  if (const auto prefix = prefix_of(name); !prefix.empty()) return std::string(prefix);
  if (name.size() > longest)
    name = fmt::format("{}-{:016x}", name.substr(0, longest - 17), core::hash_text(name).low);
  return fmt::format(".{}{}", name, partial_word);
}

fs::path folder_of(const std::string& path) {
  const auto parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent;
}

/// A name beside `place`: job and restart are for those who look, the rest tells writers apart. (A process
/// has the same number in every container.)
std::string new_name(const std::string& place) {
  std::random_device random;
  const auto number = std::uint64_t{random()} << 32 | random();
  const auto name = fmt::format("{}{}-{}-{:016x}", partial_prefix(place), variable("SLURM_JOB_ID"),
                                variable("SLURM_RESTART_COUNT"), number);
  return (fs::path(place).parent_path() / name).string();
}

std::string lock_of(const std::string& partial) { return partial + std::string(lock_word); }

/// A new file that is locked, or -1 where another one has to be tried: somebody looks whether it is left
/// over. Where the file system has no locks it is not locked.
int make_lock(const std::string& path, const std::string& lock) {
  const int file = ::open(lock.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return -1;
  if (file < 0) throw failed(path, "can't be written");
  const bool taken = ::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  struct stat status {};
  if (!taken && ::fstat(file, &status) == 0 && status.st_nlink > 0) return file;
  ::close(file);
  return -1;
}

bool is_old(const std::string& path) {
  constexpr std::time_t day = std::time_t{24} * 60 * 60;
  struct stat status {};
  return ::lstat(path.c_str(), &status) != 0 || std::time(nullptr) - status.st_mtime > day;
}

/// Removes it unless it is in use. Where the file system can't tell, it has been left for a day.
void remove_if_left_over(const std::string& partial) {
  const auto lock = lock_of(partial);
  const int file = ::open(lock.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  const bool without = file < 0 && errno == ENOENT;  // an earlier version's, or killed between two steps
  const bool ours = file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) == 0;
  const bool in_use = file >= 0 && !ours && errno == EWOULDBLOCK;
  if (without || ours || (!in_use && is_old(partial) && is_old(lock))) {
    ::unlink(partial.c_str());
    ::unlink(lock.c_str());
  }
  if (file >= 0) ::close(file);
}

void remove_left_over(const fs::path& folder, const std::function<bool(std::string_view)>& is_ours) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    auto name = entry.path().filename().string();
    if (prefix_of(name).empty() || !is_ours(prefix_of(name))) continue;
    if (name.ends_with(lock_word)) name.resize(name.size() - lock_word.size());
    names.insert(std::move(name));
  }
  for (const auto& name : names) remove_if_left_over((folder / name).string());
}

/// Some file systems can't flush a folder; the rename has happened all the same.
void flush_folder_of(const std::string& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

}  // namespace

std::string target_of(const std::string& path) {
  constexpr int most_links = 40;  // as the kernel has it
  fs::path place(path);
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(place, error)); ++links) {
    auto next = fs::read_symlink(place, error);
    if (error || links == most_links)
      throw core::environment_error(
          fmt::format("{}: can't be followed: {}", path, error ? error.message() : std::strerror(ELOOP)));
    place = next.is_absolute() ? next : place.parent_path() / next;
  }
  return place.string();
}

bool is_partial_of(const std::string& name, const std::string& path) {
  return prefix_of(name) == partial_prefix(target_of(path));
}

void remove_partials(std::span<const std::string> paths) {
  std::map<fs::path, std::set<std::string, std::less<>>> prefixes;  // by folder
  for (const auto& path : paths) {
    const auto place = target_of(path);
    prefixes[folder_of(place)].insert(partial_prefix(place));
  }
  for (const auto& place : prefixes)
    remove_left_over(place.first, [&](std::string_view prefix) { return place.second.contains(prefix); });
}

void remove_partials(const std::string& path) { remove_partials(std::span(&path, 1)); }

void remove_partials_in(const std::string& folder) {
  remove_left_over(folder, [](std::string_view) { return true; });
}

void require_replaceable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) throw failed(path, "can't be written");
  } else if (S_ISDIR(status.st_mode)) {
    throw core::environment_error(fmt::format("{}: is a folder", path));
  } else if (!S_ISREG(status.st_mode)) {
    throw core::environment_error(fmt::format("{}: is no ordinary file, and would be replaced by one", path));
  }
}

Partial::Partial(const std::string& path, const std::string& place, unsigned mode)
    : path_(path), place_(place) {
  while (lock_ < 0) {
    name_ = new_name(place_);
    lock_ = make_lock(path_, lock_of(name_));
  }
  try {
    const bool replaces = ::access(place_.c_str(), F_OK) == 0;
    file_.emplace(path_, name_, O_CREAT | O_EXCL | O_RDWR, replaces ? 0600 : mode);
  } catch (...) {
    ::unlink(lock_of(name_).c_str());
    ::close(lock_);
    throw;
  }
}

Partial::~Partial() {
  if (!in_place_) ::unlink(name_.c_str());
  ::unlink(lock_of(name_).c_str());
  ::close(lock_);
}

void Partial::put_in_place() {
  keep_access(path_, place_, get());
  if (::fsync(get()) != 0) throw failed(path_, "can't be flushed to disk");
  if (std::rename(name_.c_str(), place_.c_str()) != 0) throw failed(path_, "can't be put in place");
  in_place_ = true;
  flush_folder_of(place_);
}

void write_whole(const std::string& path, std::string_view text) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    write_all(path, OpenFile(path, path, O_WRONLY).get(), text);
    return;
  }
  require_replaceable(path);
  Partial partial(path);
  write_all(path, partial.get(), text);
  partial.put_in_place();
}

}  // namespace psychograph::io

#include "core/row_memory.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <new>
#include <stop_token>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "core/error.hpp"

namespace psychograph::core {
namespace {

/// What lies in scratch files, with its bytes.
struct Mapped {
  std::mutex mutex;
  std::map<std::byte*, std::size_t> ranges;
};

struct Scratch {
  std::string folder;  ///< empty: memory
  Mapped mapped;
  std::jthread watch;
};

Scratch& scratch() {
  static Scratch instance;
  return instance;
}

/// Of this process, in bytes; 0 where the system does not tell.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Scratch pages leave the process. They stay in their files, and in the kernel's cache as long as there is
/// room, but count as the process's no more.
void let_go(Mapped& mapped) {
  const std::scoped_lock lock(mapped.mutex);
  for (const auto& [memory, bytes] : mapped.ranges) (void)::madvise(memory, bytes, MADV_DONTNEED);
}

/// Looks every few milliseconds, whatever the program is doing: in between a rank can touch some 20 MB, and
/// more where others need the cores.
void watch(const std::stop_token& stop, Mapped& mapped, std::size_t limit) {
  constexpr std::chrono::milliseconds interval{2};
  constexpr std::size_t margin = std::size_t{160} << 20;
  const std::size_t allowed = std::max(limit / 2, limit - std::min(limit, margin));
  while (!stop.stop_requested()) {
    if (resident_bytes() > allowed) let_go(mapped);
    std::this_thread::sleep_for(interval);
  }
}

[[noreturn]] void fail(const std::string& what) {
  throw ScratchError(fmt::format("scratch folder {}: {}: {}", scratch().folder, what, std::strerror(errno)));
}

class File {
 public:
  /// A file without a name; where the file system can't do that, one that loses its name at once.
  File() {
    handle_ = ::open(scratch().folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (handle_ >= 0) return;
    auto name = scratch().folder + "/psychograph-XXXXXX";
    handle_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (handle_ < 0) fail("can't make a file in it");
    ::unlink(name.c_str());
  }
  ~File() { ::close(handle_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int handle() const { return handle_; }

 private:
  int handle_;
};

void* map_scratch(std::size_t bytes) {
  const File file;
  // Set aside now: a write to a mapped page that finds the disk full is a fatal signal. Where the file system
  // can't set space aside, it has to be written.
  if (const int error = ::posix_fallocate(file.handle(), 0, static_cast<off_t>(bytes)); error != 0) {
    errno = error;
    fail(fmt::format("can't hold {:.1f} GB", static_cast<double>(bytes) / 1e9));
  }
  return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.handle(), 0);
}

}  // namespace

void keep_rows_in_scratch(const std::string& folder, std::size_t limit) {
  const auto before = std::exchange(scratch().folder, folder);
  try {
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) != 0) fail("can't be used");
    if (system.f_type == TMPFS_MAGIC || system.f_type == 0x858458f6 /* ramfs */) {
      throw environment_error(
          fmt::format("scratch folder {}: its file system is memory itself (tmpfs); name a folder on a disk "
                      "with --scratch",
                      folder));
    }
    const File probe;
  } catch (const ScratchError& error) {
    scratch().folder = before;
    throw environment_error(error.what());
  } catch (...) {
    scratch().folder = before;
    throw;
  }
  auto& mapped = scratch().mapped;
  scratch().watch =
      std::jthread([&mapped, limit](const std::stop_token& stop) { watch(stop, mapped, limit); });
}

void keep_rows_in_memory() {
  scratch().folder.clear();
  scratch().watch = {};
}

bool rows_are_in_scratch() { return !scratch().folder.empty(); }

std::byte* map_rows(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  if (rows_are_in_scratch()) {
    memory = map_scratch(bytes);
  } else {
    memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Huge pages spare a page fault every 4 KiB, which is dear on virtual machines. A wish, not a need.
  if (!rows_are_in_scratch()) (void)::madvise(memory, bytes, MADV_HUGEPAGE);
  if (rows_are_in_scratch()) {
    const std::scoped_lock lock(scratch().mapped.mutex);
    scratch().mapped.ranges.emplace(static_cast<std::byte*>(memory), bytes);
  }
  return static_cast<std::byte*>(memory);
}

void unmap_rows(std::byte* memory, std::size_t bytes) noexcept {
  if (memory == nullptr) return;
  const std::scoped_lock lock(scratch().mapped.mutex);
  scratch().mapped.ranges.erase(memory);
  ::munmap(memory, bytes);
}

}  // namespace psychograph::core

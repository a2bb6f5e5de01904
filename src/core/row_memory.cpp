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
#include "core/unnamed_file.hpp"

namespace psychograph::core {
/// What lies in scratch files, with its bytes.
struct Mapped {
  std::mutex mutex;
  std::map<std::byte*, std::size_t> ranges;
};

namespace {

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

[[noreturn]] void fail(const std::string& folder, const std::string& what) {
  throw ScratchError(fmt::format("scratch folder {}: {}: {}", folder, what, std::strerror(errno)));
}

class File {
 public:
  explicit File(const std::string& folder) : handle_(open_unnamed_file(folder)) {
    if (handle_ < 0) fail(folder, "can't make a file in it");
  }
  ~File() { ::close(handle_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int handle() const { return handle_; }

 private:
  int handle_;
};

void* map_file(const std::string& folder, std::size_t bytes) {
  const File file(folder);
  // Set aside now: a write to a mapped page that finds the disk full is a fatal signal. Where the file system
  // can't set space aside, it has to be written.
  if (const int error = ::posix_fallocate(file.handle(), 0, static_cast<off_t>(bytes)); error != 0) {
    errno = error;
    fail(folder, fmt::format("can't hold {:.1f} GB", static_cast<double>(bytes) / 1e9));
  }
  return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.handle(), 0);
}

}  // namespace

struct RowMemory::Scratch {
  std::string folder;
  Mapped mapped;
  std::jthread watch;  ///< the last to be made, the first to go
};

RowMemory RowMemory::in_scratch(const std::string& folder, std::size_t limit) {
  RowMemory where;
  try {
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) != 0) fail(folder, "can't be used");
    if (system.f_type == TMPFS_MAGIC || system.f_type == 0x858458f6 /* ramfs */) {
      throw environment_error(
          fmt::format("scratch folder {}: its file system is memory itself (tmpfs); name a folder on a disk "
                      "with --scratch",
                      folder));
    }
    const File probe(folder);
  } catch (const ScratchError& error) {
    throw environment_error(error.what());
  }
  where.scratch_ = std::make_shared<Scratch>();
  where.scratch_->folder = folder;
  auto& mapped = where.scratch_->mapped;
  where.scratch_->watch =
      std::jthread([&mapped, limit](const std::stop_token& stop) { watch(stop, mapped, limit); });
  return where;
}

std::byte* RowMemory::allocate(std::size_t bytes, std::size_t alignment) const {
  if (bytes == 0) return nullptr;
  if (bytes < least_mapped)
    return static_cast<std::byte*>(::operator new(bytes, std::align_val_t(alignment)));
  auto* const memory =
      is_scratch() ? map_file(scratch_->folder, bytes)
                   : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  if (is_scratch()) {
    const std::scoped_lock lock(scratch_->mapped.mutex);
    scratch_->mapped.ranges.emplace(static_cast<std::byte*>(memory), bytes);
  } else {
    // Huge pages spare a page fault every 4 KiB, which is dear on virtual machines. A wish, not a need.
    (void)::madvise(memory, bytes, MADV_HUGEPAGE);
  }
  return static_cast<std::byte*>(memory);
}

void RowMemory::deallocate(std::byte* memory, std::size_t bytes, std::size_t alignment) const noexcept {
  if (memory == nullptr) return;
  if (bytes < least_mapped) {
    ::operator delete(memory, std::align_val_t(alignment));
    return;
  }
  std::unique_lock<std::mutex> lock;
  if (is_scratch()) {
    lock = std::unique_lock(scratch_->mapped.mutex);
    scratch_->mapped.ranges.erase(memory);
  }
  ::munmap(memory, bytes);
}

}  // namespace psychograph::core

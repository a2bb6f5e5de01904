// What does not fit into memory, put aside on a disk in slices and read back a slice at a time. Local.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace psychograph::io {

/// One file, which never has a name where the file system can do that, and else loses it at once: it is gone
/// however the process ends. Each slice gathers what is appended in a buffer; full ones go to the file.
class Spill {
 public:
  static constexpr std::size_t usual_buffer = std::size_t{1} << 18;

  /// In `folder`. Nothing is made before the first buffer is full: what is small stays in memory.
  Spill(std::string folder, std::size_t slices, std::size_t buffer_bytes = usual_buffer);
  ~Spill();
  Spill(Spill&& other) noexcept;
  Spill& operator=(Spill&&) = delete;
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;

  [[nodiscard]] std::size_t slices() const { return slices_.size(); }
  /// Throws an environment error: no room, no permission.
  void append(std::size_t slice, const void* data, std::size_t bytes);
  [[nodiscard]] std::int64_t bytes(std::size_t slice) const { return slices_[slice].bytes; }
  /// On the disk so far, of all slices.
  [[nodiscard]] std::int64_t bytes_on_disk() const { return end_; }
  /// All of a slice, in the order in which it was appended, to `out` [bytes(slice)]. Throws an environment
  /// error.
  void read(std::size_t slice, std::byte* out) const;
  /// `count` of its bytes from byte `from` on. Precondition: there are as many. Throws as the other does.
  void read(std::size_t slice, std::size_t from, std::size_t count, std::byte* out) const;
  /// The slice is needed no more: its memory is free, and its place on the disk where the system can do that.
  void forget(std::size_t slice);

 private:
  struct Extent {
    std::int64_t begin = 0;
    std::size_t bytes = 0;
  };
  struct Slice {
    std::vector<std::byte> buffer;
    std::vector<Extent> on_disk;
    std::int64_t bytes = 0;
  };
  void flush(Slice& slice);
  [[noreturn]] void fail(const char* what) const;

  std::string folder_;
  std::size_t buffer_bytes_;
  std::vector<Slice> slices_;
  int file_ = -1;
  std::int64_t end_ = 0;
};

}  // namespace psychograph::io

// Memory for what a rank holds of every row: pages of its own or, where rows are more than memory, of a
// scratch file.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <new>

namespace psychograph::core {

/// Scratch space can't be had. It is what memory is elsewhere, and so is the lack of it: who handles the one
/// handles the other, also where it comes to one rank alone.
class ScratchError : public std::bad_alloc {
 public:
  explicit ScratchError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// From now on large arrays are mapped from files in `folder`, which the kernel writes out and reads in as it
/// needs memory for other things. The files have no name: they are gone when the process ends, however it
/// ends. Throws an environment error where no such file can be made, and where the folder's file system is
/// memory itself (tmpfs). `limit` is what the process should have in memory at most: a thread
/// looks now and then, and lets scratch pages leave it where it has come near.
void keep_rows_in_scratch(const std::string& folder, std::size_t limit);
/// In memory again: the default.
void keep_rows_in_memory();
[[nodiscard]] bool rows_are_in_scratch();

/// Zeroed pages, huge ones where the machine has them. nullptr for 0 bytes. Throws std::bad_alloc; of these a
/// ScratchError where the scratch folder's file system is full (the space is set aside at once).
std::byte* map_rows(std::size_t bytes);
void unmap_rows(std::byte* memory, std::size_t bytes) noexcept;

/// Below this size arrays come from the heap.
inline constexpr std::size_t least_mapped = std::size_t{4} << 20;

template <class T>
struct RowAllocator {
  using value_type = T;
  RowAllocator() = default;
  template <class Other>
  explicit RowAllocator(const RowAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes >= least_mapped) return reinterpret_cast<T*>(map_rows(bytes));
    return static_cast<T*>(::operator new(bytes, std::align_val_t(alignof(T))));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < least_mapped) {
      ::operator delete(memory, std::align_val_t(alignof(T)));
    } else {
      unmap_rows(reinterpret_cast<std::byte*>(memory), bytes);
    }
  }
  friend bool operator==(RowAllocator, RowAllocator) { return true; }
};

/// A vector with an element for each local row.
template <class T>
using RowVector = std::vector<T, RowAllocator<T>>;

/// As many elements, all bytes zero; no page is touched before it is used. T: trivial.
template <class T>
class RowArray {
 public:
  RowArray() = default;
  /// Throws what `map_rows` throws.
  explicit RowArray(std::size_t count)
      : count_(count), memory_(reinterpret_cast<T*>(map_rows(count * sizeof(T))), Unmap{count * sizeof(T)}) {}

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] T* data() const { return memory_.get(); }
  T& operator[](std::size_t i) { return memory_.get()[i]; }
  const T& operator[](std::size_t i) const { return memory_.get()[i]; }

 private:
  struct Unmap {
    std::size_t bytes = 0;
    void operator()(T* memory) const { unmap_rows(reinterpret_cast<std::byte*>(memory), bytes); }
  };
  std::size_t count_ = 0;
  std::unique_ptr<T, Unmap> memory_;
};

}  // namespace psychograph::core

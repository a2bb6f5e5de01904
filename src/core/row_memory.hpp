// Memory for what a rank holds of every row: pages of its own or, where rows are more than memory, of a
// scratch file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
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

/// Where the arrays of some data lie. A value: copies are the same place, which lives as long as one of them,
/// or an array that lies there.
class RowMemory {
 public:
  /// Memory.
  RowMemory() = default;
  /// Files in `folder`, which the kernel writes out and reads in as it needs memory for other things. They
  /// have no name: they are gone when the process ends, however it ends. `limit` is what the process should
  /// have in memory at most: a thread looks now and then, and lets these pages leave it where it has come
  /// near. Throws an environment error where no such file can be made, and where the folder's file system is
  /// memory itself (tmpfs).
  static RowMemory in_scratch(const std::string& folder, std::size_t limit);

  [[nodiscard]] bool is_scratch() const { return scratch_ != nullptr; }

  static constexpr std::size_t line = 64;  ///< of cache
  /// Below this size arrays come from the heap, wherever the others lie.
  static constexpr std::size_t least_mapped = std::size_t{4} << 20;

  /// Bytes for an array, aligned to `alignment` (and to pages where they are mapped: then they are zero).
  /// nullptr for 0 bytes. Throws std::bad_alloc; of these a ScratchError where the scratch folder's file
  /// system is full (the space is set aside at once).
  [[nodiscard]] std::byte* allocate(std::size_t bytes, std::size_t alignment = line) const;
  void deallocate(std::byte* memory, std::size_t bytes, std::size_t alignment = line) const noexcept;

  friend bool operator==(const RowMemory&, const RowMemory&) = default;

 private:
  struct Scratch;
  std::shared_ptr<Scratch> scratch_;  ///< none: memory
};

template <class T>
struct RowAllocator {
  using value_type = T;
  // Vectors that are moved or swapped take their places along.
  using propagate_on_container_copy_assignment = std::true_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  static constexpr std::size_t alignment = std::max(alignof(T), RowMemory::line);

  RowAllocator() = default;
  RowAllocator(RowMemory where)  // NOLINT(google-explicit-constructor): the place is all that it is
      : memory(std::move(where)) {}
  template <class Other>
  explicit RowAllocator(const RowAllocator<Other>& other) : memory(other.memory) {}

  T* allocate(std::size_t count) {
    return reinterpret_cast<T*>(memory.allocate(count * sizeof(T), alignment));
  }
  void deallocate(T* array, std::size_t count) noexcept {
    memory.deallocate(reinterpret_cast<std::byte*>(array), count * sizeof(T), alignment);
  }
  friend bool operator==(const RowAllocator&, const RowAllocator&) = default;

  RowMemory memory;
};

/// A vector with an element for each local row.
template <class T>
using RowVector = std::vector<T, RowAllocator<T>>;

/// `rows` elements of `value` in a place, for a vector that may have lain elsewhere before.
template <class T>
void fill_rows(RowVector<T>& vector, const RowMemory& where, std::size_t rows, T value) {
  if (vector.get_allocator() != RowAllocator<T>(where)) vector = RowVector<T>(where);
  vector.assign(rows, value);
}

/// As many elements, all bytes zero; of large ones no page is touched before it is used. T: trivial.
template <class T>
class RowArray {
 public:
  RowArray() = default;
  /// Throws what `RowMemory::allocate` throws.
  explicit RowArray(std::size_t count, const RowMemory& where = {})
      : count_(count),
        memory_(reinterpret_cast<T*>(where.allocate(count * sizeof(T))), Free{where, count * sizeof(T)}) {
    const auto bytes = count * sizeof(T);
    if (bytes < RowMemory::least_mapped)
      std::fill_n(reinterpret_cast<std::byte*>(data()), bytes, std::byte{0});
  }

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] T* data() const { return memory_.get(); }
  [[nodiscard]] const RowMemory& where() const { return memory_.get_deleter().where; }
  T& operator[](std::size_t i) { return memory_.get()[i]; }
  const T& operator[](std::size_t i) const { return memory_.get()[i]; }

 private:
  struct Free {
    RowMemory where;
    std::size_t bytes = 0;
    void operator()(T* memory) const { where.deallocate(reinterpret_cast<std::byte*>(memory), bytes); }
  };
  std::size_t count_ = 0;
  std::unique_ptr<T, Free> memory_;
};

}  // namespace psychograph::core

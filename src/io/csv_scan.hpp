// Where the fields of CSV bytes end: found many bytes at a time, in vector lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace psychograph::io {

/// Numbers, in memory that nobody sets before they are written.
class Offsets {
 public:
  /// Forgets what is there.
  std::uint32_t* make_room(std::size_t count) {
    if (count > room_) numbers_ = std::make_unique_for_overwrite<std::uint32_t[]>(room_ = count);
    return numbers_.get();
  }
  void set_size(std::size_t size) { size_ = size; }
  /// Precondition: there is room.
  void push_back(std::uint32_t number) { numbers_[size_++] = number; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint32_t operator[](std::size_t i) const { return numbers_[i]; }
  [[nodiscard]] std::uint32_t back() const { return numbers_[size_ - 1]; }

 private:
  std::unique_ptr<std::uint32_t[]> numbers_;
  std::size_t room_ = 0;
  std::size_t size_ = 0;
};

/// The delimiters and line ends of some bytes that no quotes are around, as offsets, in order.
struct FieldEnds {
  Offsets ends;             ///< delimiters and line ends
  Offsets lines;            ///< the line ends among them
  std::int64_t quotes = 0;  ///< everywhere
  bool inside = false;      ///< whether the bytes end inside quotes
};

/// Of bytes that begin with a field. A quote is taken to open or to close wherever it stands. Replaces
/// `found`, which has room for one more of each. Precondition: fewer than 2^32 bytes.
void find_field_ends(std::string_view bytes, char delimiter, FieldEnds& found);

}  // namespace psychograph::io

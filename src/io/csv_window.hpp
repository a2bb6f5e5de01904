// The bytes of a CSV file as they pass by: a window that only moves forward, in memory that doesn't grow
// with the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace psychograph::io {

class CsvWindow {
 public:
  static constexpr std::size_t usual_bytes = std::size_t{4} << 20;

  /// On the bytes [begin, end) of the file; `end` negative: up to the file's end. Throws an environment error
  /// where it can't be opened, or isn't a plain file.
  CsvWindow(const std::string& path, std::int64_t begin, std::int64_t end, std::size_t bytes = usual_bytes);
  ~CsvWindow();
  CsvWindow(const CsvWindow&) = delete;
  CsvWindow& operator=(const CsvWindow&) = delete;

  /// The loaded bytes not yet consumed; they stay in place until `load`.
  [[nodiscard]] std::string_view loaded() const { return {buffer_.get() + used_, filled_ - used_}; }
  /// Where in the file `loaded()` begins.
  [[nodiscard]] std::int64_t offset() const { return offset_; }
  /// Where the window's part of the file ends.
  [[nodiscard]] std::int64_t end() const { return end_; }
  /// Whether `loaded()` reaches to the end.
  [[nodiscard]] bool whole() const { return offset_ + static_cast<std::int64_t>(filled_ - used_) == end_; }

  /// Lets go of the first `count` loaded bytes.
  void consume(std::size_t count) {
    used_ += count;
    offset_ += static_cast<std::int64_t>(count);
  }
  /// Loads more behind what is loaded, at least one byte unless `whole()`; a window full of unconsumed bytes
  /// doubles. Throws an environment error, or a data error where the file became shorter.
  void load();

 private:
  std::string path_;
  int file_ = -1;
  std::int64_t offset_ = 0;
  std::int64_t end_ = 0;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace psychograph::io

// Bytes that are put aside and read again once, in order: few in memory, the rest in a file that nobody else
// sees. Local.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace psychograph::io {

class CsvSpool {
 public:
  static constexpr std::size_t usual_memory = std::size_t{64} << 20;

  /// What doesn't fit into `memory` bytes lies in `folder`.
  explicit CsvSpool(std::string folder, std::size_t memory = usual_memory);
  ~CsvSpool();
  CsvSpool(CsvSpool&& other) noexcept;
  CsvSpool& operator=(CsvSpool&&) = delete;

  /// Behind all that is there. Throws an environment error (a full disk).
  void append(std::span<const std::byte> bytes);
  /// The next `count` bytes; they stay in place until the next call. Precondition: there are as many. Throws
  /// an environment error.
  std::span<const std::byte> take(std::size_t count);

 private:
  void flush();

  std::string folder_;
  std::size_t memory_;
  int file_ = -1;
  std::vector<std::byte> kept_;     ///< the first bytes of all
  std::vector<std::byte> waiting_;  ///< the last ones, on their way to the file
  std::vector<std::byte> taken_;
  std::int64_t written_ = 0;  ///< to the file
  std::size_t from_kept_ = 0;
  std::int64_t from_file_ = 0;
};

}  // namespace psychograph::io

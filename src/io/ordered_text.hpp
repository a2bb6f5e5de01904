// Text that ranks make in parallel and that comes out in their order: to a file that appears whole or not at
// all, or to standard output. One rank writes: it needs no file system that several nodes may write one file
// of, and keeps up with the disk of a node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "io/atomic_path.hpp"

namespace psychograph::io {

/// Every member function is collective over the communicator it was made with, and throws the same
/// environment error on every rank (unwritable folder, full disk). Until `commit` the file lies under a
/// temporary name in the target's folder; destroyed before that, it is removed.
class OrderedText {
 public:
  /// `path` "-" is standard output. What exists and is no regular file (a pipe, a device) is written to as it
  /// is.
  OrderedText(const comm::Communicator& world, const std::string& path);
  OrderedText(const OrderedText&) = delete;
  OrderedText& operator=(const OrderedText&) = delete;

  /// Adds the ranks' texts, of any lengths, in the order of their ranks.
  void append(std::string_view text);

  /// Bytes added so far, on rank 0 (elsewhere 0).
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

  /// Flushes to disk and renames to the target, replacing what was there.
  void commit();

 private:
  void open();
  void write(std::string_view text);

  comm::Communicator world_;
  std::string path_;
  std::optional<Partial> partial_;  ///< on rank 0, where something is to be renamed
  std::optional<OpenFile> device_;  ///< on rank 0, where something is written as it is
  std::vector<char> piece_;         ///< what rank 0 receives
  int file_ = -1;                   ///< on rank 0
  std::int64_t bytes_ = 0;
};

}  // namespace psychograph::io

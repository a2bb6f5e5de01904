// Where the figures of a customer are written: which rank, and which of its windows. Rows follow a table's,
// or the order of ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "behavior/id_sample.hpp"
#include "comm/communicator.hpp"

namespace psychograph::behavior {

/// What begins the figures of a customer: the row of a table, or the id, in a form that can be compared byte
/// by byte.
class RowPlan {
 public:
  /// The rows of a table: rank r has [edges[r], edges[r + 1]), in windows of so many.
  RowPlan(std::vector<std::int64_t> edges, std::int64_t window_rows);
  /// In the order of ids: of numbers where `longest_name` is 0, else of texts of at most so many bytes. The
  /// sample tells where windows begin, of some `window_rows` each.
  RowPlan(const comm::Communicator& world, const IdSample& sample, std::int64_t longest_name,
          std::int64_t window_rows);

  [[nodiscard]] bool by_table() const { return !edges_.empty(); }
  [[nodiscard]] bool of_texts() const { return text_bytes_ > 0; }
  /// A multiple of 8.
  [[nodiscard]] std::size_t head_bytes() const { return head_bytes_; }
  /// Bytes of an id's text, as it is stored.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }
  /// Of every rank.
  [[nodiscard]] std::size_t windows() const { return windows_; }
  /// Of a rank of a table.
  [[nodiscard]] std::int64_t first_row(int rank, std::size_t window) const;

  /// `out` has head_bytes().
  void write_head(std::int64_t row, std::byte* out) const;
  void write_head(const core::Hash128& key, const std::string& name, std::byte* out) const;
  static std::int64_t row_of(const std::byte* head);
  static std::int64_t id_of(const std::byte* head);

  struct Place {
    std::size_t rank;
    std::size_t window;
  };
  [[nodiscard]] Place of(const std::byte* head) const;

 private:
  std::vector<std::int64_t> edges_;
  std::int64_t window_rows_ = 1;
  std::size_t head_bytes_ = 8;
  std::size_t text_bytes_ = 0;
  std::size_t windows_ = 1;
  std::vector<std::byte> begins_;  ///< of all windows but the first, each of head_bytes_
};

}  // namespace psychograph::behavior

// Who went where: how many customers each segment of last quarter gave to each of this quarter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::quarters {

/// A table of customers. Rows: the old segments in their order, then those who weren't there (joined), then
/// those that were left out of the old fit. Columns: the new segments, those who aren't there any more
/// (left), those that are left out of the new fit.
class Migration {
 public:
  Migration(std::size_t old_segments, std::size_t new_segments)
      : old_(old_segments), new_(new_segments), counts_((old_ + 2) * (new_ + 2), 0) {}

  [[nodiscard]] std::size_t old_segments() const { return old_; }
  [[nodiscard]] std::size_t new_segments() const { return new_; }
  [[nodiscard]] std::size_t joined() const { return old_; }
  [[nodiscard]] std::size_t out_before() const { return old_ + 1; }
  [[nodiscard]] std::size_t left() const { return new_; }
  [[nodiscard]] std::size_t out_now() const { return new_ + 1; }

  [[nodiscard]] std::int64_t at(std::size_t from, std::size_t to) const {
    return counts_[from * (new_ + 2) + to];
  }
  [[nodiscard]] std::int64_t& at(std::size_t from, std::size_t to) { return counts_[from * (new_ + 2) + to]; }
  [[nodiscard]] std::span<std::int64_t> counts() { return counts_; }

  /// Of an old segment, the customers who are in a new one.
  [[nodiscard]] std::int64_t staying(std::size_t from) const;
  /// Of a new segment, the customers who were in an old one.
  [[nodiscard]] std::int64_t known(std::size_t to) const;
  /// All customers who were in an old segment and are in a new one.
  [[nodiscard]] std::int64_t shared() const;
  /// All customers of the old segments; of the new ones.
  [[nodiscard]] std::int64_t old_size(std::size_t from) const;
  [[nodiscard]] std::int64_t new_size(std::size_t to) const;

 private:
  std::size_t old_;
  std::size_t new_;
  std::vector<std::int64_t> counts_;
};

/// What is known of last quarter's segments.
struct OldSegments {
  std::vector<std::int32_t> ids;    ///< [old]
  std::vector<std::int64_t> sizes;  ///< [old] customers
  std::int64_t left_out = 0;        ///< customers in no segment
};

/// Counts over all ranks. `before` is each local row's old segment, by its id (-1: left out of the fit;
/// io::absent: not there), `labels` its new one, from 0 (-1: left out). Collective. Throws a data error for
/// an id that is none of `old`'s.
Migration count_migration(const comm::Communicator& world, std::span<const std::int32_t> before,
                          std::span<const std::int32_t> labels, const OldSegments& old,
                          std::size_t new_segments);

}  // namespace psychograph::quarters

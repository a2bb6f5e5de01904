// How close customers are to their segments: typical ones, ambiguous ones, and which segment is next.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "insight/released.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::insight {

/// A margin below is ambiguous: the customer might as well be in the runner-up.
inline constexpr float ambiguous_margin = 0.1F;
inline constexpr std::size_t most_typical = 5;

/// One of the customers nearest to a segment's centroid.
struct Typical {
  double distance = 0;
  std::int64_t row = 0;  ///< global
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& distance& row;
  }
  friend auto operator<=>(const Typical&, const Typical&) = default;
};

struct Closeness {
  std::vector<std::int64_t> size;       ///< [k]
  std::vector<std::int64_t> ambiguous;  ///< [k] customers
  std::vector<std::map<std::size_t, std::int64_t>>
      next;                                   ///< [k] customers of each segment by their runner-up
  std::vector<std::vector<Typical>> typical;  ///< [k] the nearest first; ties: the lower row
};

/// Adds it up, some rows at a time.
class ClosenessSums {
 public:
  explicit ClosenessSums(std::size_t k);
  /// Rows from the global row `first` on: places of their segments and runners-up, negative where there is
  /// none. Local.
  void see(std::int64_t first, std::span<const std::int32_t> segment, std::span<const std::int32_t> runner_up,
           std::span<const float> distance, std::span<const float> margin);
  /// Of all ranks. Collective.
  [[nodiscard]] Closeness find(const comm::Communicator& world);

 private:
  std::size_t k_;
  Closeness sums_;
};

/// What segments are called, and the ids of `typical`, as texts, in their order; empty where they are not
/// told.
struct ClosenessNames {
  std::span<const std::int32_t> ids;
  std::span<const std::string> names;
  std::vector<std::string> customers;
};

/// A row a segment and neighbour: segment, segment_id, neighbour, neighbour_id, customers, share (of the
/// segment's customers those whose runner-up that is), ambiguous (share of the segment's customers). Local.
results::TidyTable neighbour_table(const Released<Closeness>& closeness, const ClosenessNames& names);
/// A row a typical customer: segment, segment_id, rank, customer_id, row, distance. Local.
results::TidyTable typical_table(const Released<Closeness>& closeness, const ClosenessNames& names);

}  // namespace psychograph::insight

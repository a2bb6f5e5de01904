// Made-up baskets whose truth is known: every line is a function of the seed and its row, so that any rank
// can draw any row of any file. Local and pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/permutation.hpp"

namespace psychograph::synthetic {

inline constexpr std::array<std::string_view, 3> event_channels{"store", "web", "app"};
inline constexpr std::array<std::string_view, 8> event_categories{"bakery", "dairy",   "drinks", "frozen",
                                                                  "garden", "produce", "snacks", "toys"};

struct EventRequest {
  std::int64_t customers = 0;
  std::int64_t segments = 0;
  std::int64_t baskets = 12;  ///< of a customer, on average
  std::int64_t lines = 3;     ///< of a basket
  std::uint64_t seed = 42;
  [[nodiscard]] std::int64_t rows() const { return customers * baskets * lines; }
};

/// The first day, and how many there are: the year 2025.
inline constexpr std::int64_t first_event_day = 20'089;
inline constexpr std::int64_t event_days = 365;

/// What customers of a planted segment do. Shares add up to 1.
struct EventTruth {
  double customers = 0;  ///< share of all
  double rate = 1;       ///< how often they buy, beside the segment that buys most
  std::array<double, event_channels.size()> channels{};      ///< shares of baskets
  std::array<double, event_categories.size()> categories{};  ///< shares of lines
  double promotion = 0;                                      ///< share of lines
  int trend = 0;                                             ///< 1: most of it late in the year; -1: early
  int favourite_hour = 0;  ///< three in five baskets lie within six hours from here
};

struct EventLine {
  std::int64_t customer = 0;
  std::int64_t basket = 0;
  std::int64_t seconds = 0;  ///< since 1970-01-01
  std::int64_t cents = 0;
  std::int32_t channel = 0;   ///< index
  std::int32_t category = 0;  ///< index
  bool promotion = false;
};

class Events {
 public:
  /// Precondition: no more than 2^62 rows.
  explicit Events(const EventRequest& request);

  [[nodiscard]] const EventTruth& truth(std::int64_t segment) const {
    return truths_[static_cast<std::size_t>(segment)];
  }
  [[nodiscard]] std::int32_t segment_of(std::int64_t customer) const;
  /// Lines of a basket lie anywhere, as do those of a customer.
  [[nodiscard]] EventLine line(std::int64_t row) const;

 private:
  [[nodiscard]] std::int64_t buyer(std::int64_t basket) const;

  EventRequest request_;
  std::vector<EventTruth> truths_;
  std::vector<double> up_to_;  ///< share of the customers in this segment and those before
  core::Permutation order_;
};

}  // namespace psychograph::synthetic

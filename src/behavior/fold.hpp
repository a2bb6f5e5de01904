// A customer's events to figures: whole numbers, of which features are made later. Local.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "behavior/event.hpp"

namespace psychograph::behavior {

/// Where a block's figures of a customer are. Days are since 1970-01-01; `ever`: up to the as-of date, all
/// else within the window.
namespace figure {
enum Place : std::size_t {
  ever_first_day,  ///< `no_day` where the customer has no events
  ever_last_day,
  first_day,
  last_day,
  lines,
  baskets,
  value,
  quantity,
  on_promotion,   ///< lines
  with_channel,   ///< baskets that have one
  with_category,  ///< lines that have one
  breadth,        ///< different categories
  top_category,   ///< of most lines; of several the first by name; `no_level`
  early_baskets,
  late_baskets,
  early_value,
  late_value,
  first_of_lists  ///< by channel, category, daypart (baskets, lines, baskets), then weekday (baskets)
};
}  // namespace figure
inline constexpr std::int64_t no_day = std::numeric_limits<std::int64_t>::min();

/// How a block's events are folded. Days as above.
struct Folding {
  std::int64_t from = no_day;               ///< the first day of the window
  std::int64_t as_of = 0;                   ///< the day after it; later events are none of it
  std::int64_t split = 0;                   ///< the first day of its later part
  bool with_baskets = false;                ///< else each event is one
  std::vector<std::int64_t> daypart_hours;  ///< rising
  std::size_t channels = 0;
  std::size_t categories = 0;                 ///< that have a figure of their own
  std::vector<std::int32_t> category_places;  ///< [all categories] which of these; `no_level`

  [[nodiscard]] std::size_t channel_at(std::size_t i) const { return figure::first_of_lists + i; }
  [[nodiscard]] std::size_t category_at(std::size_t i) const { return channel_at(channels) + i; }
  [[nodiscard]] std::size_t daypart_at(std::size_t i) const { return category_at(categories) + i; }
  [[nodiscard]] std::size_t weekday_at(std::size_t i) const { return daypart_at(daypart_hours.size()) + i; }
  [[nodiscard]] std::size_t size() const { return weekday_at(7); }
};

/// Of an hour: the last part of the day that begins by then; before the first one, the last.
std::size_t daypart_of(std::span<const std::int64_t> hours, int hour);

/// Holds memory from customer to customer.
class Folder {
 public:
  /// The figures of one customer's events in one block, in the order of `Event::in_order`, to `out`
  /// [folding.size()]. Channels and categories have their final numbers.
  void fold(std::span<const Event> events, const Folding& folding, std::span<std::int64_t> out);

 private:
  void count_baskets(std::span<const Event> events, const Folding& folding, std::span<std::int64_t> out);
  void count_categories(std::span<const Event> events, const Folding& folding, std::span<std::int64_t> out);

  std::vector<std::pair<std::uint64_t, std::uint32_t>> baskets_;
  std::vector<std::int32_t> categories_;
};

}  // namespace psychograph::behavior

// One event, as it is dealt out: whole numbers alone.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "core/hash.hpp"

namespace psychograph::behavior {

/// What stands for a level that there is none of.
inline constexpr std::int32_t no_level = -1;
/// What stands for a basket that the event doesn't name: it is one by itself.
inline constexpr std::uint64_t no_basket = 0;

struct Event {
  core::Hash128 id;           ///< the customer's key (`id_key`)
  std::int64_t time = 0;      ///< microseconds since 1970-01-01
  std::uint64_t basket = 0;   ///< a hash of its number or name
  std::int64_t value = 0;     ///< in the block's smallest unit
  std::int64_t quantity = 0;  ///< whole units
  std::int32_t category = no_level;
  std::int16_t channel = no_level;
  std::uint8_t block = 0;      ///< which of the spec's
  std::uint8_t promotion = 0;  ///< 0 or 1

  /// All but the customer, in the order in which a customer's events are gone through.
  [[nodiscard]] auto in_order() const {
    return std::tuple(block, time, basket, value, quantity, category, channel, promotion);
  }
};
static_assert(sizeof(Event) == 56);

/// The key of an id: integers by value, however they are stored or written, so that "17" is 17 ("017" is
/// not); other texts by hash. Keys of integers rise with them.
core::Hash128 id_key(std::int64_t id);
core::Hash128 id_key(std::string_view id);
/// Whether it is that of an integer, and of which.
bool is_integer(const core::Hash128& key);
std::int64_t integer_of(const core::Hash128& key);

/// Of a basket: never `no_basket`.
std::uint64_t basket_key(std::int64_t basket);
std::uint64_t basket_key(std::string_view basket);

}  // namespace psychograph::behavior

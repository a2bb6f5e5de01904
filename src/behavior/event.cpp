#include "behavior/event.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#define XXH_INLINE_ALL  // a header alone: nothing to link
#include <xxhash.h>

namespace psychograph::behavior {
namespace {

constexpr std::uint64_t sign = std::uint64_t{1} << 63U;

/// The integer that the text is the one spelling of.
std::optional<std::int64_t> canonical_integer(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  const auto digits = negative ? text.substr(1) : text;
  if (digits.empty() || digits.size() > 19) return std::nullopt;
  if (digits.front() == '0' && (negative || digits.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

core::Hash128 id_key(std::int64_t id) { return {0, static_cast<std::uint64_t>(id) ^ sign}; }

core::Hash128 id_key(std::string_view id) {
  if (const auto integer = canonical_integer(id)) return id_key(*integer);
  const auto hash = XXH3_128bits(id.data(), id.size());
  return {hash.low64 == 0 ? 1 : hash.low64, hash.high64};
}

bool is_integer(const core::Hash128& key) { return key.low == 0; }
std::int64_t integer_of(const core::Hash128& key) { return static_cast<std::int64_t>(key.high ^ sign); }

std::uint64_t basket_key(std::int64_t basket) {
  const auto key = core::hash_words(static_cast<std::uint64_t>(basket), 0x6261736b6574U).low;
  return key == no_basket ? 1 : key;
}

std::uint64_t basket_key(std::string_view basket) {
  if (const auto integer = canonical_integer(basket)) return basket_key(*integer);
  const auto key = XXH3_64bits(basket.data(), basket.size());
  return key == no_basket ? 1 : key;
}

}  // namespace psychograph::behavior

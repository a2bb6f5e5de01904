// Hashes that are the same on every machine of an architecture.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace psychograph::core {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend constexpr auto operator<=>(const Hash128&, const Hash128&) = default;
};

/// Scrambles two words into 128 bits, by two full multiplications.
inline Hash128 hash_words(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const auto multiply = [](std::uint64_t x, std::uint64_t y) {
    const Wide product = static_cast<Wide>(x) * y;
    return Hash128{static_cast<std::uint64_t>(product), static_cast<std::uint64_t>(product >> 64)};
  };
  const auto first = multiply(a ^ 0x9e3779b97f4a7c15U, b ^ 0xc2b2ae3d27d4eb4fU);
  const auto second = multiply(first.low ^ a ^ 0x165667b19e3779f9U, first.high ^ b ^ 0xd6e8feb86659fd93U);
  return {second.low ^ first.high, second.high ^ first.low};
}

/// 128 bits of a text.
inline Hash128 hash_text(std::string_view text) {
  Hash128 hash{text.size(), 0x27d4eb2f165667c5U};
  while (!text.empty()) {
    std::uint64_t word = 0;
    const auto length = text.size() < sizeof word ? text.size() : sizeof word;
    std::memcpy(&word, text.data(), length);
    hash = hash_words(hash.low ^ word, hash.high + word);
    text.remove_prefix(length);
  }
  return hash_words(hash.low, hash.high);
}

}  // namespace psychograph::core

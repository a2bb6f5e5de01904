#include "io/id_keys.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#define XXH_INLINE_ALL  // a header alone: nothing to link
#include <xxhash.h>

namespace psychograph::io {
namespace {

using core::Hash128;

constexpr std::size_t keys_at_once = 4096;  // with the cells they are made of, in the nearest caches

/// What a number is, as `Hash128::low`.
enum Family : std::uint64_t { integer, huge, fraction };

Hash128 key_of(std::int64_t value, bool is_unsigned) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (is_unsigned && value < 0) return {huge, bits};
  return {integer, bits ^ (std::uint64_t{1} << 63U)};  // so that keys rise with values
}

/// A whole number has the key of the integer that it is.
Hash128 key_of(double value) {
  if (value == std::floor(value)) {
    if (value >= -0x1p63 && value < 0x1p63) return key_of(static_cast<std::int64_t>(value), false);
    if (value > 0 && value < 0x1p64) return {huge, static_cast<std::uint64_t>(value)};
  }
  return {fraction, std::bit_cast<std::uint64_t>(value)};
}

/// XXH3, 128 bits: the same on every machine, whatever its vector unit.
Hash128 key_of(std::string_view text) {
  const auto hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64};
}

class KeyMaker {
 public:
  KeyMaker() : whole_(keys_at_once), floating_(keys_at_once), keys_(keys_at_once) {}

  /// Precondition: no more than `keys_at_once` cells.
  std::span<const Hash128> operator()(const RawBlock& block, ColumnType type) {
    if (type == ColumnType::text) {
      for (std::size_t i = 0; i < block.count; ++i) keys_[i] = key_of(text(block, i));
    } else if (type == ColumnType::floating) {
      numbers(block, {}, std::span(floating_).first(block.count));
      for (std::size_t i = 0; i < block.count; ++i) keys_[i] = key_of(floating_[i]);
    } else {
      integers(block, std::span(whole_).first(block.count));
      for (std::size_t i = 0; i < block.count; ++i) keys_[i] = key_of(whole_[i], block.type->is_unsigned);
    }
    return std::span(keys_).first(block.count);
  }

 private:
  std::vector<std::int64_t> whole_;
  std::vector<double> floating_;
  std::vector<Hash128> keys_;
};

}  // namespace

void read_keys(const Shard& shard, std::size_t column, const SeeKeys& see) {
  const auto type = shard.table().columns[column].type;
  KeyMaker make;
  shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    for (std::size_t begin = 0; begin < block.count; begin += keys_at_once) {
      const auto part = slice(block, begin, std::min(keys_at_once, block.count - begin));
      see(static_cast<std::size_t>(part.first), make(part, type));
    }
  });
}

}  // namespace psychograph::io

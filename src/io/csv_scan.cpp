#include "io/csv_scan.hpp"

#include <bit>
#include <cstring>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/csv_scan.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace psychograph::io {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t scan_block = 64;  // a bit of a word for each byte

/// Which of 64 bytes are `wanted`: a bit each, the first byte's lowest.
HWY_INLINE std::uint64_t bits_of(const std::uint8_t* bytes, std::uint8_t wanted) {
  const hn::CappedTag<std::uint8_t, scan_block> lanes;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < scan_block; i += hn::Lanes(lanes)) {
    std::uint8_t stored[8] = {};
    hn::StoreMaskBits(lanes, hn::Eq(hn::LoadU(lanes, bytes + i), hn::Set(lanes, wanted)), stored);
    std::uint64_t word = 0;
    std::memcpy(&word, stored, sizeof word);
    bits |= word << i;
  }
  return bits;
}

/// Each bit becomes the parity of those up to it.
HWY_INLINE std::uint64_t running_parity(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// Writes the places of the bits behind `out`, and up to 8 numbers of no meaning; where they end.
HWY_INLINE std::uint32_t* put_places(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  const int count = std::popcount(bits);
  for (int done = 0; done < count; done += 8) {
    for (int i = 0; i < 8; ++i) {
      out[done + i] = base + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
  return out + count;
}

void field_ends(std::string_view bytes, char delimiter, FieldEnds& found) {
  const auto room = bytes.size() + scan_block + 8;
  auto* const ends_begin = found.ends.make_room(room);
  auto* const lines_begin = found.lines.make_room(room);
  auto* end = ends_begin;
  auto* line = lines_begin;
  found.quotes = 0;
  std::uint64_t inside = 0;  // all bits: inside quotes
  for (std::size_t at = 0; at < bytes.size(); at += scan_block) {
    std::uint8_t last[scan_block] = {};
    const auto* block = reinterpret_cast<const std::uint8_t*>(bytes.data()) + at;
    if (bytes.size() - at < scan_block) {
      std::memcpy(last, block, bytes.size() - at);
      block = last;
    }
    const auto quotes = bits_of(block, '"');
    auto lines = bits_of(block, '\n');
    auto ends = bits_of(block, static_cast<std::uint8_t>(delimiter)) | lines;
    if ((quotes | inside) != 0) {
      const auto quoted = running_parity(quotes) ^ inside;
      ends &= ~quoted;
      lines &= ~quoted;
      inside = (quoted >> 63U) != 0 ? ~std::uint64_t{0} : 0;
      found.quotes += std::popcount(quotes);
    }
    end = put_places(ends, static_cast<std::uint32_t>(at), end);
    line = put_places(lines, static_cast<std::uint32_t>(at), line);
  }
  found.ends.set_size(static_cast<std::size_t>(end - ends_begin));
  found.lines.set_size(static_cast<std::size_t>(line - lines_begin));
  found.inside = inside != 0;
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::io
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::io {

HWY_EXPORT(field_ends);

void find_field_ends(std::string_view bytes, char delimiter, FieldEnds& found) {
  HWY_DYNAMIC_DISPATCH(field_ends)(bytes, delimiter, found);
}

}  // namespace psychograph::io

#endif

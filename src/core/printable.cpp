#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace psychograph::core {
namespace {

/// Control characters, and those that separate lines or turn the direction of writing.
constexpr std::array<std::pair<char32_t, char32_t>, 5> controls = {
    {{0x7f, 0x9f}, {0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}}};

bool is_control(char32_t character) {
  return std::any_of(controls.begin(), controls.end(), [&](const auto& range) {
    return character >= range.first && character <= range.second;
  });
}

/// Of a whole character, `bytes` long.
char32_t code_point(std::string_view bytes) {
  constexpr std::array<unsigned, 5> first_bits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t value = static_cast<unsigned char>(bytes.front()) & first_bits[bytes.size()];
  for (const char byte : bytes.substr(1)) value = value << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
  return value;
}

std::string visible_byte(char byte) {
  switch (byte) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  }
}

/// `kept` is a control character that stays; 0: none.
std::string made_visible(std::string_view text, char kept) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto size = utf8_character(text);
    const auto bytes = text.substr(0, std::max<std::size_t>(size, 1));
    const bool low = static_cast<unsigned char>(bytes.front()) < 0x20;
    if (size == 0 || (low && (kept == 0 || bytes.front() != kept))) {
      result += visible_byte(bytes.front());
    } else if (const auto character = code_point(bytes); is_control(character)) {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character));
    } else {
      result += bytes;
    }
    text.remove_prefix(bytes.size());
  }
  return result;
}

}  // namespace

std::size_t utf8_character(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  const auto follows = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; };
  const auto bytes = text.substr(0, size);
  if (!std::all_of(bytes.begin() + 1, bytes.end(), follows)) return 0;
  const auto value = code_point(bytes);
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return overlong || surrogate || value > 0x10ffff ? 0 : size;
}

std::string printable(std::string_view text) { return made_visible(text, 0); }

std::string printable_lines(std::string_view text) { return made_visible(text, '\n'); }

}  // namespace psychograph::core

#include "io/text_encoding.hpp"

#include "io/csv_record.hpp"

namespace psychograph::io {

namespace {

constexpr const char* null_symbol = "\xe2\x90\x80";

}  // namespace

std::string as_utf8(std::string_view text) {
  if (is_storable_text(text)) return std::string(text);
  std::string whole;
  for (const char character : text) character == '\0' ? whole += null_symbol : whole += character;
  if (is_storable_text(whole)) return whole;
  std::string result;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte == 0) {
      result += null_symbol;
    } else if (byte < 0x80U) {
      result += character;
    } else {
      result += static_cast<char>(0xc0U | (byte >> 6U));
      result += static_cast<char>(0x80U | (byte & 0x3fU));
    }
  }
  return result;
}

}  // namespace psychograph::io

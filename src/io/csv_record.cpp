#include "io/csv_record.hpp"

#include <cstdint>
#include <cstring>

namespace psychograph::io {
namespace {

const char* find(const char* begin, const char* end, char wanted) {
  return static_cast<const char*>(std::memchr(begin, wanted, static_cast<std::size_t>(end - begin)));
}

std::size_t distance(const char* begin, const char* end) { return static_cast<std::size_t>(end - begin); }

/// The closing quote of the field whose text begins at `text`; null where it isn't among the bytes. A quote
/// that is the last byte closes only where the file ends: else it may be half of a doubled one.
const char* closing_quote(const char* text, const char* end, bool whole, bool& escaped) {
  for (const char* from = text;;) {
    const char* quote = find(from, end, '"');
    if (quote == nullptr) return nullptr;
    if (quote + 1 == end) return whole ? quote : nullptr;
    if (quote[1] != '"') return quote;
    escaped = true;
    from = quote + 2;
  }
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The length of the well-formed multi-byte character at `p`, or 0.
std::size_t multi_byte_length(const char* p, const char* end) {
  const auto first = static_cast<unsigned char>(p[0]);
  const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || distance(p, end) < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(p[i])) return 0;
  }
  const auto second = static_cast<unsigned char>(p[1]);
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if ((first == 0xE0U && second < 0xA0U) || (first == 0xEDU && second > 0x9FU)) return 0;
  if ((first == 0xF0U && second < 0x90U) || (first == 0xF4U && second > 0x8FU)) return 0;
  return length;
}

}  // namespace

std::size_t CsvField::length() const {
  std::size_t result = size;
  for (std::size_t i = 0; escaped && i < size; ++i) {
    if (data[i] == '"') {
      --result;
      ++i;
    }
  }
  return result;
}

void CsvField::copy_to(char* out) const {
  if (!escaped) {
    if (size > 0) std::memcpy(out, data, size);
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    *out++ = data[i];
    if (data[i] == '"') ++i;
  }
}

std::string CsvField::text() const {
  std::string result(length(), '\0');
  copy_to(result.data());
  return result;
}

CsvParse parse_csv_record(const char* begin, const char* end, bool whole, std::vector<CsvField>& fields,
                          const CsvDelimiter& delimiter) {
  fields.clear();
  for (const char* p = begin;;) {
    const char* stop = p;
    if (p != end && *p == '"') {
      bool escaped = false;
      const char* quote = closing_quote(p + 1, end, whole, escaped);
      if (quote == nullptr) return {whole ? CsvEnd::unclosed : CsvEnd::cut_off, p};
      stop = quote + 1;
      if (stop != end && *stop == '\r') {
        if (stop + 1 == end && !whole) return {CsvEnd::cut_off, nullptr};
        if (stop + 1 == end || stop[1] == '\n') ++stop;
      }
      if (stop != end && *stop != delimiter.character() && *stop != '\n')
        return {CsvEnd::after_quote, quote + 1};
      fields.push_back({p + 1, distance(p + 1, quote), escaped});
    } else {
      while (stop != end && !delimiter.stops(*stop)) ++stop;
      if (stop == end && !whole) return {CsvEnd::cut_off, nullptr};
      if (stop != end && *stop == '"') return {CsvEnd::stray_quote, stop};
      const bool line_ends = stop == end || *stop == '\n';
      const char* text_end = line_ends && stop != p && stop[-1] == '\r' ? stop - 1 : stop;
      fields.push_back({p, distance(p, text_end), false});
    }
    if (stop == end) return {CsvEnd::record, end};
    if (*stop == '\n') return {CsvEnd::record, stop + 1};
    p = stop + 1;
  }
}

bool is_storable_text(std::string_view bytes) {
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  while (p != end) {
    if (end - p >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, p, sizeof word);
      // Eight bytes from 1 to 127 at once: none has its high bit, now or after one is taken away.
      if (((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) == 0) {
        p += 8;
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(*p);
    if (byte == 0) return false;
    const std::size_t length = byte < 0x80U ? 1 : multi_byte_length(p, end);
    if (length == 0) return false;
    p += length;
  }
  return true;
}

}  // namespace psychograph::io

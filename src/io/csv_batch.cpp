#include "io/csv_batch.hpp"

namespace psychograph::io {
namespace {

bool holds(const char* begin, const char* end, char wanted) {
  return std::memchr(begin, wanted, static_cast<std::size_t>(end - begin)) != nullptr;
}

/// Whether a field is quoted as a whole, and quotes inside are doubled.
bool is_quoted(const char* begin, const char* end) {
  if (end - begin < 2 || end[-1] != '"') return false;
  for (const char* p = begin + 1; p < end - 1; ++p) {
    if (*p != '"') continue;
    if (p + 1 == end - 1 || p[1] != '"') return false;
    ++p;
  }
  return true;
}

}  // namespace

bool CsvBatch::has_regular_quotes(std::size_t row) const {
  const auto first = row * fields_;
  const char* begin = first == 0 ? text_ : text_ + found_.ends[first - 1] + 1;
  if (!holds(begin, text_ + found_.ends[first + fields_ - 1], '"')) return true;
  for (std::size_t f = 0; f < fields_; ++f) {
    const char* end = text_ + found_.ends[first + f];
    const char* last = f + 1 == fields_ && end != begin && end[-1] == '\r' ? end - 1 : end;
    if (begin != last && *begin == '"' ? !is_quoted(begin, last) : holds(begin, last, '"')) return false;
    begin = end + 1;
  }
  return true;
}

std::size_t CsvBatch::size() const { return rows_ == 0 ? 0 : std::size_t{found_.lines[rows_ - 1]} + 1; }

bool CsvBatch::find(std::string_view bytes, bool whole, std::size_t limit, char delimiter,
                    std::size_t fields) {
  text_ = bytes.data();
  fields_ = fields;
  rows_ = 0;
  find_field_ends(bytes, delimiter, found_);
  const bool is_open = found_.lines.empty() ? !bytes.empty() : found_.lines.back() + 1 < bytes.size();
  if (whole && is_open && !found_.inside) {
    found_.ends.push_back(static_cast<std::uint32_t>(bytes.size()));
    found_.lines.push_back(static_cast<std::uint32_t>(bytes.size()));
  }
  std::size_t begin = 0;
  for (std::size_t row = 0; row < found_.lines.size() && begin < limit; ++row) {
    const auto last = (row + 1) * fields - 1;
    const bool regular = last < found_.ends.size() && found_.ends[last] == found_.lines[row] &&
                         (found_.quotes == 0 || has_regular_quotes(row));
    if (!regular) return rows_ == 0;
    begin = std::size_t{found_.lines[row]} + 1;
    ++rows_;
  }
  // An open quote, or a record that goes on, may end in bytes that are still to come.
  return rows_ == 0 && whole;
}

}  // namespace psychograph::io

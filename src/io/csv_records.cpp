#include "io/csv_records.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "io/csv_cell.hpp"
#include "io/csv_dialect.hpp"

namespace psychograph::io {

CsvRecords::CsvRecords(const CsvFile& file, const CsvPart& part, std::size_t window_bytes)
    : file_(file),
      delimiter_(file.delimiter),
      part_(part),
      // One byte earlier: if a line ends there, a record begins with the part.
      window_(file.bytes, part.begin == file.data_begin ? part.begin : part.begin - 1, file.data_end,
              window_bytes) {
  if (part.begin != file.data_begin) skip_to_first_record();
}

void CsvRecords::skip_to_first_record() {
  window_.load();
  bool inside = part_.inside_quotes;
  if (window_.loaded().front() == '\n' && !inside) {
    window_.consume(1);
    return;
  }
  window_.consume(1);
  while (window_.offset() < part_.end) {
    const auto text = window_.loaded();
    const auto line_end = std::find_if(text.begin(), text.end(), [&](char c) {
      inside ^= c == '"';
      return c == '\n' && !inside;
    });
    const bool found = line_end != text.end();
    window_.consume(static_cast<std::size_t>(line_end - text.begin()) + (found ? 1 : 0));
    if (found) return;
    window_.load();
  }
}

bool CsvRecords::next_batch() {
  // What a second-level cache holds beside what is made of it.
  constexpr std::size_t usual_batch = std::size_t{128} << 10;
  row_ = 0;
  for (std::size_t wanted = usual_batch; window_.offset() < part_.end;) {
    const auto loaded = window_.loaded();
    const auto text = loaded.substr(0, wanted);
    const bool whole = window_.whole() && text.size() == loaded.size();
    const auto limit = static_cast<std::size_t>(part_.end - window_.offset());
    const bool fails = batch_.find(text, whole, limit, delimiter_.character(), file_.header.size());
    if (batch_.rows() > 0) {
      batch_offset_ = window_.offset();
      window_.consume(std::min(batch_.size(), text.size()));
      return true;
    }
    if (fails || (text.size() == loaded.size() && text.size() >= longest_record)) fail_record();
    if (text.size() < loaded.size()) {
      wanted = 2 * text.size();
    } else {
      const auto kept = text.size();
      window_.load();
      wanted = kept + usual_batch;
    }
  }
  batch_ = CsvBatch();
  return false;
}

bool CsvRecords::next() {
  if (row_ == batch_.rows() && !next_batch()) return false;
  fields_.resize(file_.header.size());
  for (std::size_t f = 0; f < fields_.size(); ++f) fields_[f] = batch_.field(row_, f);
  ++row_;
  return true;
}

bool CsvRecords::is_empty(std::size_t row) const {
  for (std::size_t f = 0; f < file_.header.size(); ++f) {
    if (!trimmed(batch_.field(row, f).raw()).empty()) return false;
  }
  return file_.header.size() > 1;
}

void CsvRecords::fail_record() {
  const auto text = window_.loaded();
  const auto parse =
      parse_csv_record(text.data(), text.data() + text.size(), window_.whole(), fields_, delimiter_);
  if (parse.end != CsvEnd::record) throw parse_fault(parse, text.data());
  fail_width();
}

void CsvRecords::fail_width() {
  const auto line = line_of(file_, part_, window_.offset());
  if (fields_.size() == 1 && fields_.front().size == 0) {
    throw core::data_error(fmt::format("{}: line {}: is blank, and records follow", file_.path, line));
  }
  throw core::data_error(fmt::format("{}: line {}: has {} field{}, the header has {}{}", file_.path, line,
                                     fields_.size(), fields_.size() == 1 ? "" : "s", file_.header.size(),
                                     width_hint()));
}

std::string CsvRecords::width_hint() const {
  const bool lone_cr = std::any_of(fields_.begin(), fields_.end(), [](const CsvField& field) {
    return field.raw().find('\r') != std::string_view::npos;
  });
  if (lone_cr) return "; it holds a CR without LF, which ends no line";
  for (const char other : {',', ';', '\t', '|'}) {
    const bool in_header = std::any_of(file_.header.begin(), file_.header.end(), [&](const auto& name) {
      return name.find(other) != std::string::npos;
    });
    if (!in_header || other == file_.delimiter) continue;
    return fmt::format("; fields are taken to be separated by \"{}\": if it is \"{}\", say --delimiter '{}'",
                       delimiter_name(file_.delimiter), delimiter_name(other), delimiter_name(other));
  }
  return {};
}

core::Error CsvRecords::parse_fault(const CsvParse& parse, const char* begin) const {
  const char* place = parse.place == nullptr ? begin : parse.place;
  const auto offset = window_.offset() + (place - begin);
  switch (parse.end) {
    case CsvEnd::unclosed:
      return error_at(offset, fields_.size(), "a quote is opened here and never closed");
    case CsvEnd::stray_quote:
      return error_at(offset, fields_.size(), "a quote inside a field that doesn't begin with one");
    case CsvEnd::after_quote:
      return error_at(offset, fields_.size(),
                      "text after a closing quote (a quote inside a quoted field is written twice)");
    default:
      break;
  }
  const auto limit = longest_record >> 20;
  if (parse.place != nullptr) {
    return error_at(offset, fields_.size(),
                    fmt::format("a quote is opened here and not closed within {} MiB", limit));
  }
  return error_at(
      offset, fields_.size(),
      fmt::format("a record of more than {} MiB begins here: do lines end in LF or CRLF?", limit));
}

core::Error CsvRecords::fault(const CsvField& at, std::size_t field, const std::string& what) const {
  return error_at(place(at), field, what);
}

core::Error CsvRecords::error_at(std::int64_t offset, std::size_t field, const std::string& what) const {
  // Where a record has too many fields, the last ones have no name.
  const auto column =
      field < file_.header.size() ? fmt::format(", column \"{}\"", file_.header[field]) : std::string();
  return core::data_error(
      fmt::format("{}: line {}{}: {}", file_.path, line_of(file_, part_, offset), column, what));
}

std::int64_t line_of(const CsvFile& file, const CsvPart& part, std::int64_t offset) {
  return part.line + count_csv_marks(file, part.begin, offset).newlines;
}

}  // namespace psychograph::io

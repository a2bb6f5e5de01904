// CSV files of any bytes: the header, the records, what a cell is; and however a file is cut into parts, and
// however little of it is in memory at once, the parts have the records that the whole has, and its first
// error.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "io/csv_cell.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_header.hpp"
#include "io/csv_part.hpp"
#include "io/csv_records.hpp"
#include "io/csv_spelling.hpp"
#include "io/csv_table.hpp"

namespace psychograph::fuzz {
namespace {

/// The texts of all fields, a record after the other, and the error that ended them.
struct Parsed {
  std::vector<std::string> fields;
  std::string error;
  friend bool operator==(const Parsed&, const Parsed&) = default;
};

/// The first bytes of an input: the bytes that are in memory at once, where parts end, and what is known of
/// the file beforehand.
struct Request {
  static constexpr std::size_t bytes = 5;
  std::size_t window;
  std::array<std::int64_t, 3> cuts;  ///< in shares of 256
  io::CsvFormat format;
  char decimal;

  explicit Request(const std::uint8_t* data)
      : window(std::size_t{1} + data[0]),
        cuts{data[1], data[2], data[3]},
        decimal(data[4] % 2 == 0 ? '.' : ',') {
    constexpr std::array<char, 4> delimiters{',', ';', '\t', '|'};
    const auto bits = data[4] / 2U;
    if (bits % 2 != 0) format.delimiter = delimiters[bits / 2 % 4];
    if (bits / 8 % 2 != 0) format.header_rows = bits / 16 % 4;
  }
};

void parse(const io::CsvFile& file, const io::CsvPart& part, std::size_t window, Parsed& parsed) {
  if (!parsed.error.empty()) return;
  try {
    for (io::CsvRecords records(file, part, window); records.next();) {
      for (const auto& field : records.fields()) parsed.fields.push_back(field.text());
    }
  } catch (const core::Error& error) {
    parsed.error = error.what();
  }
}

io::CsvPart part_of(const io::CsvFile& file, std::int64_t begin, std::int64_t end) {
  const auto before = io::count_csv_marks(file, file.data_begin, begin);
  return {0, begin, end, before.quotes % 2 != 0, file.data_line + before.newlines};
}

Parsed parse_in_parts(const io::CsvFile& file, const Request& request) {
  const auto length = file.data_end - file.data_begin;
  std::vector<std::int64_t> edges{file.data_begin, file.data_end};
  for (const auto share : request.cuts) edges.push_back(file.data_begin + length * share / 256);
  std::sort(edges.begin(), edges.end());
  Parsed parsed;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    if (edges[i] < edges[i + 1]) parse(file, part_of(file, edges[i], edges[i + 1]), request.window, parsed);
  }
  return parsed;
}

/// What a column of these cells becomes: of numbers only where each of them is one, or counted as bad.
void guess(const std::vector<std::string>& cells, char decimal) {
  const io::CellRules rules{io::MissingWords({"NA", "nan", "-9"}), decimal};
  io::ColumnGuess guess;
  for (const auto& text : cells) {
    const auto cell = io::read_cell(text, rules);
    guess.see(cell, text.size());
    require(cell.kind != io::CellKind::integer || std::isfinite(cell.number), "an integer that is none");
    if (cell.kind == io::CellKind::text) {
      (void)io::spelling_of(io::trimmed(text), decimal);
      (void)io::is_spelled_number(io::trimmed(text), decimal);
    }
    (void)io::is_storable_text(text);
  }
  const auto column = io::settle("x", guess, io::AskedType::none, io::OnBadCell::keep_text);
  require(guess.longest() > 0 && column.missing >= 0 && column.bad == 0, "a column of less than nothing");
  for (const auto asked : {io::AskedType::integer, io::AskedType::number, io::AskedType::text})
    (void)io::settle("x", guess, asked, io::OnBadCell::missing);
  if (guess.count(io::CellKind::text) > 0) require(column.type == io::CsvType::text, "a text among numbers");
  if (guess.count(io::CellKind::floating) > 0)
    require(column.type != io::CsvType::integer, "a fraction among whole numbers");
}

void look(const Request& request, const std::uint8_t* bytes, std::size_t size) {
  static const MemoryFile memory;
  memory.write(bytes, size);
  io::CsvRemarks remarks;
  const auto file = io::read_csv_header(memory.path(), request.format, &remarks);
  require(!file.header.empty() && file.data_begin <= file.data_end, "a header of nothing");
  Parsed whole;
  parse(file, {0, file.data_begin, file.data_end, false, file.data_line}, 1 << 16, whole);
  require(whole.fields.size() % file.header.size() == 0, "records of another width than the header");
  require(parse_in_parts(file, request) == whole, "the parts are not the whole");
  guess(whole.fields, request.decimal);
}

}  // namespace
}  // namespace psychograph::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace psychograph::fuzz;
  if (size < Request::bytes) return 0;
  const Request request(data);
  allow_errors([&] { look(request, data + Request::bytes, size - Request::bytes); });
  return 0;
}

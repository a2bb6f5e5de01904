#include "insight/codebook.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <cerrno>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "io/csv_record.hpp"
#include "io/fence.hpp"
#include "io/input_file.hpp"
#include "io/table.hpp"

namespace psychograph::insight {
namespace {

constexpr const char* group = "/codebook";
constexpr std::array<const char*, 3> columns{"column", "value", "label"};
using Entries = std::vector<std::string>;  // column, value, label, again and again

/// A number's shortest spelling: as cells of numbers are called.
std::string canonical(const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() ? fmt::format("{}", number) : value;
}

/// Adds what lies beside the table.
void read_group(const std::string& path, Entries& entries) {
  const io::Fence fence(path);
  std::optional<io::InputFile> opened;
  try {
    opened.emplace(path, "codebook");
  } catch (const core::Error&) {
    return;  // who opens it as a table tells better
  }
  const auto& file = *opened;
  if (!file.has(group)) return;
  std::array<std::vector<std::string>, 3> cells;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto name = fmt::format("{}/{}", group, columns[c]);
    cells[c] = file.strings(name);
    if (cells[c].size() != cells[0].size()) file.fail(name);
  }
  for (std::size_t row = 0; row < cells[0].size(); ++row) {
    for (const auto& column : cells) entries.push_back(column[row]);
  }
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file || text.bad())
    throw core::environment_error(fmt::format("{}: can't read the codebook: {}", path, std::strerror(errno)));
  auto bytes = text.str();
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  if (!io::is_storable_text(bytes)) throw core::data_error(path + ": the codebook is no UTF-8 text");
  return bytes;
}

/// Spreadsheets of many countries part cells by semicolons or tabs: what stands behind the first word says
/// so.
io::CsvDelimiter delimiter_of(std::string_view text) {
  constexpr std::string_view first = "column";
  const auto place = text.substr(0, 1) == "\"" ? first.size() + 2 : first.size();
  if (place >= text.size()) return io::comma;
  const char sign = text[place];
  return sign == ';' || sign == '\t' ? io::CsvDelimiter{sign} : io::comma;
}

/// Adds what a CSV file says.
void read_csv(const std::string& path, Entries& entries) {
  const auto text = read_text(path);
  const auto delimiter = delimiter_of(text);
  std::vector<io::CsvField> fields;
  std::size_t line = 1;
  for (const char* next = text.data(); next != text.data() + text.size();) {
    const auto fail = [&](const std::string& what) {
      throw core::data_error(fmt::format("{}: line {}: {}", path, line, what));
    };
    const auto parsed = io::parse_csv_record(next, text.data() + text.size(), true, fields, delimiter);
    if (parsed.end != io::CsvEnd::record) fail("a quote is out of place, or never closed");
    const bool blank = fields.size() == 1 && fields.front().size == 0 && next != text.data();
    if (!blank && fields.size() != columns.size())
      fail(fmt::format("{} cells, and a codebook has three columns: column,value,label", fields.size()));
    if (blank) {
      // nothing is said
    } else if (next == text.data()) {
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (fields[c].text() != columns[c]) fail("a codebook begins with the line column,value,label");
      }
    } else {
      if (fields[0].size == 0) fail("no column is named");
      if (fields[2].size == 0) fail("an empty label");
      for (const auto& field : fields) entries.push_back(field.text());
    }
    line += static_cast<std::size_t>(std::count(next, parsed.place, '\n'));
    next = parsed.place;
  }
}

}  // namespace

void Codebook::add(const std::string& column, const std::string& value, const std::string& label) {
  labels_[{column, value}] = label;
  numbers_[{column, canonical(value)}] = label;
}

const std::string* Codebook::find(const std::string& column, const std::string& value) const {
  if (const auto place = labels_.find({column, value}); place != labels_.end()) return &place->second;
  const auto place = numbers_.find({column, canonical(value)});
  return place == numbers_.end() ? nullptr : &place->second;
}

std::string Codebook::label(const std::string& column) const {
  const auto* found = find(column, "");
  const auto& words = found == nullptr ? column : *found;
  const auto remarked = remarks_.find(column);
  return remarked == remarks_.end() ? words : fmt::format("{} ({})", words, remarked->second);
}

void Codebook::remark(const std::string& column, const std::string& words) { remarks_[column] = words; }

bool Codebook::has(const std::string& column, const std::string& value) const {
  return find(column, value) != nullptr;
}

std::string Codebook::label(const std::string& column, const std::string& value) const {
  const auto* found = find(column, value);
  return found == nullptr ? value : *found;
}

bool Codebook::has_answers(const std::string& column) const {
  for (auto place = labels_.lower_bound({column, ""}); place != labels_.end() && place->first.first == column;
       ++place) {
    const auto& value = place->first.second;
    if (!value.empty() && value != "above" && value != "below") return true;
  }
  return false;
}

std::vector<std::string> Codebook::columns() const {
  std::vector<std::string> found;
  for (const auto& [key, label] : labels_) {
    if (found.empty() || found.back() != key.first) found.push_back(key.first);
  }
  return found;
}

Codebook read_codebook(const comm::Communicator& world, const spec::Spec& spec) {
  const auto files = comm::run_on_root(world, [&] { return io::expand_globs(spec.input.files); });
  return read_codebook(world, {files.front()}, spec.codebooks);
}

Codebook read_codebook(const comm::Communicator& world, const std::vector<std::string>& table_files,
                       const std::vector<std::string>& csv_files) {
  const auto entries = comm::run_on_root(world, [&] {
    Entries found;
    for (const auto& path : table_files) read_group(path, found);
    for (const auto& path : csv_files) read_csv(path, found);
    return found;
  });
  Codebook book;
  for (std::size_t i = 0; i + 2 < entries.size(); i += 3)
    book.add(entries[i], entries[i + 1], entries[i + 2]);
  return book;
}

Codebook with_row_options(Codebook codebook, const features::Schema& schema) {
  for (const auto& fitted : schema.features) {
    if (const auto& since = fitted.feature.since) {
      const auto day = core::time_text(since->microseconds, core::TimeUnit::days);
      codebook.remark(fitted.feature.name, fmt::format("{} since {}", since->years ? "years" : "days", day));
    }
    switch (fitted.feature.row) {
      case spec::Row::none:
        break;
      case spec::Row::center:
        codebook.remark(fitted.feature.name, "against own mean answer");
        break;
      case spec::Row::standardize:
        codebook.remark(fitted.feature.name, "against own mean answer, in own deviations");
        break;
    }
  }
  return codebook;
}

void write_codebook(io::OutputFile& file, const Codebook& codebook) {
  std::array<std::vector<std::string>, 3> cells;
  for (const auto& [key, label] : codebook.labels()) {
    cells[0].push_back(key.first);
    cells[1].push_back(key.second);
    cells[2].push_back(label);
  }
  for (std::size_t c = 0; c < columns.size(); ++c)
    file.write_strings(fmt::format("{}/{}", group, columns[c]), cells[c]);
}

}  // namespace psychograph::insight

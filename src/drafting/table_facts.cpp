#include "drafting/table_facts.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <cctype>
#include <fmt/format.h>

#include "core/time.hpp"
#include "io/block.hpp"
#include "io/column_marks.hpp"
#include "io/hdf5.hpp"
#include "io/input_file.hpp"

namespace psychograph::drafting {
namespace {

constexpr std::int64_t most_rows = 200'000;
constexpr std::int64_t most_bytes = std::int64_t{32} << 20;  // fewer rows of what is wide

/// "Q2" before "Q10": digits count as a number.
bool counts_before(std::string_view one, std::string_view other) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < one.size() && j < other.size()) {
    if (is_digit(one[i]) && is_digit(other[j])) {
      const auto end_of = [&](std::string_view text, std::size_t from) {
        while (from < text.size() && is_digit(text[from])) ++from;
        return from;
      };
      const auto skip_zeros = [&](std::string_view text, std::size_t from) {
        while (from + 1 < text.size() && text[from] == '0' && is_digit(text[from + 1])) ++from;
        return from;
      };
      const auto a = one.substr(skip_zeros(one, i), end_of(one, i) - skip_zeros(one, i));
      const auto b = other.substr(skip_zeros(other, j), end_of(other, j) - skip_zeros(other, j));
      if (a.size() != b.size()) return a.size() < b.size();
      if (a != b) return a < b;
      i = end_of(one, i);
      j = end_of(other, j);
    } else if (one[i] != other[j]) {
      return one[i] < other[j];
    } else {
      ++i;
      ++j;
    }
  }
  if ((i < one.size()) != (j < other.size())) return j < other.size();
  return one < other;
}

/// The beginning of the year in which the first of some points of time lies.
std::string first_year(const core::TimeScale& scale, double first) {
  constexpr double most = 9e18;  // microseconds of int64
  const double microseconds = first * static_cast<double>(scale.step) + static_cast<double>(scale.origin);
  if (!(std::abs(microseconds) < most)) return {};
  const auto day = core::microseconds_in(core::TimeUnit::days);
  const auto year =
      core::date_of(static_cast<std::int64_t>(std::floor(microseconds / static_cast<double>(day)))).year;
  return fmt::format("{:04}-01-01", year);
}

ColumnFacts facts_of_column(const io::InputFile& file, const std::string& path, const std::string& name,
                            const insight::Codebook& codebook, std::int64_t& rows) {
  ColumnFacts facts;
  facts.name = name;
  if (codebook.has(name)) facts.label = codebook.label(name);
  for (auto place = codebook.labels().lower_bound({name, ""});
       place != codebook.labels().end() && place->first.first == name; ++place) {
    if (!place->first.second.empty()) facts.labels.emplace_back(place->first.second, place->second);
  }
  const auto dataset = file.dataset(path);
  const auto type = io::type_handle(H5Dget_type(dataset.get()));
  const auto space = io::space_handle(H5Dget_space(dataset.get()));
  rows = static_cast<std::int64_t>(H5Sget_simple_extent_npoints(space.get()));
  const auto marks = io::marks_of(dataset.get(), type.get());
  facts.kind = marks.kind;
  facts.time = marks.times.has_value();

  const auto element = io::element_type(type.get());
  const auto fit = most_bytes / static_cast<std::int64_t>(std::max<std::size_t>(1, element.size));
  const auto count = static_cast<std::size_t>(
      std::clamp<std::int64_t>(rows, 0, std::clamp<std::int64_t>(fit, 1, most_rows)));
  std::vector<std::byte> bytes(count * element.size);
  const hsize_t begin = 0;
  const hsize_t length = count;
  const auto memory = io::space_handle(H5Screate_simple(1, &length, nullptr));
  const bool read =
      H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &begin, nullptr, &length, nullptr) >= 0 &&
      H5Dread(dataset.get(), type.get(), memory.get(), space.get(), H5P_DEFAULT, bytes.data()) >= 0;
  if (!read || count == 0) file.fail(path);
  const io::RawBlock block{0, 0, 0, count, bytes.data(), element.size, &element};
  if (io::is_number(element.code)) {
    std::vector<double> cells(count);
    io::numbers(block, marks.missing, cells);
    see_numbers(facts, cells);
    if (marks.times && facts.distinct > 0) facts.first_year = first_year(*marks.times, facts.lowest);
  } else {
    std::vector<std::string> cells(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto text = io::text(block, i);
      const auto& missing = marks.missing.texts;
      if (std::find(missing.begin(), missing.end(), text) == missing.end()) cells[i] = text;
    }
    see_texts(facts, cells);
  }
  return facts;
}

}  // namespace

TableFacts facts_of_table(const std::string& path, const std::string& table,
                          const insight::Codebook& codebook) {
  const io::InputFile file(path, "customer table");
  auto names = file.members(table);
  std::sort(names.begin(), names.end(), counts_before);
  TableFacts facts;
  for (const auto& name : names)
    facts.columns.push_back(
        facts_of_column(file, fmt::format("{}/{}", table, name), name, codebook, facts.rows));
  return facts;
}

}  // namespace psychograph::drafting

#include "io/csv_judgement.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/csv_column_look.hpp"
#include "io/csv_spelling.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t most_notices = 10;

/// What is wrong with a column, if anything.
enum class Fault {
  none,
  bad_cells,      ///< it is a column of numbers but for some cells
  long_integers,  ///< it keeps its digits as text
  gaps,           ///< it is asked to be of integers, and has long ones and missing cells
  spoilt_id,      ///< nearly all ids are integers, and the others make all of them text
};

Fault fault_of(const ColumnGuess& guess, AskedType asked, const ImportedColumn& column) {
  if (asked == AskedType::text) return Fault::none;
  if (asked == AskedType::integer && column.missing > column.bad && guess.has_wide_integers())
    return Fault::gaps;
  if (asked != AskedType::none) return column.bad > 0 ? Fault::bad_cells : Fault::none;
  if (column.bad > 0 || guess.looks_spoilt() || guess.is_spoilt_time()) return Fault::bad_cells;
  return guess.keeps_digits() && guess.numbers() == guess.values() ? Fault::long_integers : Fault::none;
}

/// Whether the column is one of times, or would be but for some cells.
bool is_of_times(const ColumnGuess& guess, AskedType asked) {
  return asked == AskedType::time || (asked == AskedType::none && guess.is_spoilt_time());
}

std::vector<CellKind> bad_kinds(const ColumnGuess& guess, AskedType asked) {
  if (is_of_times(guess, asked))
    return {CellKind::text, CellKind::spelled,  CellKind::integer, CellKind::wide,
            CellKind::huge, CellKind::floating, CellKind::code};
  if (asked == AskedType::integer)
    return {CellKind::text, CellKind::spelled, CellKind::floating, CellKind::huge, CellKind::time};
  // The bad cell of a column of numbers is the one that isn't one; a code is bad only beside numbers.
  if (asked == AskedType::none && guess.is_spoilt())
    return {CellKind::text, CellKind::spelled, CellKind::code, CellKind::time};
  return {CellKind::text, CellKind::spelled, CellKind::time};
}

/// What a slip makes of one id among integers; codes and longer digits are a kind of ids.
const std::vector<CellKind> kinds_beside_integers{CellKind::text, CellKind::spelled, CellKind::floating,
                                                  CellKind::time};

std::int64_t beside_integers(const ColumnGuess& guess) {
  std::int64_t count = 0;
  for (const auto kind : kinds_beside_integers) count += guess.count(kind);
  return count;
}

class Judge {
 public:
  Judge(const CsvTable& table, const CsvLook& look, const std::vector<ImportedColumn>& columns,
        OnBadCell on_bad_cell)
      : table_(table), look_(look), columns_(columns), on_bad_cell_(on_bad_cell) {}

  [[nodiscard]] std::vector<CellQuery> queries() const {
    std::vector<CellQuery> queries;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const auto fault = this->fault(c);
      if (fault == Fault::spoilt_id) queries.push_back({c, kinds_beside_integers});
      if (fault == Fault::bad_cells) queries.push_back({c, bad_kinds(look_.guesses[c], table_.asked[c])});
      if (fault == Fault::gaps) queries.push_back({c, {CellKind::missing, CellKind::nan}});
      if (fault == Fault::long_integers) queries.push_back({c, {CellKind::wide, CellKind::huge}});
    }
    return queries;
  }

  std::vector<std::string> run(const std::vector<CellQuery>& queries, const std::vector<NamedCell>& cells) {
    for (std::size_t i = 0; i < queries.size(); ++i) refuse(queries[i].column, cells[i]);
    const auto header_like = find_header_like(queries, cells);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (header_like.contains(i)) continue;
      notices_.push_back(notice(queries[i].column, cells[i]));
    }
    if (notices_.size() > most_notices) {
      const auto more = notices_.size() - most_notices;
      notices_.resize(most_notices);
      notices_.push_back(
          fmt::format("{} more columns are so: --columns chooses columns, --types their types", more));
    }
    return std::move(notices_);
  }

 private:
  [[nodiscard]] Fault fault(std::size_t c) const {
    const auto& guess = look_.guesses[c];
    if (c != table_.id || table_.asked[c] == AskedType::integer)
      return fault_of(guess, table_.asked[c], columns_[c]);
    constexpr std::int64_t a_few = 100;  // of as many ids at most one
    const auto others = beside_integers(guess);
    const bool spoilt = table_.asked[c] == AskedType::none && others > 0 &&
                        others <= guess.values() / a_few && guess.integers() == guess.values() - others;
    return spoilt ? Fault::spoilt_id : Fault::none;
  }
  [[nodiscard]] static std::string place(const NamedCell& cell, const std::string& column) {
    return fmt::format("{}: line {}, column \"{}\"", cell.path, cell.line, column);
  }
  /// How the file calls the column.
  [[nodiscard]] const std::string& name(std::size_t column) const {
    const auto& first = table_.files.front();
    return first.header[first.fields[column]];
  }
  [[nodiscard]] std::int64_t bad_count(std::size_t column) const {
    const auto& guess = look_.guesses[column];
    if (columns_[column].bad > 0) return columns_[column].bad;
    if (guess.is_spoilt_time()) return guess.values() - guess.count(CellKind::time);
    return guess.is_spoilt() ? guess.values() - guess.numbers() : guess.count(CellKind::spelled);
  }

  void refuse(std::size_t c, const NamedCell& cell) const {
    const auto asked = table_.asked[c];
    const auto fault = this->fault(c);
    if (fault == Fault::gaps) {
      throw core::data_error(
          fmt::format("{}: the cell is missing, and the column has integers beyond 2^53, "
                      "which only int64, without missing cells, or text can hold: --types {}=text",
                      place(cell, name(c)), name(c)));
    }
    if (fault != Fault::bad_cells) return;
    const bool allowed = asked == AskedType::none ? on_bad_cell_ != OnBadCell::fail
                                                  : on_bad_cell_ == OnBadCell::missing && c != table_.id;
    if (allowed) return;
    const char* const wanted = is_of_times(look_.guesses[c], asked) ? "date or time"
                               : asked == AskedType::integer        ? "integer"
                                                                    : "number";
    throw core::data_error(fmt::format("{}: \"{}\" is no {}{}; {}", place(cell, name(c)), cell.text, wanted,
                                       more_cells(c), advice(c, cell)));
  }

  [[nodiscard]] std::string more_cells(std::size_t c) const {
    const auto more = bad_count(c) - 1;
    return more == 0
               ? ""
               : fmt::format(", nor {} {} more cell{}", more == 1 ? "is" : "are", more, more == 1 ? "" : "s");
  }

  /// What can be done about a bad cell.
  [[nodiscard]] std::string advice(std::size_t c, const NamedCell& cell) const {
    const bool times = is_of_times(look_.guesses[c], table_.asked[c]);
    if (times && !is_missing_word(cell.text))
      return fmt::format(
          "dates are written as 2018-01-31, times as 2018-01-31 12:30:15; --types {}=time "
          "--on-bad-cell missing takes other cells for missing",
          name(c));
    auto repair = remedy(spelling_of(cell.text, table_.decimal), table_.decimal);
    if (!repair.empty()) return repair;
    if (is_missing_word(cell.text))
      return fmt::format("if it stands for a missing value, add it to --na (--na 'NA,{}')", cell.text);
    return fmt::format("--types {}=number --on-bad-cell missing takes such cells for missing", name(c));
  }

  [[nodiscard]] std::string notice(std::size_t c, const NamedCell& cell) const {
    const auto& guess = look_.guesses[c];
    const auto& column = columns_[c];
    const auto where = place(cell, name(c));
    if (fault(c) == Fault::spoilt_id) {
      return fmt::format(
          "{}: the id \"{}\" is no integer, as {} of {} are: all ids are stored as text, as they stand; "
          "--types {}=text says so without this warning",
          where, cell.text, guess.integers(), guess.values(), name(c));
    }
    if (fault(c) == Fault::long_integers) {
      return fmt::format(
          "{}: {} has more digits than float64 keeps, which {} need: the column is stored as "
          "text; --types {}=text says so without this warning, --types {}=number rounds",
          where, cell.text,
          guess.count(CellKind::huge) > 0 ? "integers beyond int64" : "missing cells and fractions", name(c),
          name(c));
    }
    const bool times = is_of_times(guess, table_.asked[c]);
    const auto others = times ? guess.count(CellKind::time) : guess.numbers();
    if (column.bad > 0) {
      return fmt::format("{}: \"{}\" is no {}, as {} other cells are: {} cell{} so count{} as missing", where,
                         cell.text, times ? "date or time" : "number", others, column.bad,
                         column.bad == 1 ? "" : "s", column.bad == 1 ? "s" : "");
    }
    if (others == 0) {
      return fmt::format(
          "{}: \"{}\" is a {} to a person alone: the column is stored as text; {}, or say "
          "--types {}=text",
          where, cell.text, spelling_of(cell.text, table_.decimal) == Spelling::date ? "date" : "number",
          advice(c, cell), name(c));
    }
    return fmt::format(
        "{}: \"{}\" is no {}{}, and {} of the column's {} values are: it is stored as text; "
        "{}, and --types {}=text says so without this warning",
        where, cell.text, times ? "date or time" : "number", more_cells(c), others, guess.values(),
        advice(c, cell), name(c));
  }

  /// Queries whose cell stands in the first record of a file, with no more bad cells than there are files: a
  /// further header line, of question texts or units. One notice for all.
  std::map<std::size_t, std::int64_t> find_header_like(const std::vector<CellQuery>& queries,
                                                       const std::vector<NamedCell>& cells) {
    constexpr std::int64_t most_lines = 3;
    const auto files = static_cast<std::int64_t>(table_.files.size());
    std::map<std::size_t, std::int64_t> found;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const auto bad = bad_count(queries[i].column);
      if (!cells[i].first_record || bad == 0 || bad > most_lines * files || bad % files != 0) continue;
      if (table_.asked[queries[i].column] != AskedType::none) continue;
      found[i] = bad / files;
      most = std::max(most, bad / files);
    }
    if (found.size() < 2) return {};
    std::string names;
    constexpr std::size_t shown = 3;
    std::size_t i = 0;
    for (const auto& [query, lines] : found) {
      if (i++ < shown) names += fmt::format("{}\"{}\"", i == 1 ? "" : ", ", name(queries[query].column));
    }
    if (found.size() > shown) names += fmt::format(" and {} more", found.size() - shown);
    const auto& cell = cells[found.begin()->first];
    notices_.push_back(fmt::format(
        "{}: line {} holds no numbers (\"{}\") in the columns {}, which are numbers below: they are {}; "
        "if it belongs to the header (question texts, units), --header-rows {} leaves it out",
        cell.path, cell.line, cell.text, names,
        on_bad_cell_ == OnBadCell::missing ? "missing there" : "stored as text",
        table_.files.front().header_rows + most));
    return found;
  }

  const CsvTable& table_;
  const CsvLook& look_;
  const std::vector<ImportedColumn>& columns_;
  OnBadCell on_bad_cell_;
  std::vector<std::string> notices_;
};

}  // namespace

std::vector<std::string> judge_columns(const comm::Communicator& world, const CsvTable& table,
                                       std::span<const CsvPart> parts, const CsvLook& look,
                                       const std::vector<ImportedColumn>& columns, OnBadCell on_bad_cell) {
  for (const auto& column : columns) {  // a number of as many digits, or with blanks around it
    if (column.type == CsvType::text && column.length > longest_text_cell)
      throw core::data_error(fmt::format("{}: column \"{}\": {}", table.files.front().path, column.name,
                                         too_long_for_text(column.length)));
  }
  Judge judge(table, look, columns, on_bad_cell);
  const auto queries = judge.queries();
  auto notices = judge.run(queries, find_cells(world, table, parts, look, queries));
  if (look.bare_records > 0) {
    const auto first = find_bare_record(world, table, parts, look);
    notices.push_back(fmt::format("{}: line {}: {} but delimiters, and {} left out", first.path, first.line,
                                  look.bare_records == 1
                                      ? "a row holds nothing"
                                      : fmt::format("{} rows from here on hold nothing", look.bare_records),
                                  look.bare_records == 1 ? "is" : "are"));
  }
  return notices;
}

}  // namespace psychograph::io

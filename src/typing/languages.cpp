#include "typing/languages.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/printable.hpp"
#include "io/csv_column.hpp"

namespace psychograph::typing {
namespace {

/// Quoted, quotes doubled.
std::string quoted(const std::string& text, char quote) {
  std::string result;
  result.reserve(text.size() + 2);
  result.push_back(quote);
  for (const char c : text) {
    if (c == quote) result.push_back(quote);
    result.push_back(c);
  }
  result.push_back(quote);
  return result;
}

/// As a term of a sum.
std::string number(double value) { return value < 0 ? fmt::format("({})", value) : fmt::format("{}", value); }

std::string sql_amount(const Item& item, const std::string& column, std::size_t g) {
  std::string text = fmt::format("CASE WHEN {} IS NULL", column);
  for (const auto& cell : item.no_answers) text += fmt::format(" OR {} = {}", column, cell);
  return text +
         fmt::format(" THEN {} ELSE {} * {} END", number(item.none[g]), number(item.points[g]), column);
}

/// Answers that a database may hold as true and false, 1 and 0, or words.
bool are_flags(const Item& item) { return item.levels == std::vector<std::string>{"FALSE", "TRUE"}; }

std::string sql_answers(const Item& item, const std::string& column, std::size_t g, std::size_t k) {
  if (are_flags(item))
    return fmt::format(
        "CASE WHEN UPPER(CAST({0} AS CHAR(5))) IN ('FALSE', 'F', '0') THEN {1} WHEN UPPER(CAST({0} AS "
        "CHAR(5))) IN "
        "('TRUE', 'T', '1') THEN {2} ELSE {3} END",
        column, number(item.points[g]), number(item.points[k + g]), number(item.none[g]));
  std::string text = "CASE " + column;
  for (std::size_t l = 0; l < item.levels.size(); ++l)
    text += fmt::format(" WHEN {} THEN {}", quoted(item.levels[l], '\''), number(item.points[l * k + g]));
  return text + fmt::format(" ELSE {} END", number(item.none[g]));
}

/// A, B, ..., Z, AA, ...
std::string cell_column(std::size_t place) {
  std::string name;
  for (++place; place > 0; place = (place - 1) / 26)
    name.insert(name.begin(), static_cast<char>('A' + (place - 1) % 26));
  return name;
}

std::string formula_amount(const Item& item, const std::string& cell, std::size_t g) {
  std::string empty = fmt::format("{}&\"\"=\"\"", cell);
  for (const auto& no_answer : item.no_answers) empty += fmt::format(",{}={}", cell, no_answer);
  return fmt::format("IF(OR({}),{},{}*{})", empty, number(item.none[g]), number(item.points[g]), cell);
}

std::string formula_answers(const Item& item, const std::string& cell, std::size_t g, std::size_t k) {
  std::string text = number(item.none[g]);
  for (std::size_t l = item.levels.size(); l-- > 0;)
    text = fmt::format("IF(EXACT({}&\"\",{}),{},{})", cell, quoted(item.levels[l], '"'),
                       number(item.points[l * k + g]), text);
  return text;
}

/// The points of a segment.
std::string formula_of(const Tool& tool, std::size_t g) {
  std::string formula = fmt::format("={}", number(tool.base[g]));
  for (std::size_t i = 0; i < tool.items.size(); ++i) {
    const auto cell = cell_column(i) + "2";
    const auto& item = tool.items[i];
    formula += fmt::format("+{}", item.levels.empty() ? formula_amount(item, cell, g)
                                                      : formula_answers(item, cell, g, tool.segments()));
  }
  return formula;
}

}  // namespace

std::string as_sql(const Tool& tool, const std::string& id) {
  const auto k = tool.segments();
  const auto id_column = quoted(id, '"');
  std::string names;
  for (std::size_t g = 0; g < k; ++g)
    names += fmt::format("--   {:>5}  {}\n", tool.ids[g], core::printable(tool.names[g]));
  std::string scores;
  for (std::size_t g = 0; g < k; ++g) {
    scores += fmt::format(",\n         {}", number(tool.base[g]));
    for (const auto& item : tool.items) {
      const auto column = quoted(item.column, '"');
      scores += fmt::format("\n           + {}", item.levels.empty() ? sql_amount(item, column, g)
                                                                     : sql_answers(item, column, g, k));
    }
    scores += fmt::format(" AS points_{}", g);
  }
  std::string cases;
  for (std::size_t g = 0; g + 1 < k; ++g) {
    std::string most;
    for (std::size_t other = g + 1; other < k; ++other)
      most += fmt::format("{}points_{} >= points_{}", most.empty() ? "" : " AND ", g, other);
    cases += fmt::format("\n         WHEN {} THEN {}", most, tool.ids[g]);
  }
  return fmt::format(
      "-- Which segment a customer is in, from {} questions. The table's name is customers; change it where\n"
      "-- it is another. Segments:\n{}SELECT {},\n       CASE{}\n         ELSE {} END AS segment\n  FROM "
      "(SELECT {}{}\n"
      "          FROM customers) AS scores;\n",
      tool.items.size(), names, id_column, k > 1 ? cases : " WHEN 0 = 1 THEN NULL", tool.ids.back(),
      id_column, scores);
}

std::size_t longest_formula(const Tool& tool) {
  std::size_t longest = 0;
  for (std::size_t g = 0; g < tool.segments(); ++g) longest = std::max(longest, formula_of(tool, g).size());
  return longest;
}

std::string as_spreadsheet(const Tool& tool) {
  const auto k = tool.segments();
  const auto items = tool.items.size();
  std::string header;
  std::string labels;
  std::string line;
  const auto append = [](std::string& text, const std::string& cell) {
    if (!text.empty()) text += ',';
    io::append_csv(text, cell);
  };
  for (const auto& item : tool.items) append(header, results::harmless(item.column));
  line.assign(items > 0 ? items - 1 : 0, ',');
  for (std::size_t g = 0; g < k; ++g) {
    append(header, fmt::format("{}", tool.ids[g]));
    line += ',';
    io::append_csv(line, formula_of(tool, g));
  }
  append(header, "segment");
  const auto first = cell_column(items);
  const auto last = cell_column(items + k - 1);
  line += ',';
  io::append_csv(line, fmt::format("=INDEX(${0}$1:${1}$1,MATCH(MAX({0}2:{1}2),{0}2:{1}2,0))", first, last));
  return header + "\n" + line + "\n";
}

std::string as_json(const Tool& tool) {
  const auto k = tool.segments();
  nlohmann::ordered_json segments = nlohmann::ordered_json::array();
  for (std::size_t g = 0; g < k; ++g)
    segments.push_back({{"id", tool.ids[g]}, {"name", tool.names[g]}, {"base", tool.base[g]}});
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (const auto& item : tool.items) {
    const auto row = [&](const double* points) { return std::vector<double>(points, points + k); };
    nlohmann::ordered_json told = {
        {"column", item.column}, {"label", item.label}, {"no_answer", row(item.none.data())}};
    for (const auto& cell : item.no_answers) {
      if (item.levels.empty()) {
        told["no_answers"].push_back(std::strtod(cell.c_str(), nullptr));
      } else {
        told["no_answers"].push_back(cell);
      }
    }
    if (item.levels.empty()) {
      told["points"] = row(item.points.data());
      told["low"] = item.low;
      told["high"] = item.high;
    } else {
      told["answers"] = nlohmann::ordered_json::array();
      for (std::size_t l = 0; l < item.levels.size(); ++l)
        told["answers"].push_back({{"answer", item.levels[l]},
                                   {"label", item.level_labels[l]},
                                   {"points", row(item.points.data() + l * k)}});
    }
    items.push_back(std::move(told));
  }
  const nlohmann::ordered_json all = {{"segments", segments}, {"questions", items}};
  return all.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace psychograph::typing

#include "drafting/column_facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <cctype>

namespace psychograph::drafting {
namespace {

constexpr std::array<std::string_view, 17> no_answers{
    "don't know",   "dont know",      "do not know",   "no answer",   "refused",     "refusal",
    "not answered", "not applicable", "prefer not to", "not stated",  "no response", "missing",
    "can't say",    "weiß nicht",     "keine angabe",  "ne sait pas", "no sabe"};
constexpr std::array<std::string_view, 6> whole_no_answers{"n/a",   "na",      "dk",
                                                           "dk/na", "unknown", "none given"};

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Codes that survey and CRM programs write for no answer, where nothing else of the column is like them.
constexpr std::array usual_codes{-7.0,  -8.0,   -9.0,   -66.0,  -77.0,  -88.0,   -97.0,  -98.0,
                                 -99.0, -777.0, -888.0, -998.0, -999.0, -9998.0, -9999.0};
constexpr std::array usual_codes_of_answers{-1.0, 77.0, 88.0, 97.0, 98.0, 99.0, 998.0, 999.0, 9999.0};

/// Those of whole numbers that are negative among others that are not, or far above answers from 0 to 11.
std::set<double> codes_among(std::span<const double> cells) {
  constexpr double most_answer = 11;
  std::set<double> codes;
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -lowest;
  const auto is_one_of = [](const auto& known, double cell) {
    return std::find(known.begin(), known.end(), cell) != known.end();
  };
  for (const double cell : cells) {
    if (std::isnan(cell)) continue;
    if (cell != std::floor(cell)) return {};
    if (is_one_of(usual_codes, cell) || is_one_of(usual_codes_of_answers, cell)) {
      codes.insert(cell);
    } else {
      lowest = std::min(lowest, cell);
      highest = std::max(highest, cell);
    }
  }
  if (!(lowest >= 0) || lowest == highest) return {};
  if (highest > most_answer) std::erase_if(codes, [&](double code) { return !is_one_of(usual_codes, code); });
  return codes;
}

std::set<double> labelled_codes(const ColumnFacts& facts) {
  std::set<double> codes;
  for (const auto& [value, words] : facts.labels) {
    const auto number = number_in(value);
    if (number && says_no_answer(words)) codes.insert(*number);
  }
  return codes;
}

}  // namespace

bool says_no_answer(const std::string& words) {
  std::string low = words;
  std::transform(low.begin(), low.end(), low.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (const auto curly = low.find("\u2019"); curly != std::string::npos) low.replace(curly, 3, "'");
  return std::any_of(no_answers.begin(), no_answers.end(),
                     [&](auto phrase) { return low.find(phrase) != std::string::npos; }) ||
         std::find(whole_no_answers.begin(), whole_no_answers.end(), low) != whole_no_answers.end();
}

void see_numbers(ColumnFacts& facts, std::span<const double> cells) {
  facts.codes_guessed = facts.labels.empty() && !facts.time;
  const auto no_answer = facts.codes_guessed ? codes_among(cells) : labelled_codes(facts);
  std::unordered_set<double> seen;
  std::set<double> given;
  double count = 0;
  double sum = 0;
  for (const double cell : cells) {
    ++facts.rows;
    // A set would take NaN for any of its elements.
    const bool is_given = !std::isnan(cell) && no_answer.contains(cell);
    if (is_given) given.insert(cell);
    if (is_given || std::isnan(cell)) {
      ++facts.missing;
      continue;
    }
    facts.lowest = count == 0 ? cell : std::min(facts.lowest, cell);
    facts.highest = count == 0 ? cell : std::max(facts.highest, cell);
    facts.whole = facts.whole && cell == std::floor(cell);
    seen.insert(cell);
    ++count;
    sum += cell;
  }
  facts.distinct = static_cast<std::int64_t>(seen.size());
  facts.no_answer.assign(given.begin(), given.end());
  if (facts.distinct <= ColumnFacts::most_values) facts.values = {seen.begin(), seen.end()};
  double squares = 0;
  double cubes = 0;
  for (const double cell : cells) {
    if (std::isnan(cell) || given.contains(cell)) continue;
    const double apart = cell - sum / count;
    squares += apart * apart;
    cubes += apart * apart * apart;
  }
  if (squares > 0) facts.skewness = cubes / count / std::pow(squares / count, 1.5);
}

void see_texts(ColumnFacts& facts, std::span<const std::string> cells) {
  facts.text = true;
  std::unordered_set<std::string_view> seen;
  for (const auto& cell : cells) {
    ++facts.rows;
    if (cell.empty()) {
      ++facts.missing;
    } else {
      seen.insert(cell);
    }
  }
  facts.distinct = static_cast<std::int64_t>(seen.size());
}

}  // namespace psychograph::drafting

#include "drafting/guess.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <cctype>
#include <fmt/format.h>

namespace psychograph::drafting {
namespace {

using namespace std::string_view_literals;

// Words of names and labels, in lower case; the plural of each is meant too.
constexpr std::array id_words{"id"sv,   "ids"sv,    "respid"sv,   "respondent"sv, "caseid"sv, "uuid"sv,
                              "guid"sv, "serial"sv, "customer"sv, "record"sv,     "idnr"sv,   "pid"sv};
constexpr std::array weight_words{"weight"sv, "weights"sv, "wt"sv, "wgt"sv, "weighting"sv, "gewicht"sv};
constexpr std::array sensitive_words{
    "gender"sv,      "sex"sv,       "geschlecht"sv, "ethnic"sv,     "ethnicity"sv, "race"sv,
    "racial"sv,      "religion"sv,  "religious"sv,  "income"sv,     "salary"sv,    "earnings"sv,
    "wage"sv,        "einkommen"sv, "political"sv,  "party"sv,      "vote"sv,      "voted"sv,
    "orientation"sv, "sexual"sv,    "health"sv,     "disability"sv, "disabled"sv,  "nationality"sv,
    "citizenship"sv, "migration"sv, "migrant"sv,    "pregnant"sv,   "union"sv};
constexpr std::array demographic_words{
    "age"sv,       "old"sv,        "birth"sv,    "born"sv,    "birthyear"sv,  "yob"sv,        "alter"sv,
    "education"sv, "educ"sv,       "school"sv,   "degree"sv,  "bildung"sv,    "marital"sv,    "married"sv,
    "household"sv, "hhsize"sv,     "children"sv, "kid"sv,     "occupation"sv, "employment"sv, "employed"sv,
    "job"sv,       "profession"sv, "retired"sv,  "student"sv, "generation"sv, "family"sv,     "partner"sv,
    "homeowner"sv, "seniority"sv,  "home"sv};
constexpr std::array geographic_words{
    "region"sv,    "city"sv,  "town"sv,    "zip"sv,        "zipcode"sv,  "postcode"sv,
    "postal"sv,    "plz"sv,   "country"sv, "state"sv,      "county"sv,   "province"sv,
    "district"sv,  "urban"sv, "rural"sv,   "area"sv,       "location"sv, "latitude"sv,
    "longitude"sv, "lat"sv,   "lon"sv,     "bundesland"sv, "canton"sv,   "municipality"sv};
constexpr std::array postcode_words{"zip"sv, "zipcode"sv, "postcode"sv, "postal"sv, "plz"sv};
/// Of answers that have an order.
constexpr std::array order_words{
    "agree"sv,       "disagree"sv, "satisfied"sv,  "dissatisfied"sv, "likely"sv,     "unlikely"sv,
    "often"sv,       "never"sv,    "rarely"sv,     "always"sv,       "sometimes"sv,  "important"sv,
    "unimportant"sv, "low"sv,      "high"sv,       "very"sv,         "less"sv,       "more"sv,
    "poor"sv,        "good"sv,     "excellent"sv,  "accurate"sv,     "inaccurate"sv, "daily"sv,
    "weekly"sv,      "monthly"sv,  "completely"sv, "strongly"sv,     "somewhat"sv,   "extremely"sv,
    "primary"sv,     "secondary"sv};

constexpr std::int64_t most_words = 30;    // different ones, that a column of words may have as a feature
constexpr std::int64_t most_answers = 11;  // of a scale
constexpr std::size_t least_on_scale = 3;  // columns
constexpr double most_missing = 0.5;
constexpr double long_tail_skewness = 2;
constexpr std::int64_t least_rows_of_ids = 20;

/// The words in a text: what is not a letter parts them, and so does a capital behind a small letter.
std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words(1);
  char before = ' ';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = std::isalpha(byte) != 0 || byte >= 0x80U;
    const bool hump = std::isupper(byte) != 0 && std::islower(static_cast<unsigned char>(before)) != 0;
    if ((!letter || hump) && !words.back().empty()) words.emplace_back();
    if (letter) words.back() += static_cast<char>(std::tolower(byte));
    before = c;
  }
  return words;
}

template <std::size_t N>
bool tells(const std::array<std::string_view, N>& of, const std::string& text) {
  const auto words = words_in(text);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::any_of(of.begin(), of.end(), [&](auto one) {
      return word == one || (word.size() == one.size() + 1 && word.starts_with(one) && word.back() == 's');
    });
  });
}

template <std::size_t N>
bool tells(const std::array<std::string_view, N>& of, const ColumnFacts& column) {
  return tells(of, column.name) || tells(of, column.label);
}

/// The labels of values that are answers.
std::vector<std::string> wordings(const ColumnFacts& column) {
  std::vector<std::string> found;
  for (const auto& [value, words] : column.labels) {
    // A codebook's words for the ends of a number are no answers.
    if (!says_no_answer(words) && value != "above" && value != "below") found.push_back(words);
  }
  return found;
}

bool has_order(const ColumnFacts& column) {
  const auto words = wordings(column);
  return std::any_of(words.begin(), words.end(), [](const auto& one) { return tells(order_words, one); });
}

/// Whether its answers may be steps of a scale.
bool is_scale(const ColumnFacts& column) {
  return !column.text && !column.time && column.whole && column.kind != "categorical" &&
         column.distinct >= 3 && column.distinct <= most_answers && column.lowest >= -5 &&
         column.highest <= 11;
}

/// What names alone say comes first: there is no scale of which an age is one.
bool is_named(const ColumnFacts& column) {
  return tells(sensitive_words, column.name) || tells(demographic_words, column.name) ||
         tells(geographic_words, column.name) || tells(weight_words, column.name);
}

/// What columns on one scale share, for each column; empty where too few do. By the words of their answers;
/// where they have none, by the range, which columns of one stem have together.
std::vector<std::string> scales(const std::vector<ColumnFacts>& columns) {
  std::map<std::string, std::pair<double, double>> ranges;
  const auto stem = [&](const ColumnFacts& column) {
    const auto found = stem_of(column.name);
    return found.empty() ? column.name : found;
  };
  for (const auto& column : columns) {
    if (!is_scale(column)) continue;
    const auto [place, is_new] = ranges.try_emplace(stem(column), column.lowest, column.highest);
    place->second.first = std::min(place->second.first, column.lowest);
    place->second.second = std::max(place->second.second, column.highest);
  }
  std::vector<std::string> found;
  std::map<std::string, std::size_t> counts;
  for (const auto& column : columns) {
    found.emplace_back();
    if (!is_scale(column) || is_named(column)) continue;
    const auto words = wordings(column);
    if (words.size() >= 2) {
      for (const auto& one : words) found.back() += one + "\n";
    } else {
      const auto [low, high] = ranges.at(stem(column));
      const bool usual = (low == 1 && high >= 4 && high <= 10) || (low == 0 && high == 10);
      if (usual) found.back() = fmt::format("{} to {}", low, high);
    }
    ++counts[found.back()];
  }
  for (auto& scale : found) {
    if (counts[scale] < least_on_scale) scale.clear();
  }
  return found;
}

/// Why it can't be a feature, or had better not; empty where nothing speaks against it.
std::string objection(const ColumnFacts& column) {
  if (column.distinct == 0) return "has no answers";
  if (column.distinct == 1) return "has one and the same value in all rows";
  if (column.time) return "is a date: see above";
  const double missing = static_cast<double>(column.missing) / static_cast<double>(column.rows);
  if (missing > most_missing) return fmt::format("is missing in {:.0f} % of the rows", 100 * missing);
  if (tells(weight_words, column.name) && !column.text && column.lowest >= 0)
    return fmt::format("may be a weight: weight = \"...\" under [input] counts customers by it");
  const auto answered = column.rows - column.missing;
  const bool is_name = column.text || column.whole;
  if (is_name && column.distinct == answered && column.rows >= least_rows_of_ids)
    return "has another value in every row, as an id has";
  if (column.text && column.distinct > most_words)
    return fmt::format("holds words, {} different ones", column.distinct);
  if (!column.text && tells(postcode_words, column)) return "holds postcodes, which are names, and too many";
  return {};
}

spec::Kind kind_of(const ColumnFacts& column) {
  if (column.text || column.kind == "categorical") return spec::Kind::categorical;
  if (column.distinct == 2) return spec::Kind::binary;
  const auto words = wordings(column);
  if (words.size() >= 2 && column.whole && column.distinct <= ColumnFacts::most_values) {
    const bool ends_alone =
        static_cast<std::int64_t>(words.size()) < column.distinct && column.distinct <= most_answers;
    const bool few = static_cast<std::int64_t>(words.size()) >= column.distinct || ends_alone;
    if (few)
      return column.kind == "ordinal" || has_order(column) || ends_alone ? spec::Kind::ordinal
                                                                         : spec::Kind::categorical;
  }
  return column.kind == "ordinal" ? spec::Kind::ordinal : spec::Kind::numeric;
}

bool may_be_id(const ColumnFacts& column) {
  return column.name == "customer_id" || (tells(id_words, column.name) && column.missing == 0 &&
                                          column.whole && !column.time && column.distinct == column.rows);
}

Guess guess_one(const ColumnFacts& column, const std::string& scale) {
  if (auto why = objection(column); !why.empty()) return {Use::left_out, std::move(why)};
  Guess made;
  if (!scale.empty()) {
    made.scale = scale;
    made.facet = spec::Facet::psychographic;
    made.kind = spec::Kind::ordinal;
    return made;
  }
  if (tells(sensitive_words, column)) return {Use::described};
  made.facet = tells(geographic_words, column)    ? spec::Facet::geographic
               : tells(demographic_words, column) ? spec::Facet::demographic
                                                  : spec::Facet::behavioral;
  made.kind = kind_of(column);
  made.long_tail =
      made.kind == spec::Kind::numeric && column.lowest >= 0 && column.skewness > long_tail_skewness;
  return made;
}

}  // namespace

std::string stem_of(const std::string& name) {
  auto end = name.size();
  while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1])) != 0) --end;
  if (end == name.size()) return {};
  while (end > 0 && (name[end - 1] == '_' || name[end - 1] == '.' || name[end - 1] == '-')) --end;
  return name.substr(0, end);
}

std::vector<Guess> guess(const std::vector<ColumnFacts>& columns) {
  const auto on_scale = scales(columns);
  const auto named = std::find_if(columns.begin(), columns.end(),
                                  [](const auto& column) { return column.name == "customer_id"; });
  const auto id = named != columns.end() ? named : std::find_if(columns.begin(), columns.end(), may_be_id);
  std::vector<Guess> guesses;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const bool is_id = id != columns.end() && c == static_cast<std::size_t>(id - columns.begin());
    guesses.push_back(is_id ? Guess{Use::id} : guess_one(columns[c], on_scale[c]));
  }
  return guesses;
}

}  // namespace psychograph::drafting

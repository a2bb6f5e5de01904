// What is known of a table's column before anybody has said what it is: its labels, its type, and what its
// first rows hold. Local.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace psychograph::drafting {

/// Facts of the rows that were looked at.
struct ColumnFacts {
  std::string name;
  std::string label;                                        ///< of the codebook; may be empty
  std::vector<std::pair<std::string, std::string>> labels;  ///< value and wording, of the codebook
  std::string kind;                                         ///< what the file says; may be empty
  bool text = false;
  bool time = false;
  bool whole = true;          ///< numbers without fractions
  std::int64_t rows = 0;      ///< looked at
  std::int64_t missing = 0;   ///< of these
  std::int64_t distinct = 0;  ///< different values of the others
  std::set<double> values;    ///< of numbers, as long as they are no more than `most_values`
  double lowest = 0, highest = 0;
  double skewness = 0;
  std::vector<double> no_answer;  ///< values that count as missing here
  bool codes_guessed = false;     ///< no label says so of `no_answer`: they look like codes of no answer
  std::string first_year = {};    ///< of times: "2015-01-01", before all of them

  static constexpr std::int64_t most_values = 50;
};

/// Whether the words say that somebody did not answer: "Don't know", "Refused", "N/A".
bool says_no_answer(const std::string& words);

/// Fills in the facts of cells, NaN where missing; name, label, labels, kind and time are set before.
void see_numbers(ColumnFacts& facts, std::span<const double> cells);
/// The same of texts, empty where missing.
void see_texts(ColumnFacts& facts, std::span<const std::string> cells);

}  // namespace psychograph::drafting

// Files of statistics programs, as they say what they hold: SPSS, Stata and SAS, through ReadStat. Local.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/serialization/string.hpp>
#include <boost/serialization/utility.hpp>
#include <boost/serialization/vector.hpp>

#include "io/survey_format.hpp"

namespace psychograph::io {

enum class SurveyMeasure : std::uint8_t { unknown, nominal, ordinal, scale };

struct SurveyVariable {
  std::string name;
  std::string label;      ///< may be empty
  std::string format;     ///< how values are shown, in the program's own terms: "DATE11", "%td"
  std::string label_set;  ///< whose labels its values have; empty: none
  bool text = false;
  SurveyMeasure measure = SurveyMeasure::unknown;
  /// Values that count as missing, from the first to the second; of numbers, and of texts.
  std::vector<std::pair<double, double>> missing_numbers;
  std::vector<std::pair<std::string, std::string>> missing_texts;
};

/// What a value means. The value is spelled as the cells of a table are: a number in its shortest way; ".a"
/// for a missing one that has a letter.
struct SurveyLabel {
  std::string value;
  std::string label;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& value& label;
  }
};

/// One cell. Of a text `number` says nothing, and of a number `text`.
struct SurveyCell {
  double number = std::numeric_limits<double>::quiet_NaN();  ///< NaN: missing
  std::string text;                                          ///< UTF-8, without the blanks at its end
  char tag = 0;                                              ///< 'a' to 'z' of a missing number that has one
};

/// What hears of a file. Each may throw, which ends the reading; `read_survey` throws the same.
struct SurveyListener {
  /// Once for each variable, in the file's order, before the first row. False: its cells are not wanted.
  std::function<bool(const SurveyVariable&)> variable;
  /// A label of the set; before or after the rows.
  std::function<void(const std::string& set, const SurveyLabel& label)> label = {};
  /// Row after row, from 0: the cells of the wanted variables. False: enough.
  std::function<bool(std::int64_t row, std::span<const SurveyCell> cells)> row = {};
  /// The share of the file that is read, 0 to 1.
  std::function<void(double share)> progress = {};
};

/// Reads the file to its end, or for as long as `row` wants more. Throws an environment error where it can't
/// be opened, and a data error (file and, where known, variable and row, counted from 0) where it is damaged,
/// cut off, of a version that is not known, or holds text that does not become UTF-8.
void read_survey(const std::string& path, SurveyFormat format, const SurveyListener& listener);

}  // namespace psychograph::io

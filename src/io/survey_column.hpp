// What the cells of a survey's variable are like, and what column of a table they become. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/survey_file.hpp"
#include "io/survey_times.hpp"

namespace psychograph::io {

enum class SurveyType : std::uint8_t {
  int8,
  int16,
  int32,
  int64,
  float64,
  text,
  days,
  seconds,
  milliseconds,
  microseconds
};

/// Whether cells are points of time, and in what unit.
std::optional<core::TimeUnit> time_unit(SurveyType type);
/// "int8", "float64", "text, 12 bytes", "days": for people.
std::string type_name(SurveyType type, std::size_t length);

/// A column as it is stored: whole numbers in the narrowest type that holds them, numbers with fractions or
/// missing cells as double (NaN), texts as UTF-8 of `length` bytes (empty where missing), points of time as
/// int64 (the lowest where missing).
struct SurveyColumn {
  std::string name;  ///< of the table
  std::string variable;
  std::string label;
  std::vector<SurveyLabel> labels;  ///< of its values
  std::string kind;                 ///< "numeric", "ordinal", "categorical"; empty: nothing is known
  SurveyType type = SurveyType::float64;
  std::size_t length = 1;          ///< bytes a text
  SurveyClock clock;               ///< of points of time
  std::int64_t missing = 0;        ///< cells without a value
  std::int64_t user_missing = 0;   ///< cells of values that count as missing
  bool keeps_user_missing = true;  ///< they are stored as they are; else as a missing cell
  std::vector<std::pair<double, double>> missing_ranges;
  std::vector<std::pair<std::string, std::string>> missing_text_ranges;
  std::vector<double> missing_numbers;     ///< of these ranges, those that occur, rising
  std::vector<std::string> missing_texts;  ///< likewise

  [[nodiscard]] std::size_t width() const;  ///< bytes a cell
  /// Whether the cell's value counts as missing.
  [[nodiscard]] bool is_user_missing(const SurveyCell& cell) const;
  /// The cell as it is stored, to `out` [width()]. False where it isn't what the first look saw.
  [[nodiscard]] bool store(const SurveyCell& cell, std::byte* out) const;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& variable& label& labels& kind& type& length& clock.origin& clock.step& clock.at_least;
    archive& missing& user_missing& keeps_user_missing& missing_ranges& missing_text_ranges& missing_numbers&
        missing_texts;
  }
};

/// The first look at a variable's cells.
class SurveyLook {
 public:
  SurveyLook(SurveyFormat file, SurveyVariable variable);
  [[nodiscard]] const SurveyVariable& variable() const { return variable_; }
  void see(const SurveyCell& cell);
  /// What the column becomes, by all cells that were seen. `labels` are those of its values. Adds to
  /// `notices` what a user should know.
  [[nodiscard]] SurveyColumn settle(std::vector<SurveyLabel> labels, std::vector<std::string>& notices) const;

 private:
  void see_number(double number, bool user_missing);
  [[nodiscard]] SurveyType number_type() const;
  [[nodiscard]] std::string kind(const SurveyColumn& column) const;

  SurveyVariable variable_;
  std::optional<SurveyClock> clock_;
  SurveyColumn column_;  ///< what it looks like so far
  core::TimeUnit unit_ = core::TimeUnit::days;
  double lowest_ = 0, highest_ = 0;  ///< of whole numbers
  bool any_ = false;                 ///< numbers
  bool gaps_ = false;                ///< some cells hold none
  bool whole_ = true;                ///< all of them, and as a double tells every one
  bool in_calendar_ = true;          ///< all of them are points of time
  std::set<double> values_;          ///< that count as values, for as long as they are few
  bool many_ = false;                ///< they are not
  std::set<double> missing_numbers_;
  std::set<std::string> missing_texts_;
  bool many_missing_ = false;
};

}  // namespace psychograph::io

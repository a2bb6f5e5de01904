#include "io/survey_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <readstat.h>

#include "core/error.hpp"
#include "io/csv_record.hpp"
#include "io/fence.hpp"
#include "io/open_file.hpp"

namespace psychograph::io {
namespace {

/// The processor's time that so many rows may take before they are taken for endless.
constexpr double seconds_of_rows = 120;
constexpr std::int64_t rows_at_a_time = 4096;

std::string in_words(readstat_error_t error) {
  switch (error) {
    case READSTAT_ERROR_READ:
    case READSTAT_ERROR_SEEK:
      return "it ends early, or its disk can't be read";
    case READSTAT_ERROR_ROW_COUNT_MISMATCH:
      return "it does not hold as many rows as it says: it is cut off, or damaged";
    case READSTAT_ERROR_COLUMN_COUNT_MISMATCH:
    case READSTAT_ERROR_ROW_WIDTH_MISMATCH:
      return "it does not hold the variables that it says: it is damaged";
    case READSTAT_ERROR_MALLOC:
      return "it asks for more memory than there is: it is damaged, or very wide";
    case READSTAT_ERROR_UNSUPPORTED_COMPRESSION:
      return "it is compressed in a way that is not known";
    case READSTAT_ERROR_UNSUPPORTED_CHARSET:
      return "its text is in an encoding that is not known: save it as UTF-8";
    case READSTAT_ERROR_UNSUPPORTED_FILE_FORMAT_VERSION:
      return "it is of a version that is not known: save it as an older one";
    case READSTAT_ERROR_CONVERT:
    case READSTAT_ERROR_CONVERT_BAD_STRING:
    case READSTAT_ERROR_CONVERT_SHORT_STRING:
    case READSTAT_ERROR_CONVERT_LONG_STRING:
      return "it holds text that is not of the encoding that it says: save it as UTF-8";
    default:
      return "it is damaged";
  }
}

bool holds_words(const readstat_value_t& value) {
  return readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING;
}

/// Without the blanks at its end: SPSS and SAS fill texts up with them.
std::string text_of(const readstat_value_t& value) {
  const char* text = readstat_string_value(value);
  std::string result(text == nullptr ? "" : text);
  result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

/// What one reading of a file knows, and what ReadStat calls back. C lies between these functions and whoever
/// reads: what they throw is kept, and thrown behind it.
class Reading {
 public:
  Reading(const std::string& path, SurveyFormat format, const SurveyListener& listener)
      : path_(path), format_(format), listener_(listener) {}

  void run() {
    const OpenFile readable(path_, path_, O_RDONLY);  // says better than ReadStat why it is not
    size_ = static_cast<double>(readable.status().st_size);
    readstat_error_t error = READSTAT_OK;
    {
      const std::unique_ptr<readstat_parser_t, void (*)(readstat_parser_t*)> parser(readstat_parser_init(),
                                                                                    readstat_parser_free);
      if (!parser) throw std::bad_alloc();
      listen(parser.get());
      fence_.emplace(path_, seconds_of_rows, "ReadStat");
      error = parse(parser.get());
      fence_.reset();
    }
    if (failure_) std::rethrow_exception(failure_);
    if (enough_) return;
    if (error != READSTAT_OK) fail(in_words(error));
    if (variables_.empty()) fail("it holds no variables");
    const bool cut_off = format_ == SurveyFormat::sas_transport && std::fmod(size_, 80) != 0;
    if (cut_off || (rows_ >= 0 && next_row_ != rows_ && !cells_.empty()))
      fail(in_words(READSTAT_ERROR_ROW_COUNT_MISMATCH));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw core::data_error(
        fmt::format("{}: can't be read as {}: {}{}", path_, name_of(format_), what, place()));
  }

  /// How far it went, where that was into the rows.
  [[nodiscard]] std::string place() const {
    if (next_row_ == 0 && next_cell_ == 0) return {};
    return next_cell_ == 0 ? fmt::format(" (behind row {})", next_row_ - 1)
                           : fmt::format(" (row {}, behind variable \"{}\")", next_row_,
                                         variables_[wanted_[next_cell_ - 1]].name);
  }

  template <class Work>
  int guarded(Work&& work) noexcept {
    try {
      return std::forward<Work>(work)();
    } catch (...) {
      failure_ = std::current_exception();
      return READSTAT_HANDLER_ABORT;
    }
  }

  void listen(readstat_parser_t* parser) {
    readstat_set_metadata_handler(parser, [](readstat_metadata_t* data, void* self) {
      static_cast<Reading*>(self)->rows_ = readstat_get_row_count(data);
      return static_cast<int>(READSTAT_HANDLER_OK);
    });
    readstat_set_variable_handler(parser,
                                  [](int, readstat_variable_t* variable, const char* labels, void* self) {
                                    auto& me = *static_cast<Reading*>(self);
                                    return me.guarded([&] { return me.take(*variable, labels); });
                                  });
    readstat_set_value_label_handler(
        parser, [](const char* set, readstat_value_t value, const char* label, void* self) {
          auto& me = *static_cast<Reading*>(self);
          return me.guarded([&] { return me.take_label(set, value, label); });
        });
    readstat_set_value_handler(
        parser, [](int row, readstat_variable_t* variable, readstat_value_t value, void* self) {
          auto& me = *static_cast<Reading*>(self);
          return me.guarded([&] { return me.take(row, *variable, value); });
        });
    readstat_set_progress_handler(parser, [](double share, void* self) {
      auto& me = *static_cast<Reading*>(self);
      return me.guarded([&] {
        if (me.listener_.progress) me.listener_.progress(std::clamp(share, 0.0, 1.0));
        return static_cast<int>(READSTAT_HANDLER_OK);
      });
    });
  }

  readstat_error_t parse(readstat_parser_t* parser) {
    switch (format_) {
      case SurveyFormat::spss:
        return readstat_parse_sav(parser, path_.c_str(), this);
      case SurveyFormat::spss_portable:
        return readstat_parse_por(parser, path_.c_str(), this);
      case SurveyFormat::stata:
        return readstat_parse_dta(parser, path_.c_str(), this);
      case SurveyFormat::sas:
        return readstat_parse_sas7bdat(parser, path_.c_str(), this);
      case SurveyFormat::sas_transport:
        break;
    }
    return readstat_parse_xport(parser, path_.c_str(), this);
  }

  int take(const readstat_variable_t& source, const char* labels) {
    // A damaged file may leave a text without its end.
    constexpr std::size_t longest = 4096;
    const auto words = [](const char* text) {
      return text == nullptr ? std::string() : std::string(text, strnlen(text, longest));
    };
    SurveyVariable variable;
    variable.name = words(readstat_variable_get_name(&source));
    variable.label = words(readstat_variable_get_label(&source));
    variable.format = words(readstat_variable_get_format(&source));
    variable.label_set = words(labels);
    variable.text = readstat_variable_get_type_class(&source) == READSTAT_TYPE_CLASS_STRING;
    variable.measure = static_cast<SurveyMeasure>(
        std::clamp(static_cast<int>(readstat_variable_get_measure(&source)), 0, 3));
    take_missing(source, variable);
    require_utf8(variable.label, fmt::format("the label of variable \"{}\"", variable.name));
    const bool wanted = listener_.variable(variable);
    if (wanted) {
      wanted_.push_back(variables_.size());
      cells_.emplace_back();
    }
    variables_.push_back(std::move(variable));
    return wanted ? READSTAT_HANDLER_OK : READSTAT_HANDLER_SKIP_VARIABLE;
  }

  void take_missing(const readstat_variable_t& source, SurveyVariable& variable) const {
    if (format_ != SurveyFormat::spss && format_ != SurveyFormat::spss_portable) return;
    for (int i = 0; i < readstat_variable_get_missing_ranges_count(&source); ++i) {
      const auto low = readstat_variable_get_missing_range_lo(&source, i);
      const auto high = readstat_variable_get_missing_range_hi(&source, i);
      if (variable.text && holds_words(low) && holds_words(high)) {
        variable.missing_texts.emplace_back(text_of(low), text_of(high));
      } else if (!variable.text && !holds_words(low) && !holds_words(high)) {
        variable.missing_numbers.emplace_back(readstat_double_value(low), readstat_double_value(high));
      }
    }
  }

  int take_label(const char* set, const readstat_value_t& value, const char* label) {
    if (!listener_.label || set == nullptr || label == nullptr) return READSTAT_HANDLER_OK;
    SurveyLabel taken{{}, label};
    if (holds_words(value)) {
      taken.value = text_of(value);
    } else if (readstat_value_is_tagged_missing(value) != 0) {
      taken.value = fmt::format(".{}", readstat_value_tag(value));
    } else if (readstat_value_is_system_missing(value) == 0) {
      taken.value = fmt::format("{}", readstat_double_value(value));
    }
    require_utf8(taken.label + taken.value, fmt::format("a label of the values \"{}\"", set));
    if (!taken.value.empty() && !taken.label.empty()) listener_.label(set, taken);
    return READSTAT_HANDLER_OK;
  }

  int take(int row, const readstat_variable_t& variable, const readstat_value_t& value) {
    // A damaged file may tell a cell twice, or leave one out.
    const auto index = static_cast<std::size_t>(readstat_variable_get_index_after_skipping(&variable));
    if (index != next_cell_ || row != next_row_ || next_cell_ >= cells_.size())
      fail("its cells are out of order: it is damaged");
    auto& cell = cells_[index];
    cell.tag = 0;
    if (holds_words(value)) {
      cell.text = text_of(value);
      if (!is_storable_text(cell.text)) {
        throw core::data_error(
            fmt::format("{}: variable \"{}\", row {}: holds text that is not of the encoding "
                        "that the file says: save it as UTF-8",
                        path_, variables_[wanted_[index]].name, row));
      }
    } else if (readstat_value_is_system_missing(value) != 0 || readstat_value_is_tagged_missing(value) != 0) {
      cell.number = std::numeric_limits<double>::quiet_NaN();
      if (readstat_value_is_tagged_missing(value) != 0) cell.tag = readstat_value_tag(value);
    } else {
      cell.number = readstat_double_value(value);
    }
    if (++next_cell_ == cells_.size()) return end_row();
    return READSTAT_HANDLER_OK;
  }

  int end_row() {
    next_cell_ = 0;
    if (listener_.row && !listener_.row(next_row_, cells_)) {
      enough_ = true;
      return READSTAT_HANDLER_ABORT;
    }
    if (++next_row_ % rows_at_a_time == 0) fence_->renew();
    return READSTAT_HANDLER_OK;
  }

  void require_utf8(const std::string& text, const std::string& what) const {
    if (is_storable_text(text)) return;
    throw core::data_error(
        fmt::format("{}: {} is not of the encoding that the file says: save it as UTF-8", path_, what));
  }

  const std::string& path_;
  SurveyFormat format_;
  const SurveyListener& listener_;
  std::optional<Fence> fence_;
  std::vector<SurveyVariable> variables_;
  std::vector<std::size_t> wanted_;  ///< the variables whose cells these are
  std::vector<SurveyCell> cells_;
  double size_ = 0;            ///< of the file, bytes
  std::int64_t rows_ = -1;     ///< that the file says it has; -1: it does not say
  std::int64_t next_row_ = 0;  ///< of the next cell
  std::size_t next_cell_ = 0;  ///< among the wanted ones
  bool enough_ = false;        ///< the listener wants no more
  std::exception_ptr failure_;
};

}  // namespace

void read_survey(const std::string& path, SurveyFormat format, const SurveyListener& listener) {
  Reading(path, format, listener).run();
}

}  // namespace psychograph::io

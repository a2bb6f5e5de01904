// Dates of surveys: what their numbers count.
#include <limits>

#include <gtest/gtest.h>

#include "io/survey_times.hpp"

namespace psychograph::io {
namespace {

std::string as_text(SurveyFormat file, const char* format, double value) {
  const auto clock = survey_clock(file, format);
  if (!clock) return "no time";
  const auto point = clock->read(value);
  return point ? core::time_text(*point, finer_unit(clock->at_least, *point)) : "no point";
}

TEST(SurveyTimes, CountFromWhereTheirProgramsDo) {
  EXPECT_EQ(as_text(SurveyFormat::spss, "DATE11", 13802313600), "2020-02-29");
  EXPECT_EQ(as_text(SurveyFormat::spss, "DATETIME20", 13802313600 + 3600), "2020-02-29T01:00:00");
  EXPECT_EQ(as_text(SurveyFormat::spss_portable, "EDATE10", 0), "1582-10-14");
  EXPECT_EQ(as_text(SurveyFormat::stata, "%td", 0), "1960-01-01");
  EXPECT_EQ(as_text(SurveyFormat::stata, "%-dD_m_Y", -1), "1959-12-31");
  EXPECT_EQ(as_text(SurveyFormat::stata, "%tc", 86'400'000), "1960-01-02T00:00:00");
  EXPECT_EQ(as_text(SurveyFormat::sas, "DATE9", 3653), "1970-01-01");
  EXPECT_EQ(as_text(SurveyFormat::sas, "E8601DA10.", 3653), "1970-01-01");
  EXPECT_EQ(as_text(SurveyFormat::sas_transport, "datetime20.", 60), "1960-01-01T00:01:00");
}

TEST(SurveyTimes, LeaveOtherFormatsNumbers) {
  for (const char* format : {"F8.2", "TIME8", "DTIME", "WKDAY3", "MONTH", "", "A10", "DOLLAR8"})
    EXPECT_EQ(as_text(SurveyFormat::spss, format, 1), "no time") << format;
  for (const char* format : {"%9.0g", "%tm", "%tq", "%tw", "%th", "%ty", "%tC", "%9s", "", "td"})
    EXPECT_EQ(as_text(SurveyFormat::stata, format, 1), "no time") << format;
  for (const char* format : {"BEST12", "TIME8", "HHMM", "$CHAR8", "YEAR"})
    EXPECT_EQ(as_text(SurveyFormat::sas, format, 1), "no time") << format;
}

TEST(SurveyTimes, AreAsFineAsTheyMustBe) {
  EXPECT_EQ(as_text(SurveyFormat::spss, "DATETIME23.3", 13802313600.125), "2020-02-29T00:00:00.125");
  // The double nearest to a tenth of a second is another one.
  EXPECT_EQ(as_text(SurveyFormat::spss, "DATETIME23.3", 13802313600.1), "2020-02-29T00:00:00.100");
  EXPECT_EQ(as_text(SurveyFormat::spss, "DATE11", 13802313600 + 1), "2020-02-29T00:00:01");
  EXPECT_EQ(as_text(SurveyFormat::sas, "DATE9", 0.5), "1960-01-01T12:00:00");
}

TEST(SurveyTimes, EndWithTheCalendar) {
  for (const double value : {std::numeric_limits<double>::infinity(), 1e300, -1e300, 4e6, -9e5})
    EXPECT_EQ(as_text(SurveyFormat::sas, "DATE9", value), "no point") << value;
  EXPECT_EQ(as_text(SurveyFormat::sas, "DATE9", 2936549), "9999-12-31");
  EXPECT_EQ(as_text(SurveyFormat::sas, "DATE9", 2936550), "no point");
}

}  // namespace
}  // namespace psychograph::io

// What a cell is, and what a column of cells becomes.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/csv_cell.hpp"

namespace psychograph::io {
namespace {

Cell read(const std::string& text) { return read_cell(text, MissingWords({"NA", "."})); }

ColumnGuess guess(const std::vector<std::string>& cells) {
  ColumnGuess result;
  for (const auto& cell : cells) result.see(read(cell), cell.size());
  return result;
}

CsvType type(const std::vector<std::string>& cells) { return guess(cells).type(); }

TEST(ReadCell, KnowsMissingWords) {
  for (const auto* text : {"", " ", "\t", "NA", " NA ", "."})
    EXPECT_EQ(read(text).kind, CellKind::missing) << text;
  for (const auto* text : {"na", "N", "NAN1", ".."}) EXPECT_EQ(read(text).kind, CellKind::text) << text;
  EXPECT_EQ(read("nan").kind, CellKind::nan);
  EXPECT_EQ(read("-NaN").kind, CellKind::nan);
  EXPECT_EQ(read_cell("-999", MissingWords({"-999"})).kind, CellKind::missing);
  EXPECT_EQ(read_cell("NA", MissingWords({""})).kind, CellKind::text);
}

TEST(ReadCell, ReadsIntegers) {
  for (const std::string text : {"0", "-0", "7", "+7", " 42 ", "-123", "999999999999999999",
                                 "1000000000000000000", "9223372036854775807", "-9223372036854775808"}) {
    const auto cell = read(text);
    EXPECT_EQ(cell.kind, CellKind::integer) << text;
    EXPECT_EQ(cell.integer, std::stoll(text)) << text;
    EXPECT_EQ(cell.number, std::stod(text)) << text;
  }
  EXPECT_EQ(read("9223372036854775808").kind, CellKind::huge);
  EXPECT_EQ(read("9223372036854775808").number, 9223372036854775808.0);
  EXPECT_EQ(read("-9223372036854775809").kind, CellKind::huge);
  EXPECT_EQ(read(std::string(400, '9')).number, std::numeric_limits<double>::infinity());
}

TEST(ReadCell, ReadsFractions) {
  for (const std::string text : {"0.5", ".5", "5.", "-1e3", "+1.5E-7", " 3.25", "0.1234567890123456789",
                                 "00.5", "1e-400", "4.9e-324", "1.7976931348623157e308"}) {
    EXPECT_EQ(read(text).kind, CellKind::floating) << text;
    EXPECT_EQ(read(text).number, std::strtod(text.c_str(), nullptr)) << text;
  }
  for (const auto* text : {"inf", "Infinity", "-INF", "1e400", "+inf"})
    EXPECT_TRUE(std::isinf(read(text).number)) << text;
  EXPECT_LT(read("-1e400").number, 0);
}

TEST(ReadCell, LeavesTheRestAsText) {
  for (const auto* text :
       {"007", "-01", "00", "0x10",  "1,5",   "1 000",      "--1",         "+-1",     "-+1",   "+",
        "-",   "e5",  "1e", "1.2.3", "12abc", "2017-03-03", "information", "infinit", "1_000", "$5"}) {
    EXPECT_EQ(read(text).kind, CellKind::text) << text;
  }
}

TEST(ColumnGuess, FindsTheNarrowestType) {
  EXPECT_EQ(type({"1", "-2", "+3"}), CsvType::integer);
  EXPECT_EQ(type({"1", "", "3"}), CsvType::floating);
  EXPECT_EQ(type({"1", "nan"}), CsvType::floating);
  EXPECT_EQ(type({"1", "2.5"}), CsvType::floating);
  EXPECT_EQ(type({"1", "inf"}), CsvType::floating);
  EXPECT_EQ(type({"1", "x"}), CsvType::text);
  EXPECT_EQ(type({"1", "007"}), CsvType::text);
  EXPECT_EQ(type({"", "NA"}), CsvType::floating);
  EXPECT_EQ(type({}), CsvType::floating);
}

TEST(ColumnGuess, LosesNoDigitOfAnInteger) {
  EXPECT_EQ(type({"9007199254740993"}), CsvType::integer);
  EXPECT_EQ(type({"9007199254740992", ""}), CsvType::floating);
  EXPECT_EQ(type({"9007199254740993", ""}), CsvType::text);
  EXPECT_EQ(type({"-9007199254740993", ""}), CsvType::text);
  EXPECT_EQ(type({"9223372036854775808", "1"}), CsvType::text);
  EXPECT_EQ(type({"9223372036854775808", "1.5"}), CsvType::floating);
}

TEST(ColumnGuess, CountsMissingAndLengths) {
  EXPECT_EQ(guess({"1", "", "nan"}).missing(), 2);
  EXPECT_EQ(guess({"Ann", "", "nan", "Robert"}).missing(), 1);  // a name among names
  EXPECT_EQ(guess({"Ann", "Robert", "NA"}).longest(), 6U);
  EXPECT_EQ(guess({""}).longest(), 1U);
}

}  // namespace
}  // namespace psychograph::io

// What a cell is.
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "io/csv_cell.hpp"

namespace psychograph::io {
namespace {

Cell read(const std::string& text) { return read_cell(text, {MissingWords({"NA", "."})}); }
Cell read_with_comma(const std::string& text) { return read_cell(text, {MissingWords({"NA"}), ','}); }

TEST(ReadCell, KnowsMissingWords) {
  for (const auto* text : {"", " ", "\t", "NA", " NA ", "."})
    EXPECT_EQ(read(text).kind, CellKind::missing) << text;
  for (const auto* text : {"na", "N", "NAN1", ".."}) EXPECT_EQ(read(text).kind, CellKind::text) << text;
  EXPECT_EQ(read("nan").kind, CellKind::nan);
  EXPECT_EQ(read("-NaN").kind, CellKind::nan);
  EXPECT_EQ(read_cell("-999", {MissingWords({"-999"})}).kind, CellKind::missing);
  EXPECT_EQ(read_cell("NA", {MissingWords({""})}).kind, CellKind::text);
}

TEST(ReadCell, ReadsIntegers) {
  for (const std::string text :
       {"0", "-0", "7", "+7", " 42 ", "-123", "9007199254740992", "-9007199254740992"}) {
    const auto cell = read(text);
    EXPECT_EQ(cell.kind, CellKind::integer) << text;
    EXPECT_EQ(cell.integer, std::stoll(text)) << text;
    EXPECT_EQ(cell.number, std::stod(text)) << text;
  }
  for (const std::string text : {"9007199254740993", "-9007199254740993", "999999999999999999",
                                 "1000000000000000000", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_EQ(read(text).kind, CellKind::wide) << text;
    EXPECT_EQ(read(text).integer, std::stoll(text)) << text;
  }
  EXPECT_EQ(read("9223372036854775808").kind, CellKind::huge);
  EXPECT_EQ(read("9223372036854775808").number, 9223372036854775808.0);
  EXPECT_EQ(read("-9223372036854775809").kind, CellKind::huge);
  EXPECT_EQ(read(std::string(400, '9')).number, std::numeric_limits<double>::infinity());
}

TEST(ReadCell, KnowsCodesByTheirZeros) {
  for (const std::string text :
       {"007", "-01", "00", "+00047", "00340123450000000018", "0009223372036854775807"}) {
    EXPECT_EQ(read(text).kind, CellKind::code) << text;
    EXPECT_EQ(read(text).integer, std::stoll(text)) << text;
  }
  EXPECT_EQ(read("012345678901234567890123").kind, CellKind::huge);
  EXPECT_EQ(read("007").integer, 7);
  EXPECT_EQ(read("-01").number, -1);
}

TEST(ReadCell, ReadsDecimalCommas) {
  for (const std::string text : {"3,5", ",5", "-1,5e3", "+0,25"}) {
    std::string pointed = text;
    pointed[pointed.find(',')] = '.';
    EXPECT_EQ(read_with_comma(text).kind, CellKind::floating) << text;
    EXPECT_EQ(read_with_comma(text).number, std::strtod(pointed.c_str(), nullptr)) << text;
  }
  EXPECT_EQ(read_with_comma("12").kind, CellKind::integer);
  EXPECT_EQ(read_with_comma("-inf").kind, CellKind::floating);
  for (const auto* text : {"3.5", "1.234", "1.234,5", "1,2,3", ",", "a,b"})
    EXPECT_EQ(read_with_comma(text).kind, CellKind::text) << text;
}

TEST(ReadCell, KnowsCanonicalIntegers) {
  for (const auto* text : {"0", "7", "-5", "9007199254740993", "-9223372036854775808"})
    EXPECT_TRUE(is_canonical(text)) << text;
  for (const auto* text : {"+7", " 7", "7 ", "\t7", "-0"}) EXPECT_FALSE(is_canonical(text)) << text;
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
       {"0x10",        "1,5",         ",5",          "1 000",   "--1",   "+-1",   "-+1",
        "+",           "-",           "e5",          "1e",      "1.2.3", "12abc", "2017-02-29",
        "-2017-03-03", "2017-03-03x", "information", "infinit", "1_000", "$5"}) {
    EXPECT_EQ(read(text).kind, CellKind::text) << text;
  }
}

TEST(ReadCell, ReadsTimes) {
  EXPECT_EQ(read("2017-03-03").kind, CellKind::time);
  EXPECT_EQ(read(" 1970-01-02 ").integer, 86'400'000'000);
  EXPECT_EQ(read("1970-01-01T00:00:01.5Z").integer, 1'500'000);
  EXPECT_EQ(read("1970-01-01T00:00:01.5Z").unit, core::TimeUnit::milliseconds);
}

/// What is read by the short way is what `strtod` reads.
TEST(ReadCell, ReadsShortNumbersToTheLastBit) {
  std::uint64_t state = 1;
  const auto digit = [&state] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<char>('0' + (state >> 33U) % 10);
  };
  for (std::size_t before = 1; before < 18; ++before) {
    for (std::size_t behind = 0; behind < 18; ++behind) {
      for (int i = 0; i < 50; ++i) {
        std::string text = i % 2 == 0 ? "-" : "";
        for (std::size_t j = 0; j < before; ++j) text += digit();
        if (behind > 0) text += '.';
        for (std::size_t j = 0; j < behind; ++j) text += digit();
        EXPECT_EQ(read(text).number, std::strtod(text.c_str(), nullptr)) << text;
      }
    }
  }
}

}  // namespace
}  // namespace psychograph::io

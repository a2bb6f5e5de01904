// What a column of cells becomes.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/csv_guess.hpp"
#include "io/csv_spelling.hpp"

namespace psychograph::io {
namespace {

using Cells = std::vector<std::string>;

ColumnGuess guess(const Cells& cells) {
  const CellRules rules;
  ColumnGuess result;
  for (const auto& cell : cells) {
    auto seen = read_cell(cell, rules);
    if (seen.kind == CellKind::text && is_spelled_number(cell, '.')) seen.kind = CellKind::spelled;
    result.see(seen, cell.size());
  }
  return result;
}

CsvType type(const Cells& cells) { return guess(cells).type(); }

ImportedColumn settled(const Cells& cells, AskedType asked, OnBadCell on_bad_cell = OnBadCell::keep_text) {
  return settle("x", guess(cells), asked, on_bad_cell);
}

CsvType id_type(const Cells& cells, AskedType asked = AskedType::none) {
  bool canonical = true;
  for (const auto& cell : cells) {
    const auto kind = read_cell(cell, {}).kind;
    if (kind == CellKind::integer || kind == CellKind::wide) canonical = canonical && is_canonical(cell);
  }
  return settle_id("id", guess(cells), asked, canonical).type;
}

TEST(ColumnGuess, FindsTheNarrowestType) {
  EXPECT_EQ(type({"1", "-2", "+3"}), CsvType::integer);
  EXPECT_EQ(type({"1", "", "3"}), CsvType::floating);
  EXPECT_EQ(type({"1", "nan"}), CsvType::floating);
  EXPECT_EQ(type({"1", "2.5"}), CsvType::floating);
  EXPECT_EQ(type({"1", "inf"}), CsvType::floating);
  EXPECT_EQ(type({"1", "x"}), CsvType::text);
  EXPECT_EQ(type({"1", "007"}), CsvType::text);
  EXPECT_EQ(type({"1", "$5"}), CsvType::text);
  EXPECT_EQ(type({"", "NA"}), CsvType::floating);
  EXPECT_EQ(type({}), CsvType::floating);
}

TEST(ColumnGuess, LosesNoDigitOfAnInteger) {
  EXPECT_EQ(type({"9007199254740993"}), CsvType::integer);
  EXPECT_EQ(type({"9007199254740992", ""}), CsvType::floating);
  for (const auto* beside : {"", "nan", "1.5", "1e3"}) {
    EXPECT_EQ(type({"9007199254740993", beside}), CsvType::text) << beside;
    EXPECT_EQ(type({"-9007199254740993", beside}), CsvType::text) << beside;
    EXPECT_EQ(type({"9223372036854775808", beside}), CsvType::text) << beside;
    EXPECT_TRUE(guess({"9007199254740993", beside}).keeps_digits()) << beside;
  }
  EXPECT_EQ(type({"9223372036854775808", "1"}), CsvType::text);
}

TEST(ColumnGuess, CountsMissingAndLengths) {
  EXPECT_EQ(settled({"1", "", "nan"}, AskedType::none).missing, 2);
  EXPECT_EQ(settled({"Ann", "", "nan", "Robert"}, AskedType::none).missing, 1);  // a name among names
  EXPECT_EQ(guess({"Ann", "Robert", "NA"}).longest(), 6U);
  EXPECT_EQ(guess({""}).longest(), 1U);
}

TEST(ColumnGuess, IsSpoiltByFewBadCells) {
  EXPECT_TRUE(guess({"1", "2", "x"}).is_spoilt());
  EXPECT_TRUE(guess({"1", "2", "", "NA", "<18"}).is_spoilt());
  EXPECT_TRUE(guess({"1", "22", "045"}).is_spoilt());
  EXPECT_FALSE(guess({"1", "x"}).is_spoilt());
  EXPECT_FALSE(guess({"1", "2", ""}).is_spoilt());
  EXPECT_FALSE(guess({"north", "south", "4"}).looks_spoilt());
  EXPECT_FALSE(guess({"94110", "10001", "02139"}).looks_spoilt());  // postcodes
  EXPECT_TRUE(guess({"94110", "10001", "60601", "02139", "n/a"}).is_spoilt());
  EXPECT_TRUE(guess({"$5.00", "$1,250.00"}).looks_spoilt());
  EXPECT_FALSE(guess({"$5.00", "$1,250.00"}).is_spoilt());
  EXPECT_FALSE(guess({"18-24", "25-34", "65+"}).looks_spoilt());
}

TEST(SettledColumn, IsWhatIsAsked) {
  EXPECT_EQ(settled({"1", "2"}, AskedType::text).type, CsvType::text);
  EXPECT_EQ(settled({"1", "2"}, AskedType::number).type, CsvType::floating);
  EXPECT_EQ(settled({"9007199254740993", ""}, AskedType::number).type, CsvType::floating);
  EXPECT_EQ(settled({"1", "007"}, AskedType::number).bad, 0);
  EXPECT_EQ(settled({"1", "007"}, AskedType::integer).type, CsvType::integer);
  EXPECT_EQ(settled({"1", ""}, AskedType::integer).type, CsvType::floating);
  const auto column = settled({"1", "2.5", "x", ""}, AskedType::integer);
  EXPECT_EQ(column.bad, 2);
  EXPECT_EQ(column.missing, 3);
  EXPECT_TRUE(column.whole);
}

TEST(SettledColumn, TakesBadCellsForMissingWhereThatIsAsked) {
  const auto column = settled({"1", "2", "x", ""}, AskedType::none, OnBadCell::missing);
  EXPECT_EQ(column.type, CsvType::floating);
  EXPECT_EQ(column.bad, 1);
  EXPECT_EQ(column.missing, 2);
  // Not where numbers are few, and not where codes or digits would be lost.
  for (const Cells& cells : std::vector<Cells>{
           {"1", "x"}, {"1", "22", "007", "x"}, {"$1", "$2"}, {"1", "9007199254740993", "", "x"}})
    EXPECT_EQ(settled(cells, AskedType::none, OnBadCell::missing).type, CsvType::text);
}

TEST(SettledId, IsTextUnlessEveryCellIsACanonicalInteger) {
  EXPECT_EQ(id_type({"1", "-5", "9007199254740993", "9223372036854775807"}), CsvType::integer);
  for (const auto* odd : {"1e5", "+49151", "1.10", "00047", "12345678901234567890", "-0", " 7", "7 ", "nan",
                          "inf", "a", "1,000", "$5", "1.0"}) {
    EXPECT_EQ(id_type({"1", odd}), CsvType::text) << odd;
  }
  EXPECT_EQ(id_type({"1", "2"}, AskedType::text), CsvType::text);
  EXPECT_EQ(id_type({"1", "+2"}, AskedType::integer), CsvType::integer);
}

TEST(Spelling, KnowsNumbersThatPeopleWrite) {
  const std::vector<std::pair<std::string, Spelling>> cases = {{"1,234", Spelling::comma},
                                                               {"1,234,567", Spelling::thousands},
                                                               {"1,234.50", Spelling::thousands},
                                                               {"1 234", Spelling::thousands},
                                                               {"1'234'567", Spelling::thousands},
                                                               {"12,5", Spelling::decimal_comma},
                                                               {"1.234,50", Spelling::decimal_comma},
                                                               {"45%", Spelling::percent},
                                                               {"45 %", Spelling::percent},
                                                               {"$45", Spelling::unit},
                                                               {"45 EUR", Spelling::unit},
                                                               {"EUR 1,250.00", Spelling::unit},
                                                               {"\u20ac45", Spelling::unit},
                                                               {"-$45.00", Spelling::unit},
                                                               {"80kg", Spelling::unit},
                                                               {"<18", Spelling::bound},
                                                               {"65+", Spelling::bound},
                                                               {">= 5", Spelling::bound},
                                                               {"\u22125", Spelling::sign},
                                                               {"(45)", Spelling::sign},
                                                               {"45-", Spelling::sign},
                                                               {"45\u00a0", Spelling::space},
                                                               {"1\u202f234", Spelling::space},
                                                               {"05.01.2024", Spelling::date},
                                                               {"12/31/2025 10:30", Spelling::date},
                                                               {"2025/1/31", Spelling::date}};
  for (const auto& [text, spelling] : cases) EXPECT_EQ(spelling_of(text, '.'), spelling) << text;
  EXPECT_EQ(spelling_of("1.234,50", ','), Spelling::thousands);
  EXPECT_EQ(spelling_of("1.234", ','), Spelling::thousands);
  for (const auto* text : {"north", "A1", "12a", "Q4", "2024-01-05", "2024-13-05", "12:30", "18-24", "1,3,5",
                           "10.0.0.1", "1.2.3", "2025/01", "Type 2", "", "unknown", "12;5", "12,34,5"}) {
    EXPECT_EQ(spelling_of(text, '.'), Spelling::none) << text;
    EXPECT_FALSE(is_spelled_number(*text == '\0' ? "x" : text, '.')) << text;
  }
}

TEST(Spelling, KnowsWordsForWhatIsNotThere) {
  for (const auto* text : {"N/A", "#N/A", "NULL", "-", "unknown", " None ", "<NA>", "\u2014", "\\N"})
    EXPECT_TRUE(is_missing_word(text)) << text;
  for (const auto* text : {"", "0", "north", "nobody"}) EXPECT_FALSE(is_missing_word(text)) << text;
}

}  // namespace
}  // namespace psychograph::io

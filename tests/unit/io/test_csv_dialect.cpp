// How a file is written: judged right, or told.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "io/csv_dialect.hpp"
#include "io/file_kind.hpp"

namespace psychograph::io {
namespace {

char delimiter_of(const std::string& text) { return find_delimiter({text, true}, "a.csv"); }

std::string decimal_comma_of(const std::string& text, char delimiter) {
  const auto signs = find_decimal_signs({text, true}, delimiter);
  return signs.points || signs.lists ? "doubtful" : signs.comma_cell;
}

TEST(CsvDelimiter, IsFoundWhereItIsUnmistakable) {
  EXPECT_EQ(delimiter_of("id,age\n1,25\n"), ',');
  EXPECT_EQ(delimiter_of("id;age\n1;25\n"), ';');
  EXPECT_EQ(delimiter_of("id\tage\n1\t25\n\n\n"), '\t');
  EXPECT_EQ(delimiter_of("id|age\n1|25"), '|');
  EXPECT_EQ(delimiter_of("id;age;spend\n1;25;3,5\n2;30;4,5\n"), ';');
  EXPECT_EQ(delimiter_of("id;spend, EUR;x\n1;25;3\n"), ';');
  EXPECT_EQ(delimiter_of("id,\"a;b\"\n1,\"x;y\"\n"), ',');
  EXPECT_EQ(delimiter_of("id;age\n"), ';');
  EXPECT_EQ(delimiter_of("id,q|1\n1,3\n"), ',');
  EXPECT_EQ(delimiter_of("id,age\n1,2,3\n"), ',');  // a fault, which the records tell
  EXPECT_EQ(delimiter_of("note\nany, text; whatever\n"), ',');
}

TEST(CsvDelimiter, IsToldWhereItIsNot) {
  for (const std::string text :
       {"id;age\n1;25\n2;30;1\n", "a|b\nx\n", "id;spend, EUR\n1;3,5\n2;4,5\n", "id;a|b\n1;2|3\n",
        "day;spend, EUR;x\n1;2,5;3\n2;3,5\n3;4,5;6\n", "id age\n1 25\n", "id:age\n1:25\n", "id^age\n1^25\n",
        "id\x01"
        "age\n1\x01"
        "25\n"}) {
    try {
      delimiter_of(text);
      ADD_FAILURE() << "no error for " << text;
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::data);
      EXPECT_NE(std::string(error.what()).find("--delimiter"), std::string::npos) << error.what();
    }
  }
}

TEST(CsvSepLine, NamesTheDelimiter) {
  EXPECT_EQ(sep_line("sep=;\r\nid;age\n")->delimiter, ';');
  EXPECT_EQ(sep_line("sep=;\r\nid;age\n")->length, 7U);
  EXPECT_EQ(sep_line("\"sep=,\"\nid\n")->delimiter, ',');
  EXPECT_EQ(sep_line("SEP=\t\nid\n")->delimiter, '\t');
  for (const auto* text : {"sep=", "sep=,,\nid\n", "sep,x\n1,2\n", "id\nsep=;\n"})
    EXPECT_FALSE(sep_line(text).has_value()) << text;
}

TEST(CsvDecimal, IsACommaWhereNothingSpeaksAgainstIt) {
  EXPECT_EQ(decimal_comma_of("id;x\n1;3,5\n2;4\n", ';'), "3,5");
  EXPECT_EQ(decimal_comma_of("id;x\n1;3,5\n2;4.5\n", ';'), "doubtful");
  EXPECT_EQ(decimal_comma_of("id;x\n1;1,3\n2;1,3,5\n", ';'), "doubtful");  // several answers
  EXPECT_EQ(decimal_comma_of("id;x\n1;3,5\n2;north\n", ';'), "");
  EXPECT_EQ(decimal_comma_of("id,x\n1,\"3,5\"\n", ','), "");
}

TEST(CsvDecimal, IsNotAThousandsComma) {
  EXPECT_EQ(decimal_comma_of("id\tx\n1\t1,234\n2\t12,500\n3\t999\n", '\t'), "");
  EXPECT_EQ(decimal_comma_of("id\tx\n1\t1,234\n2\t12,5\n", '\t'), "12,5");
  EXPECT_EQ(decimal_comma_of("id\tx\n1\t0,234\n", '\t'), "0,234");
  EXPECT_EQ(decimal_comma_of("id\tx\n1\t1234,567\n", '\t'), "1234,567");
}

TEST(CsvDecimal, PointsThatMaySeparateThousandsAreTold) {
  const auto told = [](const std::string& text, char delimiter) {
    return find_decimal_signs({text, true}, delimiter).thousands_cell;
  };
  EXPECT_EQ(told("k;x\n1;1.200\n2;2.500\n3;900\n", ';'), "1.200");
  EXPECT_EQ(told("k;x\n1;1.200\n2;2.5\n", ';'), "");
  EXPECT_EQ(told("k;x\n1;0.200\n2;0.500\n", ';'), "");
  EXPECT_EQ(told("k,x\n1,1.200\n2,2.500\n", ','), "");
}

TEST(CsvHeader, LooksLikeValuesWhereNamesAreNumbers) {
  using Names = std::vector<std::string>;
  for (const auto& names : {Names{"1", "25", "3.5"}, Names{"C1", "25", "north"}, Names{"0", "1", "2"},
                            Names{"2019", "x"}, Names{"a", "1e5"}})
    EXPECT_TRUE(looks_like_values(names)) << names.front();
  for (const auto& names : {Names{"id", "age"}, Names{"id", "2019", "2020"}, Names{"Q1", "Q2"}, Names{"inf"},
                            Names{"row_name", "007"}})
    EXPECT_FALSE(looks_like_values(names)) << names.front();
}

TEST(FileKind, IsToldByTheFirstBytes) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\x1f\x8b\x08\0x"s, "gzip"},
      {"PK\x03\x04....", ".xlsx"},
      {"\x89HDF\r\n\x1a\n", "HDF5"},
      {"$FL2@(#) SPSS", "SPSS"},
      {"PAR1\x15\x04\x15"s, "Parquet"},
      {"BZh91AY&SY\x01\x02"s, "bzip2"},
      {"\xFF\xFE"
       "i\0d\0"s,
       "UTF-16"},
      {"i\0d\0,\0a\0\n\0"s, "UTF-16"},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s, ".xls"},
      {"<html><body>", "HTML"},
      {"SQLite format 3\0"s, "SQLite"},
      {"<stata_dta><header>", "Stata"},
      {"r\x01\x01\0\x05\0"s, "Stata"},
      {"[{\"id\": 1}]", "JSON"}};
  for (const auto& [bytes, name] : cases) {
    const auto kind = file_kind(bytes);
    if (kind.name == nullptr) {
      ADD_FAILURE() << name << " is not known";
      continue;
    }
    EXPECT_NE(std::string(kind.name).find(name), std::string::npos) << kind.name;
  }
  for (const std::string text : {"id,age\n1,2\n", "PAR1,PAR2\n1,2\n", "ORC\n1\n", "BZh;x\n1;2\n", "", "a"})
    EXPECT_EQ(file_kind(text).name, nullptr) << text;
}

}  // namespace
}  // namespace psychograph::io

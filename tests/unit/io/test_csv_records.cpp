// The records of a file are the same however it is cut into parts, and so are its errors.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/csv_records.hpp"
#include "io/csv_table.hpp"

namespace psychograph::io {
namespace {

/// A file that is there as long as the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes) {
    path_ =
        (std::filesystem::temp_directory_path() / ("psychograph-csv-" + std::to_string(::getpid()) + ".csv"))
            .string();
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Rows = std::vector<std::vector<std::string>>;

void append_records(const CsvFile& file, const CsvPart& part, std::size_t window, Rows& rows) {
  for (CsvRecords records(file, part, window); records.next();) {
    rows.emplace_back();
    for (const auto& field : records.fields()) rows.back().push_back(field.text());
  }
}

CsvPart part_between(const CsvFile& file, std::int64_t begin, std::int64_t end) {
  const auto before = count_csv_marks(file, file.data_begin, begin);
  return {0, begin, end, before.quotes % 2 != 0, file.data_line + before.newlines};
}

/// What is wrong with the first of the two parts that has something wrong; empty where neither has.
std::string first_error(const CsvFile& file, std::int64_t cut, std::size_t window) {
  for (const auto& part :
       {part_between(file, file.data_begin, cut), part_between(file, cut, file.data_end)}) {
    try {
      Rows rows;
      append_records(file, part, window, rows);
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::data);
      const std::string message = error.what();
      return message.substr(message.find(".csv: ") + 6);
    }
  }
  return {};
}

constexpr const char* nasty =
    "\xEF\xBB\xBF\"a\",\"b\nwith \"\"two\"\" lines\",c\r\n"
    "1,plain,x\n"
    "2,\"quoted, with\na line\",\"\"\r\n"
    "3,\"\"\"\",\"\"\"\n\"\"\"\n"
    "4,,\n"
    "5,\"\r\n\r\n\",\"\"\"\"\"\"\r\n"
    ",,\n"
    "6,\"\n\n\n\",z\n"
    "\"7\",\"8\",\"9\"\n"
    "10,M\u00fcnchen,last\n\r\n\n";

const Rows nasty_rows = {{"1", "plain", "x"},           {"2", "quoted, with\na line", ""},
                         {"3", "\"", "\"\n\""},         {"4", "", ""},
                         {"5", "\r\n\r\n", "\"\""},     {"", "", ""},
                         {"6", "\n\n\n", "z"},          {"7", "8", "9"},
                         {"10", "M\u00fcnchen", "last"}};

TEST(CsvRecords, AreTheSameForEveryCutAndWindow) {
  const TemporaryFile csv(nasty);
  const auto file = read_csv_header(csv.path());
  EXPECT_EQ(file.header, (std::vector<std::string>{"a", "b\nwith \"two\" lines", "c"}));
  EXPECT_EQ(file.data_line, 3);
  for (const std::size_t window : {1U, 7U, 4096U}) {
    for (auto cut = file.data_begin; cut <= file.data_end; ++cut) {
      Rows rows;
      append_records(file, part_between(file, file.data_begin, cut), window, rows);
      append_records(file, part_between(file, cut, file.data_end), window, rows);
      EXPECT_EQ(rows, nasty_rows) << "cut at " << cut << ", window " << window;
    }
  }
}

TEST(CsvRecords, AreTheSameInManyParts) {
  const TemporaryFile csv(nasty);
  CsvTable table;
  table.files = {read_csv_header(csv.path()), read_csv_header(csv.path())};
  Rows twice = nasty_rows;
  twice.insert(twice.end(), nasty_rows.begin(), nasty_rows.end());
  for (int size = 1; size <= 300; size += size < 40 ? 1 : 13) {
    Rows rows;
    for (int rank = 0; rank < size; ++rank) {
      for (const auto& part : csv_parts(table, rank, size)) {
        const auto& file = table.files[part.file];
        append_records(file, part_between(file, part.begin, part.end), 16, rows);
      }
    }
    EXPECT_EQ(rows, twice) << size << " parts";
  }
}

TEST(CsvRecords, NameTheLineOfAnErrorForEveryCut) {
  struct Case {
    std::string text;
    std::string error;
  };
  const std::string good = "1,\"two\nlines\"\r\n2,\"\"\"\"\n";
  const std::vector<Case> cases = {
      {good + "3\n4,5\n", "line 5: has 1 field, the header has 2"},
      {good + "3,4,5\n6,7\n", "line 5: has 3 fields, the header has 2"},
      {good + "\n6,7\n", "line 5: is blank, and records follow"},
      {good + "3,x\"y\n4,\"5\"\n",
       "line 5, column \"name\": a quote inside a field that doesn't begin with one"},
      {good + "3,\"x\n\"y\n4,\"5\"\n",
       "line 6, column \"name\": text after a closing quote (a quote inside a quoted "
       "field is written twice)"},
      {good + "3,\"x\n4,5\n6,7\n", "line 5, column \"name\": a quote is opened here and never closed"},
  };
  for (const auto& [text, expected] : cases) {
    const TemporaryFile csv("id,name\n" + text);
    const auto file = read_csv_header(csv.path());
    for (auto cut = file.data_begin; cut <= file.data_end; ++cut) {
      EXPECT_EQ(first_error(file, cut, 5), expected) << "cut at " << cut;
    }
  }
}

TEST(CsvHeader, NamesWhatHasNoName) {
  const TemporaryFile csv("\"\",x,,y");
  const auto file = read_csv_header(csv.path());
  EXPECT_EQ(file.header, (std::vector<std::string>{"row_name", "x", "column_3", "y"}));
  EXPECT_EQ(file.data_begin, file.data_end);
}

TEST(CsvHeader, RefusesWhatCannotBeStored) {
  for (const std::string header :
       {"", "\xEF\xBB\xBF", "a,b,a\n", "a,b/c\n", ".,b\n", "a,\"b\n", "a\"b,c\n", "M\xfc,b\n",
        "\xFF\xFE"
        "a",
        ",row_name\n"}) {
    const TemporaryFile csv(header);
    try {
      read_csv_header(csv.path());
      ADD_FAILURE() << "no error for " << header;
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::data) << error.what();
    }
  }
}

TEST(CsvHeader, TellsAnUnreadableFile) {
  for (const std::string path : {"/nowhere/a.csv", "/", "/dev/null"}) {
    try {
      read_csv_header(path);
      ADD_FAILURE() << "no error for " << path;
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::environment) << error.what();
    }
  }
}

}  // namespace
}  // namespace psychograph::io

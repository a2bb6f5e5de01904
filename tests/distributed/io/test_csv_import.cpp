// All ranks find the same rows, types and errors, whichever of them reads a record.
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/mpi/collectives.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "io/csv_import.hpp"

namespace psychograph::io {
namespace {

/// A file that rank 0 makes, there as long as the test. Collective.
class SharedFile {
 public:
  SharedFile(const comm::Communicator& world, const std::string& bytes) : world_(world) {
    auto process = static_cast<std::int64_t>(::getpid());
    boost::mpi::broadcast(world_, process, 0);
    path_ =
        (std::filesystem::temp_directory_path() / ("psychograph-import-" + std::to_string(process) + ".csv"))
            .string();
    if (world_.rank() == 0) std::ofstream(path_, std::ios::binary) << bytes;
    world_.barrier();
  }
  ~SharedFile() {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove(path_);
  }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  comm::Communicator world_;
  std::string path_;
};

ImportedTable infer(const comm::Communicator& world, const CsvInput& input,
                    OnBadCell on_bad_cell = OnBadCell::keep_text) {
  const auto table = open_csv(world, input);
  CsvHandOver hand_over(std::filesystem::temp_directory_path().string());
  return infer_columns(world, table, deal_out_csv(world, table), MissingWords({"NA"}), on_bad_cell, hand_over,
                       [](double) {});
}

TEST(InferColumns, DoesNotDependOnWhoReadsARow) {
  const comm::Communicator world;
  std::string bytes = "id,note,spend\n";
  for (int row = 0; row < 500; ++row) {
    bytes += std::to_string(row) + ",\"" + std::string(static_cast<std::size_t>(row % 7), '\n') + "\"\"\"," +
             (row % 10 == 3 ? "NA" : std::to_string(row) + ".5") + "\n";
  }
  const SharedFile csv(world, bytes);
  const auto found = infer(world, {{csv.path()}});
  EXPECT_EQ(found.total_rows, 500);
  const std::vector<ImportedColumn> expected = {{"id", CsvType::integer, 0, 0, 0, false, 2},
                                                {"note", CsvType::text, 0, 7},
                                                {"spend", CsvType::floating, 50}};
  EXPECT_TRUE(found.columns == expected);
  std::int64_t end_before = 0;
  if (world.rank() > 0) world.recv(world.rank() - 1, 0, end_before);
  if (world.rank() + 1 < world.size()) world.send(world.rank() + 1, 0, found.rows.end);
  EXPECT_EQ(found.rows.begin, end_before);
}

TEST(InferColumns, NoticesAFileThatChanges) {
  const comm::Communicator world;
  for (const bool grows : {true, false}) {
    const SharedFile csv(world, "id,x\n1,2\n3,4\n");
    const auto table = open_csv(world, {{csv.path()}});
    const auto parts = deal_out_csv(world, table);
    world.barrier();
    if (world.rank() == 0)
      std::ofstream(csv.path(), grows ? std::ios::app : std::ios::trunc) << "id,x\n5,6\n7,8\n";
    world.barrier();
    try {
      CsvHandOver hand_over(std::filesystem::temp_directory_path().string());
      infer_columns(world, table, parts, MissingWords({"NA"}), OnBadCell::keep_text, hand_over,
                    [](double) {});
      ADD_FAILURE() << "no error";
    } catch (const core::Error& error) {
      EXPECT_NE(std::string(error.what()).find("changed while it was read"), std::string::npos)
          << error.what();
    }
  }
}

TEST(InferColumns, WorksWithFewerRowsThanRanks) {
  const comm::Communicator world;
  const SharedFile csv(world, "a\n7\n");
  const auto found = infer(world, {{csv.path()}});
  EXPECT_EQ(found.total_rows, 1);
  EXPECT_EQ(found.columns.front().type, CsvType::integer);
}

TEST(InferColumns, ThrowsTheFirstErrorOfTheFileOnEveryRank) {
  const comm::Communicator world;
  std::string bytes = "id,note\n";
  for (int row = 0; row < 300; ++row) {
    const bool wrong = row >= 100 && row % 10 == 0;
    bytes += std::to_string(row) + (wrong ? ",\"a\nb\"x\n" : ",\"a\nb\"\n");
  }
  const SharedFile csv(world, bytes);
  try {
    infer(world, {{csv.path()}});
    ADD_FAILURE() << "no error";
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 203, column \"note\""), std::string::npos) << error.what();
  }
}

/// Rows with line breaks in them; the ages of two are no numbers, and each tenth is missing.
std::string spoilt_ages() {
  std::string bytes = "id,note,age\n";
  for (int row = 0; row < 400; ++row) {
    const auto age = row == 150 ? "unknown" : row == 370 ? "<18" : row % 10 == 0 ? "" : std::to_string(row);
    bytes += std::to_string(row) + ",\"a\nb\"," + age + "\n";
  }
  return bytes;
}

TEST(InferColumns, NamesTheFirstBadCellOnAnyRank) {
  const comm::Communicator world;
  const SharedFile csv(world, spoilt_ages());
  const auto found = infer(world, {{csv.path()}});
  EXPECT_EQ(found.columns.back().type, CsvType::text);
  EXPECT_EQ(found.notices.size(), 1U);
  const auto notice = found.notices.empty() ? "" : found.notices.front();
  EXPECT_NE(notice.find("line 303, column \"age\": \"unknown\" is no number, nor is 1 more cell"),
            std::string::npos)
      << notice;
}

TEST(InferColumns, CountsBadCellsAsMissingWhereThatIsAsked) {
  const comm::Communicator world;
  const SharedFile csv(world, spoilt_ages());
  const auto found = infer(world, {{csv.path()}}, OnBadCell::missing);
  EXPECT_TRUE(found.columns.back() == (ImportedColumn{"age", CsvType::floating, 40, 0, 2, false}));
}

void expect_refusal(const comm::Communicator& world, const CsvInput& input, OnBadCell on_bad_cell) {
  try {
    infer(world, input, on_bad_cell);
    ADD_FAILURE() << "no error";
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 303, column \"age\""), std::string::npos) << error.what();
  }
}

TEST(InferColumns, RefusesABadCellOnEveryRank) {
  const comm::Communicator world;
  const SharedFile csv(world, spoilt_ages());
  CsvInput input{{csv.path()}};
  expect_refusal(world, input, OnBadCell::fail);
  input.types.emplace_back("age", AskedType::integer);
  expect_refusal(world, input, OnBadCell::keep_text);
}

TEST(InferColumns, LeavesBareRowsOutOnAnyRank) {
  const comm::Communicator world;
  std::string bytes = "id;x\n";
  for (int row = 0; row < 90; ++row) bytes += row % 9 == 4 ? ";\n" : std::to_string(row) + ";3,5\n";
  const SharedFile csv(world, bytes);
  const auto found = infer(world, {{csv.path()}, "id"});
  EXPECT_EQ(found.total_rows, 80);
  EXPECT_TRUE(found.columns.back() == (ImportedColumn{"x", CsvType::floating}));
  EXPECT_EQ(found.notices.size(), 1U);
  const auto notice = found.notices.empty() ? "" : found.notices.front();
  EXPECT_NE(notice.find("line 6: 10 rows"), std::string::npos) << notice;
}

}  // namespace
}  // namespace psychograph::io

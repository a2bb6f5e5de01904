// The segment of each customer in the customer table itself, where the user asks for it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/disk_space.hpp"
#include "io/write_back.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct WriteBackOptions {
  bool wanted = false;
  std::string column = "segment";
};

/// The writing back of one run. Every member function is collective over the communicator it was made with.
class WriteBack {
 public:
  WriteBack(const comm::Communicator& world, const WriteBackOptions& options, Reporter& reporter)
      : world_(world), options_(options), reporter_(reporter) {}

  /// Before the long work: throws what writing back would fail with, where the options ask for it
  /// (io::plan_write_back), and where the file system has no room for it and for the `other` demand. `used`
  /// are the table's columns that the segments are made of.
  void prepare(const io::Table& table, std::span<const std::size_t> used, io::SpaceDemand other);

  /// Where the options ask for it, once `result` is written: writes the segments of this rank's rows, from
  /// global row `first_row` on. What it throws says that the result is there.
  void run(const std::string& result, std::int64_t first_row, std::span<const std::int32_t> segments,
           const io::ColumnOrigin& origin);

 private:
  const comm::Communicator& world_;
  const WriteBackOptions& options_;
  Reporter& reporter_;
  io::WriteBackPlan plan_;
};

}  // namespace psychograph::runs

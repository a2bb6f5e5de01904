#include "io/survey_writing.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <limits>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph::io {
namespace {

/// What a block of rows may take in memory, all columns together.
constexpr std::size_t survey_block_bytes = std::size_t{64} << 20;

core::Error changed(const SurveyTable& table) {
  return core::data_error(fmt::format("{}: changed while it was read", table.path));
}

void require_same_survey(const SurveyTable& table) {
  if (file_state(table.path) != table.state) throw changed(table);
}

hid_t survey_type(const SurveyColumn& column, Handle& text_type) {
  switch (column.type) {
    case SurveyType::int8:
      return H5T_NATIVE_INT8;
    case SurveyType::int16:
      return H5T_NATIVE_INT16;
    case SurveyType::int32:
      return H5T_NATIVE_INT32;
    case SurveyType::float64:
      return H5T_NATIVE_DOUBLE;
    case SurveyType::text:
      text_type = string_type(column.length);
      return text_type.get();
    default:
      return H5T_NATIVE_INT64;
  }
}

/// What the file says of the column's values, where HDF5 keeps such.
void mark(OutputFile& output, const std::string& path, const SurveyColumn& column, hid_t type) {
  if (const auto unit = time_unit(column.type)) {
    const auto missing = std::numeric_limits<std::int64_t>::min();
    output.set_attribute(path, "units", core::time_units(*unit));
    output.set_attribute(path, "_FillValue", H5T_NATIVE_INT64, {}, &missing);
  }
  if (!column.kind.empty()) output.set_attribute(path, "kind", column.kind);
  std::vector<std::byte> values;
  const auto add = [&](const SurveyCell& cell) {
    values.resize(values.size() + column.width());
    (void)column.store(cell, values.data() + values.size() - column.width());
  };
  for (const double number : column.missing_numbers) add({number, {}, 0});
  for (const auto& text : column.missing_texts) add({0, text, 0});
  if (values.empty()) return;
  const auto count = static_cast<std::int64_t>(values.size() / column.width());
  output.set_attribute(path, "missing_value", type, {count}, values.data());
}

/// Writes block after block: rank 0 says how many rows the next one has, and the others go along with none.
class BlockWriter {
 public:
  BlockWriter(const comm::Communicator& world, const SurveyTable& table, OutputFile& output,
              std::string group)
      : world_(world), table_(table), output_(output), group_(std::move(group)) {
    std::size_t row_bytes = 0;
    for (const auto& column : table.columns) row_bytes += column.width();
    rows_ =
        std::clamp(static_cast<std::int64_t>(survey_block_bytes / row_bytes), std::int64_t{1}, table.rows);
  }

  /// The datasets, empty. Collective.
  void create() {
    for (const auto& column : table_.columns) {
      Handle text_type;
      const auto type = survey_type(column, text_type);
      output_.create(path_of(column), type, {table_.rows});
      mark(output_, path_of(column), column, type);
    }
    cells_ = comm::run_on_all_ranks(world_, [&] {
      std::vector<std::vector<std::byte>> cells(table_.columns.size());
      for (std::size_t c = 0; c < cells.size() && world_.rank() == 0; ++c)
        cells[c].resize(static_cast<std::size_t>(rows_) * table_.columns[c].width());
      return cells;
    });
  }

  /// On rank 0: keeps a row, and meets the others (in `follow`) where the block is full.
  void take(std::int64_t row, std::span<const SurveyCell> cells) {
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      const auto& column = table_.columns[c];
      if (row < table_.rows &&
          column.store(cells[c], cells_[c].data() + static_cast<std::size_t>(held_) * column.width()))
        continue;
      throw core::data_error(fmt::format("{}: changed while it was read (variable \"{}\", row {})",
                                         table_.path, column.variable, row));
    }
    if (++held_ == rows_) write();
  }
  /// On rank 0, after the last row: writes what it still holds.
  void finish() {
    if (held_ > 0) write();
  }
  /// On rank 0: no more blocks come, so that the others leave `follow`.
  void dismiss() { announce(-1); }
  /// On the other ranks.
  void follow() {
    while (announce(0) >= 0) write_rows(0);
  }
  /// Whether what was thrown last was thrown on all ranks.
  [[nodiscard]] bool failed_together() const { return meeting_; }

 private:
  std::int64_t announce(std::int64_t rows) {
    boost::mpi::broadcast(world_, rows, 0);
    return rows;
  }
  void write() { write_rows(announce(held_)); }
  /// Collective.
  void write_rows(std::int64_t rows) {
    meeting_ = true;  // what is thrown from here is thrown on all ranks
    comm::heed_stop_requests(world_);
    for (std::size_t c = 0; c < table_.columns.size(); ++c)
      output_.write_block(path_of(table_.columns[c]), world_.rank() == 0 ? written_ : 0, rows,
                          cells_[c].data());
    meeting_ = false;
    written_ += rows;
    held_ = 0;
  }
  [[nodiscard]] std::string path_of(const SurveyColumn& column) const { return group_ + "/" + column.name; }

  const comm::Communicator& world_;
  const SurveyTable& table_;
  OutputFile& output_;
  std::string group_;
  std::int64_t rows_ = 1;     ///< a block
  std::int64_t held_ = 0;     ///< of the block
  std::int64_t written_ = 0;  ///< before it
  bool meeting_ = false;
  std::vector<std::vector<std::byte>> cells_;  ///< of the block, by column; rank 0's alone
};

/// On rank 0: reads the file to its end, and writes.
void read_into(BlockWriter& writer, const SurveyTable& table, const SurveyProgress& progress) {
  std::set<std::string> wanted;
  for (const auto& column : table.columns) wanted.insert(column.variable);
  std::int64_t rows = 0;
  SurveyListener listener{[&](const SurveyVariable& variable) { return wanted.contains(variable.name); }};
  listener.row = [&](std::int64_t row, std::span<const SurveyCell> cells) {
    writer.take(row, cells);
    rows = row + 1;
    return true;
  };
  listener.progress = progress;
  require_same_survey(table);
  read_survey(table.path, table.format, listener);
  require_same_survey(table);
  if (rows != table.rows) throw changed(table);
  writer.finish();
}

}  // namespace

void write_survey(const comm::Communicator& world, const SurveyTable& table, OutputFile& output,
                  const std::string& group, const SurveyProgress& progress) {
  BlockWriter writer(world, table, output, group);
  writer.create();
  if (world.rank() != 0) writer.follow();
  std::exception_ptr failure;
  try {
    if (world.rank() == 0) read_into(writer, table, progress);
  } catch (...) {
    if (writer.failed_together()) throw;
    failure = std::current_exception();
  }
  if (world.rank() == 0) writer.dismiss();
  comm::agree(world, failure);
}

}  // namespace psychograph::io

#include "runs/carried_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "io/cell_types.hpp"
#include "io/windows.hpp"

namespace psychograph::runs {
namespace {

/// What is written at a time, of all columns together.
constexpr std::size_t window_bytes = std::size_t{64} << 20U;
constexpr std::size_t columns_at_once = 64;

}  // namespace

std::vector<std::size_t> places(std::span<const Taken> taken) {
  std::vector<std::size_t> columns;
  for (const auto& one : taken) columns.push_back(one.column);
  return columns;
}

CarriedTable carry(const comm::Communicator& world, const io::Shard& shard, const std::vector<Taken>& taken,
                   const std::vector<io::CarriedAttributes>& attributes, bool gaps, Reporter& reporter) {
  const auto columns = places(taken);
  for (const auto& notice : io::reading_notices(shard.table(), columns)) reporter.warn(notice);
  const auto types = io::cell_types(world, shard, columns);
  CarriedTable carried{shard, taken, {}};
  for (std::size_t i = 0; i < taken.size(); ++i) {
    carried.columns.emplace_back(shard.table(), columns[i], types[i], attributes[i], gaps);
    if (!types[i].utf8)
      reporter.warn(fmt::format(
          "{}: column \"{}\" has text that is not UTF-8, or has a zero byte in it: read as Latin-1",
          io::files_name(shard.table()), shard.table().columns[columns[i]].name));
  }
  return carried;
}

void create_columns(const CarriedTable& carried, io::OutputFile& file, const std::string& group,
                    std::int64_t rows) {
  for (std::size_t i = 0; i < carried.columns.size(); ++i)
    carried.columns[i].create(file, group, carried.taken[i].name, rows);
}

std::size_t rows_at_once(std::size_t row_bytes) {
  return std::max<std::size_t>(1, window_bytes / std::max<std::size_t>(1, row_bytes));
}

ColumnLot lot_from(const CarriedTable& carried, std::size_t begin, std::size_t most_columns,
                   double most_bytes) {
  ColumnLot lot{begin, begin, {}, 0};
  while (lot.end < carried.columns.size() && lot.end - begin < most_columns) {
    const auto bytes = carried.columns[lot.end].bytes();
    if (lot.end > begin && static_cast<double>(lot.record_bytes + bytes) > most_bytes) break;
    lot.offsets.push_back(lot.record_bytes);
    lot.record_bytes += bytes;
    ++lot.end;
  }
  return lot;
}

std::byte* column_in(std::vector<std::byte>& window, const ColumnLot& lot, std::size_t i, std::size_t rows) {
  return window.data() + lot.offsets[i] * rows;
}

void write_window(io::OutputFile& file, const std::string& group, const CarriedTable& carried,
                  const ColumnLot& lot, std::vector<std::byte>& window, std::int64_t first_row,
                  std::size_t rows) {
  for (std::size_t i = 0; i < lot.offsets.size(); ++i) {
    const auto c = lot.begin + i;
    file.write_block(carried.columns[c].dataset(group, carried.taken[c].name), first_row,
                     static_cast<std::int64_t>(rows), column_in(window, lot, i, rows));
  }
}

void write_columns(const comm::Communicator& world, const CarriedTable& carried, io::OutputFile& file,
                   const std::string& group, const TellShare& told) {
  const auto& shard = carried.shard;
  // Where columns lie apart, a few at a time are long stretches of the file.
  const auto most = shard.table().layout == io::Layout::columns ? columns_at_once : carried.columns.size();
  std::vector<std::byte> window;
  for (std::size_t begin = 0; begin < carried.columns.size();) {
    const auto lot = lot_from(carried, begin, most, static_cast<double>(window_bytes));
    const auto columns = places(std::span(carried.taken).subspan(begin, lot.offsets.size()));
    std::vector<std::size_t> place_of(shard.table().columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) place_of[columns[i]] = i;
    io::Windows windows(world, shard, columns, static_cast<std::int64_t>(rows_at_once(lot.record_bytes)));
    while (windows.next()) {
      const auto local = windows.rows();
      const auto rows = static_cast<std::size_t>(local.size());
      comm::run_on_all_ranks(world, [&] { window.resize(rows * lot.record_bytes); });
      windows.read([&](const io::RawBlock& block) {
        const auto i = place_of[block.column];
        const auto& column = carried.columns[begin + i];
        column.copy(block, shard.rows().begin + block.first,
                    column_in(window, lot, i, rows) +
                        static_cast<std::size_t>(block.first - local.begin) * column.bytes(),
                    column.bytes());
      });
      write_window(file, group, carried, lot, window, shard.rows().begin + local.begin, rows);
      told((static_cast<double>(begin) + windows.share() * static_cast<double>(columns.size())) /
           static_cast<double>(carried.columns.size()));
    }
    begin = lot.end;
  }
}

}  // namespace psychograph::runs

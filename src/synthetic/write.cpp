#include "synthetic/write.hpp"

#include <algorithm>
#include <string>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "synthetic/blocks.hpp"
#include "synthetic/draw.hpp"
#include "synthetic/population.hpp"

namespace psychograph::synthetic {
namespace {

/// Where a column's cells lie: a coded column is a group.
std::string cells_path(const Column& column) {
  const auto path = "/customers/" + column.name;
  return std::holds_alternative<Category>(column.cell) ? path + "/codes" : path;
}

hid_t stored_type(const Cell& cell) {
  if (std::holds_alternative<Count>(cell)) return H5T_NATIVE_INT16;
  return cell_size(cell) == 1 ? H5T_NATIVE_INT8 : H5T_NATIVE_FLOAT;
}

/// Features first.
std::vector<const Column*> all_columns(const Table& table) {
  std::vector<const Column*> all;
  for (const auto& column : table.columns) all.push_back(&column);
  for (const auto& column : table.actions) all.push_back(&column);
  return all;
}

void create_datasets(const Table& table, io::OutputFile& file) {
  const auto rows = table.request.customers;
  file.create("/customers/customer_id", H5T_NATIVE_INT64, {rows});
  for (const auto* column : all_columns(table)) {
    file.create(cells_path(*column), stored_type(column->cell), {rows});
    const auto* category = std::get_if<Category>(&column->cell);
    if (category == nullptr) continue;
    file.write_strings("/customers/" + column->name + "/categories",
                       {category->names.begin(), category->names.end()});
  }
  file.create("/truth/segment", H5T_NATIVE_INT32, {rows});
  if (table.request.quarter) file.create("/truth/previous_segment", H5T_NATIVE_INT32, {rows});
}

void count(const BlockCustomers& block, Written& written) {
  for (const auto segment : block.segments) ++written.sizes[static_cast<std::size_t>(segment)];
  for (std::size_t i = 0; i < block.previous.size(); ++i) {
    const auto previous = block.previous[i];
    written.joined += previous < 0 ? 1 : 0;
    written.changed += previous >= 0 && previous != block.segments[i] ? 1 : 0;
  }
}

}  // namespace

Written write_customers(const comm::Communicator& world, const Table& table, io::OutputFile& file,
                        const Progress& progress) {
  create_datasets(table, file);
  // Each block draws the segments' shifts anew, since those of all columns might not fit: blocks of at least
  // as many rows as there are segments, so that this costs little.
  const Blocks blocks(world, table.request.customers, std::max(block_rows, table.segments));
  const auto population = comm::run_on_all_ranks(world, [&] { return Population(table.request); });
  auto memory = comm::run_on_all_ranks(
      world, [&] { return BlockMemory(blocks.full(), table.request.quarter.has_value()); });
  Written written{std::vector<std::int64_t>(static_cast<std::size_t>(table.segments))};

  const auto columns = all_columns(table);
  const auto steps = static_cast<double>(blocks.count()) * static_cast<double>(columns.size());
  double done = 0;
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const auto block = draw_customers(population, blocks[b], memory);
    const auto write = [&](const std::string& name, const void* data) {
      file.write_block(name, block.rows.begin, block.rows.size(), data);
    };
    count(block, written);
    write("/customers/customer_id", memory.ids.data());
    write("/truth/segment", block.segments.data());
    if (table.request.quarter) write("/truth/previous_segment", block.previous.data());
    for (const auto* column : columns) {
      comm::run_on_all_ranks(
          world, [&] { ColumnCells(table, *column).draw(block.tiles, block.segments, memory.cells.data()); });
      write(cells_path(*column), memory.cells.data());
      progress(++done / steps);
    }
  }
  comm::sum_over_ranks(world, std::span(written.sizes));
  std::int64_t flows[] = {written.joined, written.changed};
  comm::sum_over_ranks(world, std::span(flows));
  written.joined = flows[0];
  written.changed = flows[1];
  return written;
}

namespace {

void write_planted(const Table& table, io::OutputFile& file) {
  std::vector<std::string> names;
  std::vector<std::int32_t> segments;
  std::vector<double> shifts;
  for (const auto& column : table.actions) {
    if (column.planted->by == 0) continue;
    names.push_back(column.name);
    segments.push_back(column.planted->segment);
    shifts.push_back(column.planted->by);
  }
  const auto rows = static_cast<std::int64_t>(names.size());
  file.create_group("/truth/planted");
  file.write_strings("/truth/planted/column", names);
  file.write_whole<std::int32_t>("/truth/planted/segment", {rows}, segments);
  file.write_whole<double>("/truth/planted/shift", {rows}, shifts);
}

}  // namespace

void write_truth(const comm::Communicator& world, const Table& table, io::OutputFile& file) {
  const auto& request = table.request;
  const bool gaussian = request.kind == Kind::gaussian;
  const std::string name = gaussian ? "/truth/centroids" : "/truth/shifts";
  const auto width = table.columns.size();
  file.create(name, H5T_NATIVE_DOUBLE, {table.segments, request.features});
  const Blocks blocks(world, table.segments, std::max<std::int64_t>(1, block_rows / request.features));
  auto shifts = comm::run_on_all_ranks(
      world, [&] { return std::vector<double>(static_cast<std::size_t>(blocks.full()) * width); });
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const auto rows = blocks[b];
    for (std::size_t c = 0; c < width; ++c) {
      const auto drawn = draw_shifts(table, table.columns[c], rows.begin, rows.size());
      for (std::size_t s = 0; s < drawn.size(); ++s) shifts[s * width + c] = static_cast<double>(drawn[s]);
    }
    file.write_block(name, rows.begin, rows.size(), shifts.data());
  }
  if (!gaussian) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) names.push_back(column.name);
    file.write_strings("/truth/columns", names);
  }
  if (request.actions) write_planted(table, file);
  file.set_attribute("/truth", "kind", std::string(gaussian ? "gaussian" : "customers"));
  file.set_attribute("/truth", "seed", static_cast<std::int64_t>(request.seed));
  file.set_attribute("/truth", "separation", request.separation);
  file.set_attribute("/truth", "correlation", request.correlation);
  file.set_attribute("/truth", "missing", request.missing);
}

void write_quarter(const Table& table, const Written& written, io::OutputFile& file) {
  const auto& request = table.request;
  const auto& quarter = *request.quarter;
  const bool split = splits(request, quarter.number);
  const auto set = [&](const char* name, auto value) { file.set_attribute("/truth", name, value); };
  set("quarter", quarter.number);
  set("movers", quarter.movers);
  set("churn", quarter.churn);
  set("steady", std::int64_t{quarter.steady ? 1 : 0});
  set("first_id", first_id(request, quarter.number));
  set("joined", written.joined);
  set("changed", written.changed);
  set("split_segment", split ? std::int64_t{split_segment} : -1);
  set("new_segment", split ? request.segments : -1);
  set("died_segment", dies(request, quarter.number) ? request.segments - 1 : -1);
}

double row_bytes(const Table& table) {
  double bytes = sizeof(std::int64_t) + sizeof(std::int32_t);
  if (table.request.quarter) bytes += sizeof(std::int32_t);
  for (const auto* column : all_columns(table)) bytes += static_cast<double>(cell_size(column->cell));
  return bytes;
}

}  // namespace psychograph::synthetic

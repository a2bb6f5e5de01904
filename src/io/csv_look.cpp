#include "io/csv_look.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "io/csv_column_look.hpp"
#include "io/csv_spelling.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t rows_between_progress = 1 << 16;

/// Throws what is wrong with the first row in which something is, as if rows were looked at one by one.
void look_at_batch(const PartRecords& records, const CellRules& rules, std::vector<ColumnLook>& columns,
                   std::vector<CsvChunk>& chunks, std::vector<FirstCells>& firsts) {
  std::exception_ptr fault;
  auto rows = records.rows();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    try {
      columns[c].look(records, rows, rules, chunks[c], firsts[c]);
    } catch (const core::Error&) {
      fault = std::current_exception();
      rows = columns[c].row();
    }
  }
  if (fault) std::rethrow_exception(fault);
}

/// Looks at the cells of this rank's parts.
CsvLook look_locally(const CsvTable& table, std::span<const CsvPart> parts, const CellRules& rules,
                     CsvHandOver& hand_over, const CsvProgress& progress) {
  CsvLook look;
  look.firsts.resize(table.columns.size());
  std::vector<ColumnLook> columns;
  std::vector<CsvChunk> chunks;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    columns.emplace_back(c, table);
    chunks.emplace_back(table.asked[c]);
  }
  PartRecords records(table, parts);
  std::int64_t told = 0;
  while (records.next_batch()) {
    look_at_batch(records, rules, columns, chunks, look.firsts);
    hand_over.put(records.rows(), chunks);
    look.local_rows += static_cast<std::int64_t>(records.rows());
    if (look.local_rows - told < rows_between_progress) continue;
    told = look.local_rows;
    progress(records.share());
  }
  for (const auto& column : columns) {
    look.local.push_back(column.guess());
    look.lost_text.push_back(column.lost_text());
    look.canonical_ids = look.canonical_ids && column.canonical();
  }
  look.local_bare_records = records.bare_records();
  look.first_bare_record = records.first_bare_record();
  return look;
}

void agree_on_look(const comm::Communicator& world, CsvLook& look) {
  look.guesses = look.local;
  std::vector<std::int64_t> extremes;
  std::vector<std::int64_t> counts;
  for (auto& guess : look.guesses) {
    extremes.insert(extremes.end(), guess.extremes().begin(), guess.extremes().end());
    counts.insert(counts.end(), guess.counts().begin(), guess.counts().end());
  }
  comm::max_over_ranks(world, extremes);
  comm::sum_over_ranks(world, counts);
  auto extreme = extremes.cbegin();
  auto count = counts.cbegin();
  for (auto& guess : look.guesses) {
    std::copy_n(extreme, guess.extremes().size(), guess.extremes().begin());
    std::copy_n(count, guess.counts().size(), guess.counts().begin());
    extreme += static_cast<std::ptrdiff_t>(guess.extremes().size());
    count += static_cast<std::ptrdiff_t>(guess.counts().size());
  }
  look.canonical_ids = comm::max_over_ranks(world, std::int64_t{look.canonical_ids ? 0 : 1}) == 0;
  look.bare_records = comm::sum_over_ranks(world, look.local_bare_records);
}

NamedCell named(const CsvTable& table, std::span<const CsvPart> parts, const SeenCell& cell) {
  const auto& part = parts[cell.place.part];
  const auto& file = table.files[part.file];
  const auto line = line_of(file, part, cell.place.offset);
  const bool first_record = part.begin == file.data_begin && cell.place.record == 0;
  return {file.path, line, shown_cell(cell.text), first_record};
}

/// What the ranks have of each of several cells, put together: that of the first rank that has one.
std::vector<NamedCell> gather_first(const comm::Communicator& world, const CsvTable& table,
                                    std::span<const CsvPart> parts,
                                    const std::vector<std::optional<SeenCell>>& cells) {
  std::vector<std::int64_t> owners;
  for (const auto& cell : cells) owners.push_back(cell ? world.rank() : world.size());
  comm::min_over_ranks(world, owners);
  const auto mine = comm::run_on_all_ranks(world, [&] {
    std::vector<NamedCell> found;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (owners[i] == world.rank()) found.push_back(named(table, parts, *cells[i]));
    }
    return found;
  });
  std::vector<std::vector<NamedCell>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  std::vector<std::size_t> next(by_rank.size());
  std::vector<NamedCell> all;
  for (const auto owner : owners) {
    const auto rank = static_cast<std::size_t>(owner);
    all.push_back(by_rank[rank][next[rank]++]);
  }
  return all;
}

}  // namespace

CsvLook look_at_cells(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                      const MissingWords& missing, CsvHandOver& hand_over, const CsvProgress& progress) {
  auto look = comm::run_on_all_ranks(world, [&] {
    return look_locally(table, parts, {missing, table.decimal}, hand_over, progress);
  });
  agree_on_look(world, look);
  return look;
}

std::vector<NamedCell> find_cells(const comm::Communicator& world, const CsvTable& table,
                                  std::span<const CsvPart> parts, const CsvLook& look,
                                  std::span<const CellQuery> queries) {
  std::vector<std::optional<SeenCell>> cells;
  for (const auto& query : queries) {
    auto& first = cells.emplace_back();
    for (const auto kind : query.kinds) {
      if (look.local[query.column].count(kind) == 0) continue;
      const auto& cell = look.firsts[query.column][static_cast<std::size_t>(kind)];
      const auto order = [](const SeenCell& seen) { return std::pair(seen.place.part, seen.place.offset); };
      if (!first || order(cell) < order(*first)) first = cell;
    }
  }
  return gather_first(world, table, parts, cells);
}

NamedCell find_bare_record(const comm::Communicator& world, const CsvTable& table,
                           std::span<const CsvPart> parts, const CsvLook& look) {
  std::optional<SeenCell> cell;
  if (look.local_bare_records > 0) cell = SeenCell{look.first_bare_record, {}};
  return gather_first(world, table, parts, {cell}).front();
}

}  // namespace psychograph::io

#include "io/csv_look.hpp"

#include <algorithm>
#include <optional>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "io/csv_spelling.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t rows_between_progress = 1 << 16;

/// Throws where the text can't be stored; else what kind it is of.
CellKind look_at_text(const PartRecords& records, std::size_t column, const CsvField& field, char decimal) {
  const auto text = field.raw();
  if (!is_storable_text(text)) {
    throw records.fault(column, text.find('\0') != std::string_view::npos
                                    ? "holds a zero byte: is the file cut off, or UTF-16?"
                                    : "is not UTF-8 text (iconv converts, as in: iconv -f latin1 -t utf-8)");
  }
  if (text.size() > longest_text_cell) {
    throw records.fault(
        column, fmt::format("a text of {:.1f} MB: each cell of a text column takes as many bytes as the "
                            "longest, of which {} MiB are allowed; leave the column out with --columns",
                            static_cast<double>(text.size()) / 1e6, longest_text_cell >> 20));
  }
  return is_spelled_number(text, decimal) ? CellKind::spelled : CellKind::text;
}

/// Looks at the cells of this rank's parts.
CsvLook look_locally(const CsvTable& table, std::span<const CsvPart> parts, const CellRules& rules,
                     const CsvProgress& progress) {
  CsvLook look;
  look.local.resize(table.columns.size());
  look.firsts.resize(table.columns.size());
  PartRecords records(table, parts);
  while (records.next()) {
    for (std::size_t c = 0; c < look.local.size(); ++c) {
      const auto& field = records.cell(c);
      auto kind = read_cell(field.raw(), rules).kind;
      if (kind == CellKind::text) kind = look_at_text(records, c, field, rules.decimal);
      if (look.local[c].see(kind, field.length()))
        look.firsts[c][static_cast<std::size_t>(kind)] = {records.place(c), field.text()};
      if (c != table.id) continue;
      if (kind == CellKind::missing || (kind == CellKind::nan && table.asked[c] == AskedType::integer))
        throw records.fault(c, "the id is missing");
      const bool integer = kind == CellKind::integer || kind == CellKind::wide;
      if (integer && !is_canonical(field.raw())) look.canonical_ids = false;
    }
    if (++look.local_rows % rows_between_progress == 0) progress(records.share());
  }
  look.local_bare_records = records.bare_records();
  look.first_bare_record = records.first_bare_record();
  return look;
}

void agree_on_look(const comm::Communicator& world, CsvLook& look) {
  look.guesses = look.local;
  std::vector<std::int64_t> lengths;
  std::vector<std::int64_t> counts;
  for (auto& guess : look.guesses) {
    lengths.insert(lengths.end(), guess.lengths().begin(), guess.lengths().end());
    counts.insert(counts.end(), guess.counts().begin(), guess.counts().end());
  }
  comm::max_over_ranks(world, lengths);
  comm::sum_over_ranks(world, counts);
  auto length = lengths.cbegin();
  auto count = counts.cbegin();
  for (auto& guess : look.guesses) {
    std::copy_n(length, guess.lengths().size(), guess.lengths().begin());
    std::copy_n(count, guess.counts().size(), guess.counts().begin());
    length += static_cast<std::ptrdiff_t>(guess.lengths().size());
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
                      const MissingWords& missing, const CsvProgress& progress) {
  auto look = comm::run_on_all_ranks(world, [&] {
    return look_locally(table, parts, {missing, table.decimal}, progress);
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

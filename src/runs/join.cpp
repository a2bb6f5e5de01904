#include "runs/join.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/figure.hpp"
#include "core/printable.hpp"
#include "insight/codebook.hpp"
#include "io/carried_attributes.hpp"
#include "io/carried_column.hpp"
#include "io/disk_space.hpp"
#include "io/id_format.hpp"
#include "io/id_join.hpp"
#include "io/ids.hpp"
#include "io/output_file.hpp"
#include "io/row_store.hpp"
#include "io/shard.hpp"
#include "runs/carried_table.hpp"
#include "runs/join_inputs.hpp"

namespace psychograph::runs {
namespace {

/// What is held of the second table on a rank, but a column at the least.
constexpr std::size_t held_bytes = std::size_t{256} << 20U;

/// Records of the columns of a lot, on the ranks that hold the second table's rows. Collective.
io::RowStore store(const comm::Communicator& world, const CarriedTable& side, const ColumnLot& lot) {
  io::RowStore records(world, side.shard, lot.record_bytes);
  const auto columns = places(std::span(side.taken).subspan(lot.begin, lot.offsets.size()));
  std::vector<std::size_t> place_of(side.shard.table().columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) place_of[columns[i]] = i;
  side.shard.read(columns, [&](const io::RawBlock& block) {
    const auto i = place_of[block.column];
    side.columns[lot.begin + i].copy(block, side.shard.rows().begin + block.first,
                                     records.record(static_cast<std::size_t>(block.first)) + lot.offsets[i],
                                     lot.record_bytes);
  });
  return records;
}

void fill_gaps(const io::CarriedColumn& column, std::byte* out, std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row)
    std::memcpy(out + row * column.bytes(), column.gap(), column.bytes());
}

/// Writes the second table's columns, `found` rows of which go beside this rank's rows of the first.
/// Collective.
void write_second(const comm::Communicator& world, const CarriedTable& side, const io::Shard& first,
                  std::span<const std::int64_t> found, io::OutputFile& file, const std::string& group,
                  const TellShare& told) {
  const auto most = static_cast<std::size_t>(first.most_local_rows());
  std::vector<std::byte> window;
  for (std::size_t begin = 0; begin < side.columns.size();) {
    const auto held = static_cast<double>(held_bytes) / static_cast<double>(side.shard.most_local_rows());
    const auto lot = lot_from(side, begin, side.columns.size(), held);
    const auto records = store(world, side, lot);
    const auto at_once = rows_at_once(lot.record_bytes);
    for (std::size_t row = 0; row < most; row += at_once) {
      const auto local = std::min(row, found.size());
      const auto rows = std::min(at_once, found.size() - local);
      comm::run_on_all_ranks(world, [&] {
        window.resize(rows * lot.record_bytes);
        for (std::size_t i = 0; i < lot.offsets.size(); ++i)
          fill_gaps(side.columns[lot.begin + i], column_in(window, lot, i, rows), rows);
      });
      records.fetch(found.subspan(local, rows), [&](std::size_t place, const std::byte* record) {
        for (std::size_t i = 0; i < lot.offsets.size(); ++i) {
          const auto bytes = side.columns[lot.begin + i].bytes();
          std::memcpy(column_in(window, lot, i, rows) + place * bytes, record + lot.offsets[i], bytes);
        }
      });
      write_window(file, group, side, lot, window, first.rows().begin + static_cast<std::int64_t>(local),
                   rows);
      told((static_cast<double>(begin) + static_cast<double>(lot.end - begin) *
                                             static_cast<double>(std::min(most, row + at_once)) /
                                             static_cast<double>(most)) /
           static_cast<double>(side.columns.size()));
    }
    begin = lot.end;
  }
}

/// Rows whose id is marked as missing are found nowhere. Collective.
void forget_missing(const io::Shard& shard, const std::string& id, std::span<std::int64_t> found) {
  const auto column = io::id_column(shard.table(), id);
  const auto& known = shard.table().columns[column];
  if (known.marked_missing.empty()) return;
  shard.read(std::span(&column, 1), [&](const io::RawBlock& block) {
    const auto& marks = known.marked_in(block.file);
    const auto forget = [&](std::size_t i) {
      found[static_cast<std::size_t>(block.first) + i] = io::no_such_row;
    };
    if (known.type == io::ColumnType::text) {
      for (std::size_t i = 0; i < block.count; ++i) {
        if (std::find(marks.texts.begin(), marks.texts.end(), io::text(block, i)) != marks.texts.end())
          forget(i);
      }
      return;
    }
    std::vector<double> values(block.count);
    io::numbers(block, marks, values);
    for (std::size_t i = 0; i < block.count; ++i) {
      if (std::isnan(values[i])) forget(i);
    }
  });
}

/// The wording of both tables' columns, those of the second under their new names.
insight::Codebook put_together(const insight::Codebook& first, const insight::Codebook& second,
                               const io::Table& table, const std::vector<Taken>& taken) {
  auto book = first;
  for (const auto& one : taken) {
    const auto& name = table.columns[one.column].name;
    for (auto place = second.labels().lower_bound({name, ""});
         place != second.labels().end() && place->first.first == name; ++place)
      book.add(one.name, place->first.second, place->second);
  }
  return book;
}

std::string summary(const JoinOptions& options, const CarriedTable& first, const CarriedTable& second,
                    std::int64_t found, std::int64_t not_asked) {
  const auto& ours = first.shard.table();
  const auto& theirs = second.shard.table();
  const auto name = [](const io::Table& table) { return core::printable(io::files_name(table)); };
  auto text = fmt::format(
      "{}: {} rows, {} columns in {}: {} of {} and {} of {}\n"
      "{} of {} rows ({:.1f} %) have an id that is in {}; {} of its {} ids were never asked for\n",
      core::printable(options.output), ours.rows(), first.columns.size() + second.columns.size(),
      core::printable(ours.name), first.columns.size(), name(ours), second.columns.size(), name(theirs),
      found, ours.rows(), 100 * core::share(found, ours.rows()), name(theirs), not_asked, theirs.rows());
  const auto widened = std::count_if(second.columns.begin(), second.columns.end(),
                                     [](const io::CarriedColumn& column) { return column.is_widened(); });
  if (widened > 0)
    text += fmt::format("{} column{} of whole numbers {} float64 here, NaN in rows without such an id\n",
                        widened, widened == 1 ? "" : "s", widened == 1 ? "is" : "are");
  return text;
}

/// Of a rank: the ids of both tables, and a column of the second where one alone is more than is held at
/// once.
double held_of_rows(const io::Table& first, const io::Table& second, int ranks) {
  return (static_cast<double>(first.rows()) * static_cast<double>(io::finding_row_bytes) +
          static_cast<double>(second.rows()) * static_cast<double>(io::known_row_bytes)) /
         ranks;
}

}  // namespace

void join(const comm::Communicator& world, const JoinOptions& options, Reporter& reporter) {
  const auto [first_input, second_input] = join_inputs(world, options);
  reporter.open([&, &one = first_input, &other = second_input] {
    io::FileUse use{io::files_read(one), {{"--output", options.output}}};
    for (const auto& path : io::files_read(other)) use.read.push_back(path);
    return use;
  });
  const auto first_table = io::open_table(world, first_input);
  const auto second_table = io::open_table(world, second_input);
  const auto ids = join_ids(options.id, first_table, second_table);
  const auto first_taken = taken_of_first(first_table, reporter);
  const auto second_taken = taken_of_second(second_table, ids.second, options, first_taken, reporter);
  // Before the shards hold the files open.
  const auto first_book = insight::read_codebook(world, {first_table.files.front().path}, {});
  const auto second_book = insight::read_codebook(world, {second_table.files.front().path}, {});
  const auto first_attributes = io::column_attributes(world, first_table, places(first_taken));
  const auto second_attributes = io::column_attributes(world, second_table, places(second_taken));
  const auto held = held_of_rows(first_table, second_table, world.size());
  const auto where = place_bytes(world, options.memory, held, held, reporter);
  io::Shard first(world, first_table);
  io::Shard second(world, second_table);
  first.keep_rows_in(where);
  second.keep_rows_in(where);
  io::OutputFile file(world, options.output);  // before the long passes: an unwritable folder shows at once

  reporter.stage(fmt::format("finding the ids of {} rows among {}", first_table.rows(), second_table.rows()));
  (void)io::id_column(first_table, ids.first);
  io::require_unique_ids(world, second, ids.second);
  auto rows = io::find_rows(world, first, ids.first, second, ids.second);
  forget_missing(first, ids.first, rows.values);
  const auto found =
      comm::sum_over_ranks(world, static_cast<std::int64_t>(rows.values.size()) -
                                      std::count(rows.values.begin(), rows.values.end(), io::no_such_row));
  if (found == 0)
    reporter.warn(fmt::format("no row of {} has an id that is in {}: is --id the right column?",
                              io::files_name(first_table), io::files_name(second_table)));
  reporter.stage("looking at the columns");
  const auto ours = carry(world, first, first_taken, first_attributes, false, reporter);
  const auto theirs =
      carry(world, second, second_taken, second_attributes, found < first_table.rows(), reporter);
  comm::run_on_root(world, [&] {
    const io::SpaceDemand demand{
        options.output, (ours.row_bytes() + theirs.row_bytes()) * static_cast<double>(first_table.rows())};
    io::require_space(std::span(&demand, 1));
  });

  reporter.stage(fmt::format("writing {} rows", first_table.rows()));
  const auto& group = first_table.name;
  for (const auto* side : {&ours, &theirs}) create_columns(*side, file, group, first_table.rows());
  const auto all = ours.row_bytes() + theirs.row_bytes();
  const auto of_second = theirs.row_bytes() / all;
  // The second's first: what its cells are refused for shows early.
  write_second(world, theirs, first, rows.values, file, group,
               [&](double share) { reporter.progress("rows", share * of_second); });
  write_columns(world, ours, file, group,
                [&](double share) { reporter.progress("rows", of_second + share * (1 - of_second)); });
  const auto book = put_together(first_book, second_book, second_table, second_taken);
  if (!book.labels().empty()) insight::write_codebook(file, book);
  comm::heed_last_stop_requests(world);
  file.commit();
  reporter.stage("done");
  reporter.summary(summary(options, ours, theirs, found, rows.not_asked));
}

}  // namespace psychograph::runs

#include "quarters/history.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <numeric>
#include <system_error>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/input_file.hpp"
#include "io/storage.hpp"
#include "io/text_encoding.hpp"
#include "results/archive.hpp"
#include "results/layout.hpp"
#include "results/tidy_table.hpp"
#include "stats/suppression.hpp"

namespace psychograph::quarters {
namespace {

constexpr auto root = results::layout::history;

/// Reads everything below one group of one file.
class Reader {
 public:
  explicit Reader(const io::InputFile& file) : file_(file) {}

  /// `object`, its attributes and all below it. The program makes no links but those that hold an object: by
  /// others the way could lead round in circles.
  void add_all(const std::string& object, std::vector<StoredItem>& items) {
    H5L_info_t link{};
    H5O_info_t info{};
    const bool held =
        H5Lget_info(file_.get(), object.c_str(), &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD &&
        H5Oget_info_by_name2(file_.get(), object.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
        info.rc == 1;
    if (!held) fail(object);
    const auto handle = file_.object(object);
    const bool group = H5Iget_type(handle.get()) == H5I_GROUP;
    items.push_back(group ? StoredItem{StoredItem::Sort::group, object, {}, {}, {}, {}}
                          : dataset(object, handle.get()));
    H5O_info_t attributes{};
    if (H5Oget_info2(handle.get(), &attributes, H5O_INFO_NUM_ATTRS) < 0) fail(object);
    for (hsize_t i = 0; i < attributes.num_attrs; ++i) {
      const auto attribute = io::attribute_handle(
          H5Aopen_by_idx(handle.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT));
      if (!attribute) fail(object);
      items.push_back(this->attribute(object, attribute.get()));
    }
    if (!group) return;
    for (const auto& name : file_.members(object)) add_all(fmt::format("{}/{}", object, name), items);
  }

 private:
  StoredItem dataset(const std::string& object, hid_t id) {
    const auto type = io::type_handle(H5Dget_type(id));
    const auto space = io::space_handle(H5Dget_space(id));
    if (!io::is_stored(id)) fail(object);
    auto item = described(StoredItem::Sort::dataset, object, type.get(), space.get());
    if (H5Dread(id, type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, item.bytes.data()) < 0) fail(object);
    return item;
  }

  StoredItem attribute(const std::string& object, hid_t id) {
    const auto type = io::type_handle(H5Aget_type(id));
    const auto space = io::space_handle(H5Aget_space(id));
    auto item = described(StoredItem::Sort::attribute, object, type.get(), space.get());
    item.name.resize(static_cast<std::size_t>(std::max<ssize_t>(0, H5Aget_name(id, 0, nullptr))));
    H5Aget_name(id, item.name.size() + 1, item.name.data());
    if (H5Aread(id, type.get(), item.bytes.data()) < 0) fail(object);
    return item;
  }

  StoredItem described(StoredItem::Sort sort, const std::string& object, hid_t type, hid_t space) {
    const auto kind = H5Tget_class(type);  // others hold addresses, which mean nothing elsewhere
    if ((kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_STRING) || H5Tis_variable_str(type) > 0)
      fail(object);
    StoredItem item{sort, object, {}, {}, {}, {}};
    std::size_t length = 0;
    if (H5Tencode(type, nullptr, &length) < 0) fail(object);
    item.type.resize(length);
    H5Tencode(type, item.type.data(), &length);
    for (const auto extent : io::dimensions(space)) item.dims.push_back(static_cast<std::int64_t>(extent));
    const auto cells =
        std::accumulate(item.dims.begin(), item.dims.end(), std::int64_t{1}, std::multiplies<>());
    item.bytes.resize(static_cast<std::size_t>(cells) * H5Tget_size(type));
    return item;
  }

  [[noreturn]] void fail(const std::string& object) const {
    throw core::data_error(
        fmt::format("{}: {} is damaged, or no history of this program's", file_.path(), object));
  }

  const io::InputFile& file_;
};

std::int32_t largest_id_of(const std::vector<StoredItem>& items, const std::string& path) {
  for (const auto& item : items) {
    if (item.sort != StoredItem::Sort::attribute || item.object != root || item.name != "largest_id")
      continue;
    std::int64_t value = -1;
    const auto type = io::type_handle(H5Tdecode(item.type.data()));
    if (item.bytes.size() != sizeof value || H5Tequal(type.get(), H5T_STD_I64LE) <= 0) break;
    std::copy(item.bytes.begin(), item.bytes.end(), reinterpret_cast<char*>(&value));
    if (value < 0 || value > results::highest_id) break;
    return static_cast<std::int32_t>(value);
  }
  throw core::data_error(
      fmt::format("{}: {} is damaged: it has no largest_id that could be one", path, root));
}

std::string entry_name(std::int64_t quarter) { return fmt::format("{}/{:04}", root, quarter); }

/// Of an entry, by its name.
std::int64_t number_of(const std::string& name, const std::string& path) {
  constexpr std::int64_t last = 9998;  // another one follows, and names sort as numbers do
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && number >= 0 && number <= last &&
      entry_name(number) == fmt::format("{}/{}", root, name))
    return number;
  throw core::data_error(fmt::format("{}: {}/{} is no quarter's number", path, root, name));
}

/// Users name segments with any program.
std::vector<std::string> utf8_of(std::vector<std::string> names) {
  for (auto& name : names) name = io::as_utf8(name);
  return names;
}

History read(const std::string& path) {
  const io::InputFile file(path, "result of segment");
  History history;
  if (file.has(results::layout::segment_name))
    history.names = utf8_of(file.strings(results::layout::segment_name));
  if (!file.has(root)) return history;
  std::vector<StoredItem> items;
  Reader(file).add_all(root, items);
  history.largest_id = largest_id_of(items, path);
  const auto quarters = file.members(root);
  for (const auto& quarter : quarters) history.next_quarter = number_of(quarter, path) + 1;
  std::copy_if(items.begin(), items.end(), std::back_inserter(history.items),
               [](const StoredItem& item) { return item.object != root; });
  return history;
}

void write_segments(io::OutputFile& file, const std::string& entry, const std::vector<std::int32_t>& ids,
                    const std::vector<std::string>& names, const std::vector<std::int64_t>& sizes,
                    const std::vector<double>& shares) {
  const auto k = static_cast<std::int64_t>(ids.size());
  file.write_whole<std::int32_t>(entry + "/segments/id", {k}, ids);
  file.write_strings(entry + "/segments/name", names);
  file.write_whole<std::int64_t>(entry + "/segments/size", {k}, sizes);
  file.write_whole<double>(entry + "/segments/share", {k}, shares);
}

void write_first(io::OutputFile& file, const Comparison& comparison) {
  const auto entry = entry_name(0);
  const auto& previous = comparison.previous;
  file.create_group(entry);
  file.set_attribute(entry, "input_fingerprint", previous.input_fingerprint);
  file.set_attribute(entry, "model_sha256", previous.model_sha256);
  file.set_attribute(entry, "n", previous.customers);
  write_segments(file, entry, previous.model.ids, comparison.old_names, previous.sizes, previous.shares);
}

/// Cells [rows, columns] about fewer than `min_cell` become results::no_count, and those that would tell
/// them.
void withhold_cells(std::vector<std::int64_t>& cells, std::size_t rows, std::size_t columns,
                    std::int64_t min_cell) {
  if (min_cell == 0) return;
  constexpr std::size_t most = 10'000;  // of more, the least that must be withheld takes long to find
  if (cells.size() > most) {
    std::fill(cells.begin(), cells.end(), results::no_count);
    return;
  }
  const auto withheld = stats::withhold(cells, rows, columns, min_cell);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      if (withheld.at(row, column)) cells[row * columns + column] = results::no_count;
    }
  }
}

void write_migration(io::OutputFile& file, const std::string& entry, const Comparison& comparison,
                     std::int64_t min_cell) {
  const auto& migration = comparison.migration;
  const auto old = migration.old_segments();
  const auto now = migration.new_segments();
  std::vector<std::int64_t> table;
  std::vector<std::int64_t> out_before;
  std::vector<std::int64_t> out_now;
  for (std::size_t a = 0; a <= old; ++a) {
    for (std::size_t b = 0; b <= now; ++b) table.push_back(migration.at(a, b));
    out_now.push_back(migration.at(a, migration.out_now()));
  }
  for (std::size_t b = 0; b <= now; ++b) out_before.push_back(migration.at(migration.out_before(), b));
  withhold_cells(table, old + 1, now + 1, min_cell);
  withhold_cells(out_before, 1, now + 1, min_cell);
  withhold_cells(out_now, old + 1, 1, min_cell);
  std::vector<std::int64_t> out_both{migration.at(migration.out_before(), migration.out_now())};
  withhold_cells(out_both, 1, 1, min_cell);
  const auto rows = static_cast<std::int64_t>(old);
  const auto columns = static_cast<std::int64_t>(now);
  file.write_whole<std::int64_t>(entry + "/migration", {rows + 1, columns + 1}, table);
  file.write_whole<std::int32_t>(entry + "/old_id", {rows}, comparison.old.ids);
  file.write_whole<std::int32_t>(entry + "/new_id", {columns}, comparison.new_ids);
  file.write_whole<std::int64_t>(entry + "/left_out_before", {columns + 1}, out_before);
  file.write_whole<std::int64_t>(entry + "/left_out_now", {rows + 1}, out_now);
  file.set_attribute(entry, "left_out_both", out_both.front());
}

/// A column of a table: `of` each row.
template <class T, class Row, class Of>
std::vector<T> column(const std::vector<Row>& rows, Of of) {
  std::vector<T> values;
  for (const auto& row : rows) values.push_back(static_cast<T>(std::invoke(of, row)));
  return values;
}

void write_matches(io::OutputFile& file, const std::string& entry, const std::vector<SegmentDrift>& rows) {
  const auto group = entry + "/matches/";
  const auto k = static_cast<std::int64_t>(rows.size());
  const auto numbers = [&](const char* name, auto of) {
    file.write_whole<double>(group + name, {k}, column<double>(rows, of));
  };
  const auto counts = [&](const char* name, auto of) {
    file.write_whole<std::int64_t>(group + name, {k}, column<std::int64_t>(rows, of));
  };
  file.write_whole<std::int32_t>(group + "id", {k}, column<std::int32_t>(rows, &SegmentDrift::id));
  file.write_strings(group + "name", column<std::string>(rows, &SegmentDrift::name));
  counts("size_before", &SegmentDrift::size_before);
  counts("size_now", &SegmentDrift::size_now);
  numbers("share_before", &SegmentDrift::share_before);
  numbers("share_now", &SegmentDrift::share_now);
  counts("shared", &SegmentDrift::shared);
  numbers("share_of_old", &SegmentDrift::share_of_old);
  numbers("share_of_new", &SegmentDrift::share_of_new);
  numbers("shift", [](const auto& row) { return row.shift.distance; });
  numbers("shift_per_column", [](const auto& row) { return row.shift.per_column; });
  numbers("largest_shift", [](const auto& row) { return row.shift.column_shift; });
  file.write_strings(group + "largest_shift_column",
                     column<std::string>(rows, [](const auto& row) { return row.shift.column; }));
}

void write_events(io::OutputFile& file, const std::string& entry, const Comparison& comparison) {
  const auto group = entry + "/events/";
  const auto& rows = comparison.events;
  const auto count = static_cast<std::int64_t>(rows.size());
  const auto id_of = [](const std::vector<std::int32_t>& ids, std::int32_t index) {
    return index < 0 ? -1 : ids[static_cast<std::size_t>(index)];
  };
  file.write_strings(group + "change",
                     column<std::string>(rows, [](const Event& e) { return to_string(e.change); }));
  file.write_whole<std::int32_t>(group + "old_id", {count}, column<std::int32_t>(rows, [&](const Event& e) {
                                   return id_of(comparison.old.ids, e.old_segment);
                                 }));
  file.write_whole<std::int32_t>(group + "new_id", {count}, column<std::int32_t>(rows, [&](const Event& e) {
                                   return id_of(comparison.new_ids, e.new_segment);
                                 }));
  file.write_whole<std::int64_t>(group + "shared", {count}, column<std::int64_t>(rows, &Event::customers));
  file.write_whole<double>(group + "share_of_old", {count}, column<double>(rows, &Event::share_of_old));
  file.write_whole<double>(group + "share_of_new", {count}, column<double>(rows, &Event::share_of_new));
}

void write_features(io::OutputFile& file, const std::string& entry, const std::vector<FeatureDrift>& rows) {
  const auto group = entry + "/features/";
  const auto q = static_cast<std::int64_t>(rows.size());
  file.write_strings(group + "name", column<std::string>(rows, &FeatureDrift::name));
  file.write_whole<double>(group + "stability_index", {q}, column<double>(rows, &FeatureDrift::stability));
  file.write_whole<double>(group + "mean_shift", {q}, column<double>(rows, &FeatureDrift::mean_shift));
  file.write_whole<double>(group + "missing_before", {q},
                           column<double>(rows, &FeatureDrift::missing_before));
  file.write_whole<double>(group + "missing_now", {q}, column<double>(rows, &FeatureDrift::missing_now));
  std::vector<std::string> features;
  std::vector<std::string> levels;
  std::vector<std::string> changes;
  for (const auto& row : rows) {
    const auto add = [&](const std::vector<std::string>& names, const char* change) {
      for (const auto& name : names) {
        features.push_back(row.name);
        levels.push_back(name);
        changes.emplace_back(change);
      }
    };
    add(row.new_levels, "new");
    add(row.gone_levels, "gone");
  }
  file.write_strings(entry + "/levels/feature", features);
  file.write_strings(entry + "/levels/name", levels);
  file.write_strings(entry + "/levels/change", changes);
}

void write_verdict(io::OutputFile& file, const std::string& entry, const Verdict& verdict) {
  file.set_attribute(entry, "verdict", std::string(to_string(verdict.advice)));
  file.write_strings(entry + "/verdict/reasons", verdict.reasons);
  const std::vector<Limit> rows(limits.begin(), limits.end());
  const auto count = static_cast<std::int64_t>(rows.size());
  file.write_strings(entry + "/verdict/figure", column<std::string>(rows, &Limit::figure));
  file.write_whole<double>(entry + "/verdict/refresh_from", {count}, column<double>(rows, &Limit::refresh));
  file.write_whole<double>(entry + "/verdict/investigate_from", {count},
                           column<double>(rows, &Limit::investigate));
}

}  // namespace

History read_history(const comm::Communicator& world, const std::string& path) {
  return comm::run_on_root(world, [&] { return read(path); });
}

void write_history(io::OutputFile& file, const History& earlier, const Comparison& comparison,
                   const results::Result& result, std::int32_t largest_id) {
  const auto& previous = comparison.previous;
  file.create_group(root);
  file.set_attribute(root, "largest_id", std::int64_t{largest_id});
  for (const auto& item : earlier.items) {
    if (item.sort == StoredItem::Sort::group) {
      file.create_group(item.object);
      continue;
    }
    const auto type = io::type_handle(H5Tdecode(item.type.data()));
    if (item.sort == StoredItem::Sort::dataset) {
      file.write_whole(item.object, type.get(), item.dims, item.bytes.data());
    } else {
      file.set_attribute(item.object, item.name.c_str(), type.get(), item.dims, item.bytes.data());
    }
  }
  if (earlier.items.empty()) write_first(file, comparison);
  const auto entry = entry_name(earlier.next_quarter);
  const auto model_sha256 = results::sha256(results::to_archive(result.model));
  file.create_group(entry);
  file.set_attribute(entry, "input_fingerprint", result.input_fingerprint);
  file.set_attribute(entry, "model_sha256", model_sha256);
  file.set_attribute(entry, "previous_input_fingerprint", previous.input_fingerprint);
  file.set_attribute(entry, "previous_model_sha256", previous.model_sha256);
  file.set_attribute(entry, "n", result.customers);
  file.set_attribute(entry, "joined_by", std::string(comparison.by_ids ? "customer id" : "nothing"));
  file.set_attribute(entry, "matched_by",
                     std::string(comparison.matching.by == MatchedBy::customers ? "customers" : "centroids"));
  file.set_attribute(entry, "kept_share", comparison.kept_share());
  write_segments(file, entry, result.model.ids, result.model.names, result.segments.size,
                 result.segments.shares());
  write_migration(file, entry, comparison, result.min_cell);
  write_matches(file, entry, comparison.segments);
  write_events(file, entry, comparison);
  write_features(file, entry, comparison.features);
  write_verdict(file, entry, comparison.verdict);
  file.set_attribute(results::layout::run, "previous_fingerprint", previous.input_fingerprint);
  file.set_attribute(results::layout::run, "previous_model_sha256", previous.model_sha256);
}

}  // namespace psychograph::quarters

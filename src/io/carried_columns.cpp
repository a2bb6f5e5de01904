#include "io/carried_columns.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/links.hpp"
#include "io/windows.hpp"

namespace psychograph::io {
namespace {

/// How a column is written.
struct Carried {
  std::size_t column = 0;
  std::string path;  ///< of its cells
  Handle type;
  std::size_t bytes = 0;
  enum class Sort { same, whole, floating, text, codes } sort = Sort::same;
  std::vector<std::map<std::int64_t, std::int32_t>> codes;  ///< by file: stored number to code
};

bool has_names(const Column& column) {
  return column.type == ColumnType::enumeration || column.type == ColumnType::coded;
}

/// The code of the stored type where all files of all ranks have the same; else none.
std::optional<ElementType::Code> common_code(const comm::Communicator& world, const Shard& shard,
                                             std::size_t column) {
  std::int64_t least = INT64_MAX;
  std::int64_t most = INT64_MIN;
  for (const auto& type : shard.element_types(column)) {
    least = std::min(least, static_cast<std::int64_t>(type.code));
    most = std::max(most, static_cast<std::int64_t>(type.code));
  }
  least = comm::min_over_ranks(world, least);
  most = comm::max_over_ranks(world, most);
  const auto code = static_cast<ElementType::Code>(most);
  if (least != most || !is_number(code)) return std::nullopt;
  return code;
}

std::int64_t longest_text(const comm::Communicator& world, const Shard& shard, std::size_t column) {
  std::size_t longest = 1;
  shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    for (std::size_t i = 0; i < block.count; ++i) longest = std::max(longest, text(block, i).size());
  });
  return comm::max_over_ranks(world, static_cast<std::int64_t>(longest));
}

void settle_codes(const Column& column, Carried& carried, std::vector<std::string>& names) {
  carried.sort = Carried::Sort::codes;
  carried.path += "/codes";
  for (const auto& levels : column.levels) {
    auto& codes = carried.codes.emplace_back();
    for (std::size_t i = 0; i < levels.names.size(); ++i) {
      auto at = std::find(names.begin(), names.end(), levels.names[i]);
      if (at == names.end()) at = names.insert(at, levels.names[i]);
      codes.emplace(levels.values[i], static_cast<std::int32_t>(at - names.begin()));
    }
  }
}

void mark(const Shard& shard, const Carried& carried, OutputFile& file) {
  const auto& column = shard.table().columns[carried.column];
  spec::Sentinels marked;
  for (const auto& [index, sentinels] : column.marked_missing) marked = spec::united(marked, sentinels);
  if (carried.sort == Carried::Sort::codes) return;
  if (!marked.texts.empty() && carried.sort == Carried::Sort::text)
    file.set_attribute(carried.path, "missing_value", marked.texts.front());
  if (marked.numbers.empty()) return;
  const auto count = static_cast<std::int64_t>(marked.numbers.size());
  if (column.type == ColumnType::integer) {
    std::vector<std::int64_t> numbers;
    for (const auto& number : marked.numbers)
      numbers.push_back(number.value >= 0x1p63 ? INT64_MAX
                                               : static_cast<std::int64_t>(number.value) + number.rest);
    file.set_attribute(carried.path, "missing_value", H5T_NATIVE_INT64, {count}, numbers.data());
  } else {
    std::vector<double> numbers;
    for (const auto& number : marked.numbers) numbers.push_back(number.value);
    file.set_attribute(carried.path, "missing_value", H5T_NATIVE_DOUBLE, {count}, numbers.data());
  }
}

Carried create(const comm::Communicator& world, const Shard& shard, std::size_t index, OutputFile& file,
               const std::string& group) {
  const auto& column = shard.table().columns[index];
  const auto rows = shard.table().rows();
  Carried carried{index, group + "/" + column.name, {}, 0, Carried::Sort::same, {}};
  std::vector<std::string> names;
  if (has_names(column)) {
    settle_codes(column, carried, names);
    carried.type = type_handle(H5Tcopy(names.size() < 128 ? H5T_NATIVE_INT8 : H5T_NATIVE_INT32));
  } else if (column.type == ColumnType::text) {
    carried.sort = Carried::Sort::text;
    carried.type = string_type(static_cast<std::size_t>(longest_text(world, shard, index)));
  } else if (const auto code = common_code(world, shard, index)) {
    carried.type = type_handle(H5Tcopy(native_number(*code)));
  } else {
    const bool floating = column.type == ColumnType::floating;
    carried.sort = floating ? Carried::Sort::floating : Carried::Sort::whole;
    carried.type = type_handle(H5Tcopy(floating ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64));
  }
  carried.bytes = H5Tget_size(carried.type.get());
  file.create(carried.path, carried.type.get(), {rows});
  if (has_names(column)) file.write_strings(group + "/" + column.name + "/categories", names);
  mark(shard, carried, file);
  auto units = comm::run_on_all_ranks(world, [&] {
    return world.rank() == 0 && holds_numbers(column) ? units_of(shard.table(), column.name)
                                                      : std::vector<std::string>();
  });
  boost::mpi::broadcast(world, units, 0);
  if (units.empty() || units.front().empty()) return carried;
  if (std::adjacent_find(units.begin(), units.end(), std::not_equal_to<>()) != units.end())
    throw core::data_error(fmt::format("{}: column \"{}\" counts in other units from file to file",
                                       files_name(shard.table()), column.name));
  file.set_attribute(carried.path, "units", units.front());
  return carried;
}

void store_codes(const Carried& carried, const RawBlock& block, std::byte* out) {
  std::vector<std::int64_t> stored(block.count);
  integers(block, stored);
  const auto& codes = carried.codes[block.file];
  for (std::size_t i = 0; i < block.count; ++i) {
    const auto found = codes.find(stored[i]);
    const std::int32_t code = found == codes.end() ? -1 : found->second;
    if (carried.bytes == 1) {
      out[i] = static_cast<std::byte>(static_cast<std::int8_t>(code));
    } else {
      std::memcpy(out + i * sizeof code, &code, sizeof code);
    }
  }
}

void store(const Carried& carried, const RawBlock& block, std::byte* out) {
  switch (carried.sort) {
    case Carried::Sort::same:
      for (std::size_t i = 0; i < block.count; ++i)
        std::memcpy(out + i * carried.bytes, block.data + i * block.stride, carried.bytes);
      return;
    case Carried::Sort::whole:
      return integers(block, std::span(reinterpret_cast<std::int64_t*>(out), block.count));
    case Carried::Sort::floating:
      return numbers(block, {}, std::span(reinterpret_cast<double*>(out), block.count));
    case Carried::Sort::text:
      std::memset(out, 0, block.count * carried.bytes);
      for (std::size_t i = 0; i < block.count; ++i) {
        const auto cell = text(block, i);
        std::memcpy(out + i * carried.bytes, cell.data(), std::min(cell.size(), carried.bytes));
      }
      return;
    case Carried::Sort::codes:
      return store_codes(carried, block, out);
  }
}

}  // namespace

void carry_columns(const comm::Communicator& world, const Shard& shard,
                   const std::vector<std::size_t>& columns, OutputFile& file, const std::string& group) {
  constexpr std::int64_t window_rows = std::int64_t{1} << 17U;
  for (const auto column : columns) {
    const auto carried = create(world, shard, column, file, group);
    std::vector<std::byte> cells;
    for (Windows windows(world, shard, {column}, window_rows); windows.next();) {
      const auto rows = windows.rows();
      cells.resize(static_cast<std::size_t>(rows.size()) * carried.bytes);
      windows.read([&](const RawBlock& block) {
        store(carried, block,
              cells.data() + static_cast<std::size_t>(block.first - rows.begin) * carried.bytes);
      });
      file.write_block(carried.path, shard.rows().begin + rows.begin, rows.size(), cells.data());
    }
  }
}

std::vector<std::string> units_of(const Table& table, const std::string& column) {
  std::vector<std::string> units;
  for (const auto& file : table.files) {
    auto& found = units.emplace_back();
    if (table.layout != Layout::columns) continue;
    const Fence fence(file.path);
    const Handle access(comm::reading_file_access(), H5Pclose);
    const auto opened = file_handle(H5Fopen(file.path.c_str(), H5F_ACC_RDONLY, access.get()));
    if (!opened) continue;
    const auto links = link_access(table.external);
    const auto name = fmt::format("{}/{}", table.name, column);
    const auto dataset = object_handle(H5Oopen(opened.get(), name.c_str(), links.get()));
    if (!dataset || H5Aexists(dataset.get(), "units") <= 0) continue;
    const auto texts = read_string_attribute(dataset.get(), "units");
    if (texts.size() == 1) found = texts.front();
  }
  return units;
}

}  // namespace psychograph::io

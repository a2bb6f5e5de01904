#include "io/id_format.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "io/csv_record.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::io {

std::size_t id_column(const Table& table, const std::string& name) {
  const auto column = require_column(table, name, "input.id");
  const auto type = table.columns[column].type;
  if (type == ColumnType::enumeration || type == ColumnType::coded) {
    throw core::data_error(
        fmt::format("{}: column \"{}\" holds categories: it can't be the id", files_name(table), name));
  }
  return column;
}

void require_present(const Table& table, const RawBlock& block, std::int64_t first_row) {
  const auto& column = table.columns[block.column];
  const auto& marked = column.marked_in(block.file);
  std::size_t i = 0;
  if (column.type == ColumnType::text) {
    const auto is_there = [&](std::string_view id) {
      return !id.empty() && std::find(marked.texts.begin(), marked.texts.end(), id) == marked.texts.end();
    };
    while (i < block.count && is_there(text(block, i))) ++i;
  } else if (!block.type->is_integer || !marked.numbers.empty()) {
    std::vector<double> values(block.count);
    numbers(block, marked, values);
    while (i < block.count && !std::isnan(values[i])) ++i;
  } else {
    return;
  }
  if (i == block.count) return;
  throw core::data_error(
      fmt::format("{}: the id is missing: every customer needs one of their own",
                  cell_name(table, column.name, first_row + static_cast<std::int64_t>(i))));
}

IdFormat::IdFormat(const comm::Communicator& world, const Shard& shard,
                   const std::optional<std::string>& column)
    : shard_(&shard) {
  if (!column) {
    type_ = type_handle(H5Tcopy(H5T_NATIVE_INT64));
    bytes_ = sizeof(std::int64_t);
    return;
  }
  column_ = id_column(shard.table(), *column);
  text_ = shard.table().columns[*column_].type == ColumnType::text;
  floating_ = shard.table().columns[*column_].type == ColumnType::floating;
  if (text_) {
    find_longest_text(world, shard);
  } else {
    find_number_type(world, shard);
  }
}

void IdFormat::find_number_type(const comm::Communicator& world, const Shard& shard) {
  // The stored type where every rank meets the same one; the widest of its family otherwise.
  constexpr std::int64_t none = -1;
  constexpr std::int64_t differ = 1000;
  std::int64_t code = none;
  std::int64_t all_unsigned = 1;
  for (const auto& type : shard.element_types(*column_)) {
    const auto found = type.code == ElementType::Code::other ? differ : static_cast<std::int64_t>(type.code);
    code = code == none || code == found ? found : differ;
    if (!type.is_unsigned) all_unsigned = 0;
  }
  const auto most = comm::max_over_ranks(world, code);
  const auto least = comm::min_over_ranks(world, code == none ? most : code);
  widened_ = most != least || most == differ;
  unsigned_ = comm::min_over_ranks(world, all_unsigned) == 1;
  const hid_t widest = floating_ ? H5T_NATIVE_DOUBLE : unsigned_ ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
  type_ = type_handle(H5Tcopy(widened_ ? widest : native_number(static_cast<ElementType::Code>(most))));
  bytes_ = H5Tget_size(type_.get());
}

void IdFormat::find_longest_text(const comm::Communicator& world, const Shard& shard) {
  std::size_t longest = 1;
  shard.read(std::span(&*column_, 1), [&](const RawBlock& block) {
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto id = text(block, i);
      longest = std::max(longest, id.size());
      if (is_storable_text(id)) continue;
      throw core::data_error(fmt::format(
          "{}: the id \"{}\" is not UTF-8, or has a zero byte in it, and can't be stored so that it reads "
          "back: rewrite the column in UTF-8",
          cell_name(shard.table(), shard.table().columns[*column_].name,
                    shard.rows().begin + block.first + static_cast<std::int64_t>(i)),
          as_utf8(id)));
    }
  });
  bytes_ = static_cast<std::size_t>(comm::max_over_ranks(world, static_cast<std::int64_t>(longest)));
  type_ = string_type(bytes_);
}

void IdFormat::require_fit(const RawBlock& block) const {
  require_present(shard_->table(), block, shard_->rows().begin + block.first);
  const bool may_not_fit = floating_ ? block.type->is_integer : block.type->is_unsigned && !unsigned_;
  if (text_ || !widened_ || !may_not_fit) return;
  constexpr std::int64_t exact = std::int64_t{1} << 53;  // beyond, doubles leave integers out
  std::vector<std::int64_t> values(block.count);
  integers(block, values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool huge = block.type->is_unsigned && values[i] < 0;
    if (!huge && (!floating_ || std::abs(values[i]) <= exact)) continue;
    throw core::data_error(fmt::format(
        "{}: the id {} can't be told from others beside those of the other files, which are {}: give all "
        "files "
        "ids of one type",
        cell_name(shard_->table(), shard_->table().columns[*column_].name,
                  shard_->rows().begin + block.first + static_cast<std::int64_t>(i)),
        huge ? fmt::format("{}", static_cast<std::uint64_t>(values[i])) : fmt::format("{}", values[i]),
        floating_ ? "floating numbers" : "signed integers"));
  }
}

void IdFormat::copy(const RawBlock& block, std::byte* out) const {
  require_fit(block);
  if (text_) {
    std::memset(out, 0, block.count * bytes_);
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto id = text(block, i);
      if (id.size() > bytes_) {
        throw changed_since_read(shard_->table().files[block.file].path);
      }
      std::memcpy(out + i * bytes_, id.data(), id.size());
    }
  } else if (widened_ && floating_) {
    numbers(block, {}, std::span(reinterpret_cast<double*>(out), block.count));
  } else if (widened_) {
    integers(block, std::span(reinterpret_cast<std::int64_t*>(out), block.count));
  } else {
    for (std::size_t i = 0; i < block.count; ++i)
      std::memcpy(out + i * bytes_, block.data + i * block.stride, bytes_);
  }
}

void IdFormat::number_rows(std::int64_t first_row, std::int64_t count, std::byte* out) const {
  const auto rows = std::span(reinterpret_cast<std::int64_t*>(out), static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first_row);
}

}  // namespace psychograph::io

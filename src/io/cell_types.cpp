#include "io/cell_types.hpp"

#include <algorithm>

#include "comm/all_reduce.hpp"
#include "io/csv_record.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::io {
namespace {

using Code = ElementType::Code;

/// The number of this machine's that holds all of the type's; `odd` where there is none of its width.
Code machine_code(const ElementType& type, bool& odd) {
  if (type.code != Code::other) return type.code;
  if (!type.is_integer) return type.precision.digits <= 24 && type.size <= 4 ? Code::f32 : Code::f64;
  switch (type.size) {
    case 1:
      return type.is_unsigned ? Code::u8 : Code::i8;
    case 2:
      return type.is_unsigned ? Code::u16 : Code::i16;
    case 4:
      return type.is_unsigned ? Code::u32 : Code::i32;
    case 8:
      break;
    default:
      odd = true;
  }
  return type.is_unsigned ? Code::u64 : Code::i64;
}

constexpr std::size_t code_count = static_cast<std::size_t>(Code::other);

/// How many numbers of a column's types the ranks tell one another.
constexpr std::size_t told = code_count + 3;  // odd, longest, not UTF-8

}  // namespace

std::vector<CellTypes> cell_types(const comm::Communicator& world, const Shard& shard,
                                  std::span<const std::size_t> columns) {
  std::vector<std::int64_t> all(columns.size() * told, 0);
  std::vector<std::size_t> texts;
  std::vector<std::size_t> place_of(shard.table().columns.size(), 0);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    place_of[columns[i]] = i * told;
    if (shard.table().columns[columns[i]].type == ColumnType::text) texts.push_back(columns[i]);
    for (const auto& type : shard.element_types(columns[i])) {
      bool odd = false;
      all[i * told + static_cast<std::size_t>(machine_code(type, odd))] = 1;
      if (odd) all[i * told + code_count] = 1;
    }
  }
  if (!texts.empty()) {
    shard.read(texts, [&](const RawBlock& block) {
      auto& longest = all[place_of[block.column] + code_count + 1];
      for (std::size_t i = 0; i < block.count; ++i) {
        const auto cell = text(block, i);
        const bool storable = is_storable_text(cell);
        if (!storable) all[place_of[block.column] + code_count + 2] = 1;
        longest = std::max(longest, static_cast<std::int64_t>(storable ? cell.size() : as_utf8(cell).size()));
      }
    });
  }
  comm::max_over_ranks(world, all);
  std::vector<CellTypes> types(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto* facts = all.data() + i * told;
    for (std::size_t code = 0; code < code_count; ++code) {
      if (facts[code] != 0) types[i].codes.push_back(static_cast<Code>(code));
    }
    types[i].odd = facts[code_count] != 0;
    types[i].longest = static_cast<std::size_t>(std::max<std::int64_t>(1, facts[code_count + 1]));
    types[i].utf8 = facts[code_count + 2] == 0;
  }
  return types;
}

}  // namespace psychograph::io

#include "io/fingerprint.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"

namespace psychograph::io {
namespace {

using core::HashSum;

constexpr std::int64_t not_wanted = -1;
constexpr std::size_t cells_at_once = 2048;  // all that is made of them stays in the first cache

std::uint64_t bits_of(std::string_view text, const spec::Sentinels& marked = {}) {
  const bool missing =
      text.empty() || std::find(marked.texts.begin(), marked.texts.end(), text) != marked.texts.end();
  return missing ? HashSum::missing : core::hash_text(text).low;
}

/// As a double, so that a whole number is the same in a floating column; with the digits that a double drops.
std::uint64_t bits_of(std::int64_t value, bool is_unsigned) {
  const bool large = is_unsigned && value < 0;
  const double rounded =
      large ? static_cast<double>(static_cast<std::uint64_t>(value)) : static_cast<double>(value);
  const bool exact = std::abs(rounded) <= 0x1p53;
  return std::bit_cast<std::uint64_t>(rounded) ^
         (exact ? 0 : core::hash_words(static_cast<std::uint64_t>(value), 1).low);
}

/// By the code that is stored.
std::unordered_map<std::int64_t, std::uint64_t> bits_of(const Levels& levels) {
  std::unordered_map<std::int64_t, std::uint64_t> bits;
  for (std::size_t l = 0; l < levels.values.size(); ++l) bits[levels.values[l]] = bits_of(levels.names[l]);
  return bits;
}

/// Integers that no double rounds: up to 32 bits.
bool is_short_integer(ElementType::Code code) {
  using Code = ElementType::Code;
  return is_number(code) && code != Code::i64 && code != Code::u64 && code != Code::f32 && code != Code::f64;
}

}  // namespace

Fingerprint::Fingerprint(Shard& shard, std::span<const std::size_t> columns)
    : shard_(shard),
      next_row_(shard.table().columns.size(), not_wanted),
      words_(cells_at_once),
      numbers_(cells_at_once),
      codes_(cells_at_once) {
  for (const auto& column : shard.table().columns) names_.push_back(core::hash_text(column.name));
  for (const auto column : columns) next_row_[column] = 0;
  shard.watch([this](const RawBlock& block) { see(block); });
}

void Fingerprint::see(const RawBlock& block) {
  if (next_row_[block.column] != block.first) return;
  next_row_[block.column] += static_cast<std::int64_t>(block.count);
  const auto& column = shard_.table().columns[block.column];
  const auto& name = names_[block.column];
  const auto& marked = column.marked_in(block.file);
  const bool leveled = column.type == ColumnType::enumeration || column.type == ColumnType::coded;
  const bool whole = column.type == ColumnType::integer || block.type->is_unsigned;
  const auto levels = leveled ? bits_of(column.levels[block.file]) : decltype(bits_of(Levels())){};
  for (std::size_t begin = 0; begin < block.count; begin += cells_at_once) {
    const auto part = slice(block, begin, std::min(cells_at_once, block.count - begin));
    const auto first_row = static_cast<std::uint64_t>(shard_.rows().begin + part.first);
    const auto words = std::span(words_).first(part.count);
    if (column.type == ColumnType::text) {
      for (std::size_t i = 0; i < part.count; ++i) words[i] = bits_of(text(part, i), marked);
    } else if (leveled) {
      integers(part, codes_);
      for (std::size_t i = 0; i < part.count; ++i) {
        const auto place = levels.find(codes_[i]);
        words[i] = place == levels.end() ? HashSum::missing : place->second;
      }
    } else if (whole && !is_short_integer(part.type->code)) {
      integers(part, codes_);
      for (std::size_t i = 0; i < part.count; ++i) words[i] = bits_of(codes_[i], part.type->is_unsigned);
      if (!marked.numbers.empty()) {
        numbers(part, marked, numbers_);
        for (std::size_t i = 0; i < part.count; ++i) {
          if (std::isnan(numbers_[i])) words[i] = HashSum::missing;
        }
      }
    } else {
      numbers(part, marked, numbers_);
      sum_.add(std::span<const double>(numbers_).first(part.count), name, first_row);
      continue;
    }
    sum_.add(std::span<const std::uint64_t>(words), name, first_row);
  }
}

std::string Fingerprint::finish(const comm::Communicator& world) {
  // A rank without rows has seen all it can: what is left to read is known from all ranks.
  std::vector<std::int64_t> unread;
  for (const auto row : next_row_) unread.push_back(row != not_wanted && row < shard_.rows().size() ? 1 : 0);
  comm::max_over_ranks(world, unread);
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < unread.size(); ++c) {
    if (unread[c] != 0) columns.push_back(c);
  }
  if (!columns.empty()) shard_.read(columns, [](const RawBlock&) {});
  // The digits have room for all ranks' sums; the carries come after.
  auto digits = sum_.digits();
  comm::sum_over_ranks(world, digits);
  for (std::size_t d = 0; d + 1 < digits.size(); ++d) {
    digits[d + 1] += digits[d] >> 32;
    digits[d] &= 0xffffffff;
  }
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", digits[3] & 0xffffffff, digits[2], digits[1], digits[0]);
}

}  // namespace psychograph::io

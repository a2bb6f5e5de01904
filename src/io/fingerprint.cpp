#include "io/fingerprint.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/hash.hpp"

namespace psychograph::io {
namespace {

using core::Hash128;

void add(Hash128& sum, const Hash128& value) {
  const auto before = sum.low;
  sum.low += value.low;
  sum.high += value.high + (sum.low < before ? 1 : 0);
}

/// A cell as 64 bits that do not depend on how wide it is stored.
class CellBits {
 public:
  void set(const Table& table, const RawBlock& block) {
    const auto& column = table.columns[block.column];
    bits_.resize(block.count);
    if (column.type == ColumnType::text) {
      for (std::size_t i = 0; i < block.count; ++i) bits_[i] = bits_of(text(block, i));
    } else if (column.type == ColumnType::enumeration || column.type == ColumnType::coded) {
      set_levels(column.levels[block.file], block);
    } else if (block.type->is_unsigned || table.columns[block.column].type == ColumnType::integer) {
      set_integers(block);
    } else {
      numbers_.resize(block.count);
      numbers(block, {}, numbers_);
      for (std::size_t i = 0; i < block.count; ++i) {
        bits_[i] =
            std::isnan(numbers_[i]) ? missing : std::bit_cast<std::uint64_t>(numbers_[i] + 0.0);  // -0 is 0
      }
    }
  }
  [[nodiscard]] std::uint64_t operator[](std::size_t i) const { return bits_[i]; }

 private:
  static constexpr std::uint64_t missing = 0x7ff8000000000000U;

  /// As doubles, so that a whole number is the same in a floating column; with the digits that a double
  /// drops.
  void set_integers(const RawBlock& block) {
    codes_.resize(block.count);
    integers(block, codes_);
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto value = codes_[i];
      const bool large = block.type->is_unsigned && value < 0;
      const double rounded =
          large ? static_cast<double>(static_cast<std::uint64_t>(value)) : static_cast<double>(value);
      const bool exact = std::abs(rounded) <= 0x1p53;
      bits_[i] = std::bit_cast<std::uint64_t>(rounded) ^
                 (exact ? 0 : core::hash_words(static_cast<std::uint64_t>(value), 1).low);
    }
  }

  static std::uint64_t bits_of(std::string_view text) {
    return text.empty() ? missing : core::hash_text(text).low;
  }

  void set_levels(const Levels& levels, const RawBlock& block) {
    codes_.resize(block.count);
    integers(block, codes_);
    std::vector<std::uint64_t> hashes;
    for (const auto& name : levels.names) hashes.push_back(bits_of(name));
    for (std::size_t i = 0; i < block.count; ++i) {
      bits_[i] = missing;
      for (std::size_t l = 0; l < levels.values.size(); ++l) {
        if (levels.values[l] == codes_[i]) bits_[i] = hashes[l];
      }
    }
  }

  std::vector<std::uint64_t> bits_;
  std::vector<double> numbers_;
  std::vector<std::int64_t> codes_;
};

}  // namespace

std::string fingerprint(const comm::Communicator& world, const Shard& shard,
                        std::span<const std::size_t> columns) {
  Hash128 local;
  CellBits cells;
  shard.read(columns, [&](const RawBlock& block) {
    const auto column = core::hash_text(shard.table().columns[block.column].name);
    const auto first_row = static_cast<std::uint64_t>(shard.rows().begin + block.first);
    cells.set(shard.table(), block);
    for (std::size_t i = 0; i < block.count; ++i) {
      add(local,
          core::hash_words(cells[i] + column.low, (first_row + i) * 0x9e3779b97f4a7c15U + column.high));
    }
  });
  // In 32-bit digits, so that the sum over ranks can't overflow; the carries come after.
  std::array<std::int64_t, 4> digits{
      static_cast<std::int64_t>(local.low & 0xffffffffU), static_cast<std::int64_t>(local.low >> 32),
      static_cast<std::int64_t>(local.high & 0xffffffffU), static_cast<std::int64_t>(local.high >> 32)};
  comm::sum_over_ranks(world, digits);
  for (std::size_t d = 0; d + 1 < digits.size(); ++d) {
    digits[d + 1] += digits[d] >> 32;
    digits[d] &= 0xffffffff;
  }
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", digits[3] & 0xffffffff, digits[2], digits[1], digits[0]);
}

}  // namespace psychograph::io

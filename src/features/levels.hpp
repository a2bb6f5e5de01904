// Levels of categorical features: finding them over all ranks, and reading cells as level numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "features/text_guess.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// More levels than this are no categories, but an identifier or a free text.
inline constexpr std::size_t most_levels = 1000;

/// What a reader gives for an answer that is none of the levels.
inline constexpr std::int32_t unknown_level = -2;

struct FoundLevels {
  std::vector<Level> levels;
  std::int64_t missing = 0;  ///< customers without
  TextGuess texts;           ///< of a text column
};

/// The levels that occur among the rows for which `takes_part` (empty: all) is not 0, with their counts:
/// text in byte order, enums and codes in their declared order, numbers by value. Collective. Throws a data
/// error for more than `most_levels`.
FoundLevels find_levels(const comm::Communicator& world, const io::Shard& shard, const Feature& feature,
                        std::span<const std::uint8_t> takes_part);

/// The same; nothing where there are more than `most`. Collective.
std::optional<FoundLevels> find_few_levels(const comm::Communicator& world, const io::Shard& shard,
                                           const Feature& feature, std::size_t most,
                                           std::span<const std::uint8_t> takes_part = {});

/// Reads the cells of one leveled column as level numbers. Booleans are the same in every usual spelling:
/// where the levels are true and false, however spelled, so are "TRUE", "true", "True" and 1, and their
/// opposites.
class LevelReader {
 public:
  LevelReader(const io::Table& table, const Feature& feature, std::span<const Level> levels);
  /// Hears of cell `i` of a block, whose level is not known.
  using Unknown = std::function<void(std::size_t i, std::string_view name)>;
  /// The level of each cell; -1 where missing, `unknown_level` for one that is not known, of which `unknown`
  /// (may be empty) is told. `out` has block.count elements.
  void read(const io::RawBlock& block, std::span<std::int32_t> out, const Unknown& unknown = {}) const;

 private:
  void read_booleans();
  [[nodiscard]] std::int32_t number_of(const std::string& name) const;

  const io::Table& table_;
  const Feature& feature_;
  std::unordered_map<std::string, std::int32_t> numbers_;
};

}  // namespace psychograph::features

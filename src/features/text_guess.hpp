// Text columns that would be numbers but for some cells: what one bad cell makes of a column of amounts or
// ages.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/csv_guess.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// What the texts of a column are, as `import` would see them.
class TextGuess {
 public:
  /// `text` stands in `count` cells, the first of them in global row `row`.
  void see(std::string_view text, std::int64_t row, std::int64_t count = 1);
  /// Puts together what the ranks have seen. Collective.
  void agree(const comm::Communicator& world);

  /// Numbers but for some cells.
  [[nodiscard]] bool is_spoilt() const { return guess_.looks_spoilt(); }
  /// Numbers, all of them, and no codes.
  [[nodiscard]] bool is_numbers() const { return guess_.numbers() == guess_.values() && guess_.values() > 0; }
  /// Where it `is_spoilt`: which cell is no number, how many are, and what to do. Where it `is_numbers`:
  /// that.
  [[nodiscard]] std::string account(const io::Table& table, const std::string& column) const;

 private:
  struct First {
    std::int64_t row = INT64_MAX;
    std::string text;
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
      archive& row& text;
    }
  };
  [[nodiscard]] const First& first_bad() const;

  io::ColumnGuess guess_;
  std::array<First, io::cell_kinds> firsts_;  ///< of each kind
};

/// Reads a text column for that. Collective. Throws as `Shard::read` does.
TextGuess guess_text(const comm::Communicator& world, const io::Shard& shard, const std::string& column,
                     const spec::Sentinels& missing);

}  // namespace psychograph::features

// The cells of one block of any column of a table, one by one. Local.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/block.hpp"
#include "io/table.hpp"

namespace psychograph::behavior {

/// Valid as long as the block.
class ColumnCells {
 public:
  ColumnCells(const io::Table& table, const io::RawBlock& block);

  [[nodiscard]] const io::RawBlock& block() const { return block_; }
  /// Whether the cells are numbers, rather than texts or names of levels.
  [[nodiscard]] bool is_number() const { return kind_ == Kind::whole || kind_ == Kind::floating; }
  [[nodiscard]] bool is_single() const { return block_.type->code == io::ElementType::Code::f32; }
  /// NaN, the empty text, an unnamed level, or what the file marks as missing.
  [[nodiscard]] bool is_missing(std::size_t i) const;
  /// Whether the cell is a whole number of 64 bits, and which.
  [[nodiscard]] bool is_whole(std::size_t i) const;
  [[nodiscard]] std::int64_t whole(std::size_t i) const;
  /// Precondition: is_number().
  [[nodiscard]] double number(std::size_t i) const;
  /// A text (as UTF-8, `io::as_utf8`), the name of a level, or the digits of a number; valid until the next
  /// call.
  [[nodiscard]] std::string_view text(std::size_t i) const;

 private:
  enum class Kind { whole, floating, text, level };
  /// Which of the names the cell of a level has; as many as there are where it has none.
  [[nodiscard]] std::size_t level_of(std::size_t i) const;
  const io::RawBlock& block_;
  const io::Column& column_;
  const io::Levels* levels_ = nullptr;
  Kind kind_ = Kind::text;
  std::vector<std::int64_t> whole_;
  std::vector<double> numbers_;
  mutable std::string text_;
};

}  // namespace psychograph::behavior

#include "behavior/column_cells.hpp"

#include <algorithm>
#include <cmath>

#include "io/csv_cell.hpp"
#include "io/csv_record.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::behavior {

ColumnCells::ColumnCells(const io::Table& table, const io::RawBlock& block)
    : block_(block), column_(table.columns[block.column]) {
  switch (column_.type) {
    case io::ColumnType::text:
      return;
    case io::ColumnType::enumeration:
    case io::ColumnType::coded:
      kind_ = Kind::level;
      levels_ = &column_.levels[block.file];
      whole_.resize(block.count);
      io::integers(block, whole_);
      return;
    case io::ColumnType::integer:
    case io::ColumnType::floating:
      break;
  }
  const auto& marked = column_.marked_in(block.file);
  kind_ = block.type->is_integer ? Kind::whole : Kind::floating;
  if (kind_ == Kind::whole) {
    whole_.resize(block.count);
    io::integers(block, whole_);
  }
  if (kind_ == Kind::floating || !marked.empty()) {
    numbers_.resize(block.count);
    io::numbers(block, marked, numbers_);
  }
}

std::size_t ColumnCells::level_of(std::size_t i) const {
  const auto& values = levels_->values;
  const auto usual = static_cast<std::size_t>(whole_[i]);  // codes mostly count from 0
  if (usual < values.size() && values[usual] == whole_[i]) return usual;
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), whole_[i]) - values.begin());
}

bool ColumnCells::is_missing(std::size_t i) const {
  switch (kind_) {
    case Kind::whole:
      return !numbers_.empty() && std::isnan(numbers_[i]);
    case Kind::floating:
      return std::isnan(numbers_[i]);
    case Kind::text: {
      const auto cell = io::text(block_, i);
      const auto& marked = column_.marked_in(block_.file).texts;
      return io::trimmed(cell).empty() || std::find(marked.begin(), marked.end(), cell) != marked.end();
    }
    case Kind::level:
      return level_of(i) == levels_->names.size();
  }
  return false;
}

bool ColumnCells::is_whole(std::size_t i) const {
  if (kind_ == Kind::whole) return !block_.type->is_unsigned || whole_[i] >= 0;
  return kind_ == Kind::floating && numbers_[i] == std::floor(numbers_[i]) && std::abs(numbers_[i]) < 0x1p63;
}

std::int64_t ColumnCells::whole(std::size_t i) const {
  return kind_ == Kind::whole ? whole_[i] : static_cast<std::int64_t>(numbers_[i]);
}

double ColumnCells::number(std::size_t i) const {
  if (kind_ != Kind::whole) return numbers_[i];
  return block_.type->is_unsigned ? static_cast<double>(static_cast<std::uint64_t>(whole_[i]))
                                  : static_cast<double>(whole_[i]);
}

std::string_view ColumnCells::text(std::size_t i) const {
  switch (kind_) {
    case Kind::whole:
      text_ = io::whole_text(*block_.type, whole_[i]);
      return text_;
    case Kind::floating:
      text_ = io::number_text(numbers_[i]);
      return text_;
    case Kind::text: {
      const auto cell = io::trimmed(io::text(block_, i));
      if (io::is_storable_text(cell)) return cell;
      text_ = io::as_utf8(cell);
      return text_;
    }
    case Kind::level:
      return levels_->names[level_of(i)];
  }
  return {};
}

}  // namespace psychograph::behavior

#include "features/local_column.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "features/load.hpp"

namespace psychograph::features {
namespace {

constexpr std::size_t cells_at_once = 2048;

template <std::size_t size>
void copy_cells(const io::RawBlock& block, std::byte* to) {
  for (std::size_t i = 0; i < block.count; ++i)
    std::memcpy(to + i * size, block.data + i * block.stride, size);
}

/// Without the gaps between them.
void copy_cells(const io::RawBlock& block, std::byte* to) {
  const auto size = block.type->size;
  if (block.stride == size) {
    std::memcpy(to, block.data, block.count * size);
  } else if (size == 8) {
    copy_cells<8>(block, to);
  } else if (size == 4) {
    copy_cells<4>(block, to);
  } else {
    for (std::size_t i = 0; i < block.count; ++i)
      std::memcpy(to + i * size, block.data + i * block.stride, size);
  }
}

}  // namespace

void LocalColumn::start(const Feature& feature) {
  feature_ = &feature;
  pieces_.clear();
  values_.clear();
  extremes_ = {};
  count_ = 0;
  first_missing_ = std::numeric_limits<std::int64_t>::max();
  cells_.resize(cells_at_once);
  counts_.reset();
  if (ValueCounts::suits(*shard_, feature)) counts_.emplace(*shard_, *participation_, feature);
}

void LocalColumn::release() {
  pieces_.clear();
  bytes_ = io::PageBuffer(where());
  values_ = core::RowVector<double>(where());
}

void LocalColumn::add(const io::RawBlock& block) {
  const auto& table = shard_->table();
  if (counts_) {
    counts_->add(block);
    look_at_counts();
    return keep(block);
  }
  for (std::size_t begin = 0; begin < block.count; begin += cells_at_once) {
    const auto part = io::slice(block, begin, std::min(cells_at_once, block.count - begin));
    const auto values = std::span(cells_).first(part.count);
    block_numbers(table, part, *feature_, values);
    stats::Extremes all;
    stats::find_extremes(values, all);
    if (all.highest > largest_value || all.lowest < -largest_value)
      check_finite(table, part, shard_->rows().begin + part.first, values);
    look(static_cast<std::size_t>(part.first), values, all);
  }
  keep(block);
}

void LocalColumn::look_at_counts() {
  extremes_ = counts_->extremes();
  count_ = counts_->observed();
  first_missing_ = counts_->first_missing();
}

void LocalColumn::add(core::RowVector<double> values) {
  values_ = std::move(values);
  for_each([this](std::size_t first, std::span<double> part) {
    stats::Extremes all;
    stats::find_extremes(part, all);
    look(first, part, all);
  });
}

void LocalColumn::keep(const io::RawBlock& block) {
  const auto cell = shard_->table().columns[block.column].bytes;
  auto* const to =
      bytes_.at_least(shard_->local_rows() * cell) + static_cast<std::size_t>(block.first) * cell;
  Piece piece{block, *block.type};
  if (io::is_number(block.type->code)) {
    copy_cells(block, to);
  } else {
    const auto values = std::span(reinterpret_cast<double*>(to), block.count);
    block_numbers(shard_->table(), block, *feature_, values);
    piece.marked = true;
    piece.type.code = io::ElementType::Code::f64;
    piece.type.size = sizeof(double);
  }
  piece.block.data = to;
  piece.block.stride = piece.type.size;
  pieces_.push_back(std::move(piece));
}

void LocalColumn::look(std::size_t first, std::span<double> values, stats::Extremes seen) {
  const bool complete_before = extremes_.missing == 0;
  if (seen.missing > 0 || !participation_->takes_part.empty()) {
    seen.missing = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isnan(values[i]) || !participation_->has(first + i)) continue;
      if (complete_before && seen.missing == 0)
        first_missing_ = shard_->rows().begin + static_cast<std::int64_t>(first + i);
      ++seen.missing;
    }
    extremes_.missing += seen.missing;
    values = observed(first, values);
    seen = {};
    stats::find_extremes(values, seen);
  }
  extremes_.lowest = std::min(extremes_.lowest, seen.lowest);
  extremes_.highest = std::max(extremes_.highest, seen.highest);
  count_ += static_cast<std::int64_t>(values.size());
}

void LocalColumn::for_each_stored(const SeeStored& see) const {
  for (const auto& piece : pieces_) {
    auto block = piece.block;
    block.type = &piece.type;
    see(block, counts_->shown(block));
  }
}

void LocalColumn::for_each(const See& see) const {
  if (counts_) return show_counted(see);
  if (pieces_.empty()) {
    for (std::size_t begin = 0; begin < values_.size(); begin += cells_at_once) {
      const auto count = std::min(cells_at_once, values_.size() - begin);
      std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(begin), count, cells_.begin());
      see(begin, std::span(cells_).first(count));
    }
  }
  for (const auto& piece : pieces_) {
    auto block = piece.block;
    block.type = &piece.type;
    for (std::size_t begin = 0; begin < block.count; begin += cells_at_once) {
      const auto part = io::slice(block, begin, std::min(cells_at_once, block.count - begin));
      const auto values = std::span(cells_).first(part.count);
      if (piece.marked) {
        io::numbers(part, {}, values);
      } else {
        block_numbers(shard_->table(), part, *feature_, values);
      }
      see(static_cast<std::size_t>(part.first), values);
    }
  }
}

void LocalColumn::show_counted(const See& see) const {
  for_each_stored([&](const io::RawBlock& block, std::span<const double> shown) {
    for (std::size_t begin = 0; begin < block.count; begin += cells_at_once) {
      const auto part = io::slice(block, begin, std::min(cells_at_once, block.count - begin));
      for (std::size_t i = 0; i < part.count; ++i) {
        cells_[i] = shown[part.type->size == 1 ? stored_bits<std::uint8_t>(part, i)
                                               : stored_bits<std::uint16_t>(part, i)];
      }
      see(static_cast<std::size_t>(part.first), std::span(cells_).first(part.count));
    }
  });
}

std::span<double> LocalColumn::observed(std::size_t first, std::span<double> values) const {
  if (participation_->takes_part.empty() && extremes_.missing == 0) return values;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    values[kept] = value;
    kept += participation_->has(first + i) && !std::isnan(value) ? 1 : 0;
  }
  return values.first(kept);
}

void LocalColumn::for_each_observed(const SeeObserved& see) const {
  for_each([&](std::size_t first, std::span<double> values) {
    const auto present = observed(first, values);
    if (!present.empty()) see(present);
  });
}

void LocalColumn::fill_and_transform(double fill, spec::Transform transform) {
  if (counts_) {
    counts_->fill_and_transform(fill, transform);
    return look_at_counts();
  }
  values_.resize(shard_->local_rows());
  for_each([&](std::size_t first, std::span<double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (participation_->has(first + i))
        values_[first + i] = transformed(transform, std::isnan(values[i]) ? fill : values[i]);
    }
  });
  auto all = std::move(values_);
  start(*feature_);
  add(std::move(all));
}

}  // namespace psychograph::features

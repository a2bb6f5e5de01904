#include "features/window_cells.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "features/composite.hpp"
#include "features/load.hpp"
#include "features/participation.hpp"
#include "stats/column_loops.hpp"

namespace psychograph::features {

bool can_be_read(const io::Table& table, const Feature& feature) {
  return std::all_of(feature.columns.begin(), feature.columns.end(), [&](const std::string& name) {
    const auto column = table.find(name);
    if (!column) return false;
    const auto& source = table.columns[*column];
    return feature.leveled || io::holds_numbers(source) || io::is_boolean(source);
  });
}

WindowCells::WindowCells(const io::Shard& shard, std::vector<const FittedFeature*> features,
                         const std::optional<std::string>& weight, const std::string& wanted_by)
    : shard_(shard),
      features_(std::move(features)),
      uses_(shard.table().columns.size()),
      readers_(features_.size()),
      numbers_(features_.size()),
      levels_(features_.size()),
      blocks_(features_.size(), [this](std::size_t f) -> const Feature& { return features_[f]->feature; }),
      answers_(features_.size()) {
  const auto& table = shard.table();
  if (weight) weight_column_ = weight_column(table, *weight);
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const auto& feature = features_[f]->feature;
    for (std::size_t item = 0; blocks_.is_first(f) && item < feature.columns.size(); ++item) {
      const auto column = io::require_column(table, feature.columns[item], wanted_by);
      const auto& source = table.columns[column];
      if (!feature.leveled && !io::holds_numbers(source) && !io::is_boolean(source)) {
        throw core::data_error(
            fmt::format("{}: column \"{}\" holds {}, and {} takes it for numbers", io::files_name(table),
                        source.name, source.type == io::ColumnType::text ? "text" : "categories", wanted_by));
      }
      uses_[column].push_back({f, item});
    }
    if (feature.leveled) readers_[f].emplace(table, feature, features_[f]->levels);
  }
  for (std::size_t c = 0; c < uses_.size(); ++c) {
    if (!uses_[c].empty() || c == weight_column_) columns_.push_back(c);
  }
}

void WindowCells::begin(core::RowRange rows, bool known) {
  rows_ = rows;
  known_ = known;
  const auto count = static_cast<std::size_t>(rows.size());
  awaited_.resize(features_.size());
  for (std::size_t f = 0; f < features_.size(); ++f)
    awaited_[f] = features_[f]->feature.columns.size() * count;
  if (weight_column_) weights_.resize(count);
}

void WindowCells::take_memory(std::size_t f) {
  const auto& feature = features_[f]->feature;
  const auto count = static_cast<std::size_t>(rows_.size());
  if (feature.leveled) {
    levels_[f].resize(count);
    return;
  }
  if (numbers_[f].empty() && !spare_.empty()) {
    numbers_[f] = std::move(spare_.back());
    spare_.pop_back();
  }
  numbers_[f].resize(count);
  if (feature.composite() && blocks_.is_first(f)) answers_[f].resize(feature.columns.size() * count);
}

void WindowCells::see(const io::RawBlock& block, const Ready& ready) {
  const auto first = static_cast<std::size_t>(block.first - rows_.begin);
  if (block.column == weight_column_) {
    block_weights(shard_.table(), block, shard_.rows().begin + block.first,
                  std::span(weights_).subspan(first, block.count));
  }
  for (const auto& use : uses_[block.column]) {
    const auto f = use.feature;
    const auto& feature = features_[f]->feature;
    if (awaited_[f] == feature.columns.size() * static_cast<std::size_t>(rows_.size())) take_memory(f);
    if (feature.leveled) {
      readers_[f]->read(block, std::span(levels_[f]).subspan(first, block.count));
    } else {
      see_numbers(use, block);
    }
    awaited_[f] -= block.count;
    if (awaited_[f] == 0 && !weight_column_) show_block(f, ready);
  }
}

void WindowCells::see_numbers(const Use& use, const io::RawBlock& block) {
  const auto& feature = features_[use.feature]->feature;
  const auto first_row = shard_.rows().begin + block.first;
  auto& cells = feature.composite() ? answers_[use.feature] : numbers_[use.feature];
  const auto first =
      use.item * static_cast<std::size_t>(rows_.size()) + static_cast<std::size_t>(block.first - rows_.begin);
  const auto to = std::span(cells).subspan(first, block.count);
  block_numbers(shard_.table(), block, feature, to);
  stats::Extremes extremes;
  if (!known_) stats::find_extremes(to, extremes);
  if (extremes.highest > largest_value || extremes.lowest < -largest_value)
    check_finite(shard_.table(), block, first_row, to);
  if (feature.construct) apply_keying(shard_.table(), block, first_row, feature, use.item, to);
}

void WindowCells::show_block(std::size_t first, const Ready& ready) {
  show(first, ready);
  for (auto f = first + 1; f < features_.size() && blocks_.first_of(f) == first; ++f) {
    take_memory(f);
    show(f, ready);
  }
}

void WindowCells::show(std::size_t f, const Ready& ready) {
  const auto& feature = features_[f]->feature;
  if (feature.composite())
    composite_values(feature, answers_[blocks_.first_of(f)], blocks_.is_first(f), moments_, numbers_[f]);
  ready(f);
  if (!feature.leveled) spare_.push_back(std::move(numbers_[f]));
  numbers_[f].clear();
}

void WindowCells::finish(const Ready& ready) {
  if (!weight_column_ || rows_.size() == 0) return;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    if (blocks_.is_first(f)) show_block(f, ready);
  }
}

}  // namespace psychograph::features

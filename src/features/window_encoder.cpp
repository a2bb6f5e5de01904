#include "features/window_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/set.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/feature_matrix.hpp"
#include "core/figure.hpp"
#include "features/composite.hpp"
#include "features/encodable.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

constexpr std::size_t most_examples = 3;

/// Keeps the first few names in byte order.
void keep_example(std::set<std::string>& examples, std::string_view name) {
  if (examples.size() > most_examples && name >= *examples.rbegin()) return;
  examples.emplace(name);
  if (examples.size() > most_examples + 1) examples.erase(std::prev(examples.end()));
}

std::string listed(const std::set<std::string>& examples) {
  std::vector<std::string> shown;
  for (const auto& name : examples) {
    if (shown.size() < most_examples) shown.push_back(fmt::format("\"{}\"", name));
  }
  return fmt::format("{}{}", fmt::join(shown, ", "), examples.size() > most_examples ? ", ..." : "");
}

/// "7 customers have"; with their share where it is more than a few.
std::string customers(std::int64_t count, std::int64_t all) {
  constexpr double few = 0.05;
  const auto share = static_cast<double>(count) / static_cast<double>(all);
  return fmt::format("{} {}{} {}", count, count == 1 ? "customer" : "customers",
                     share > few ? fmt::format(" ({:.1f}%)", 100 * share) : "", count == 1 ? "has" : "have");
}

void require_suitable(const io::Table& table, std::size_t column, const Feature& feature) {
  const auto& source = table.columns[column];
  if (feature.leveled || io::holds_numbers(source) || (feature.construct && io::is_boolean(source))) return;
  throw core::data_error(fmt::format("{}: column \"{}\" holds {}, and the model takes it for numbers",
                                     io::files_name(table), source.name,
                                     source.type == io::ColumnType::text ? "text" : "categories"));
}

}  // namespace

WindowEncoder::WindowEncoder(const io::Shard& shard, const Schema& schema,
                             const std::optional<std::string>& weight, const std::string& wanted_by)
    : shard_(shard),
      schema_(schema),
      limit_(core::largest_encoded(schema.width())),
      uses_(shard.table().columns.size()),
      readers_(schema.features.size()),
      known_values_(schema.features.size()),
      blocks_(schema.features.size(),
              [&](std::size_t f) -> const Feature& { return schema.features[f].feature; }),
      answers_(schema.features.size()),
      counts_(schema.features.size()) {
  if (weight) weight_column_ = weight_column(shard.table(), *weight);
  for (std::size_t f = 0; f < schema.features.size(); ++f) {
    const auto& fitted = schema.features[f];
    if (fitted.width() == 0) continue;
    for (std::size_t item = 0; blocks_.is_first(f) && item < fitted.feature.columns.size(); ++item)
      use_column(f, item, wanted_by);
    if (fitted.feature.leveled) readers_[f].emplace(shard.table(), fitted.feature, fitted.levels);
    if (fitted.feature.kind != spec::Kind::binary || fitted.feature.leveled) continue;
    known_values_[f] = {fitted.statistics.min, fitted.statistics.max};
    if (fitted.statistics.missing > 0) known_values_[f].push_back(fitted.fill);
  }
  for (std::size_t c = 0; c < uses_.size(); ++c) {
    if (!uses_[c].empty() || c == weight_column_) columns_.push_back(c);
  }
}

void WindowEncoder::use_column(std::size_t feature, std::size_t item, const std::string& wanted_by) {
  const auto& wanted = schema_.features[feature].feature;
  const auto column = io::require_column(shard_.table(), wanted.columns[item], wanted_by);
  require_suitable(shard_.table(), column, wanted);
  uses_[column].push_back({feature, item});
}

void WindowEncoder::begin(core::RowRange rows) {
  rows_ = rows;
  const auto count = static_cast<std::size_t>(rows.size());
  if (!encoder_ || encoder_->matrix().rows() != count)
    encoder_.emplace(core::FeatureMatrix(count, schema_.width()), everybody_);
  weights_.assign(count, 1.0);
  for (std::size_t f = 0; f < answers_.size(); ++f) {
    const auto& feature = schema_.features[f].feature;
    if (feature.composite() && feature.clustered && blocks_.is_first(f))
      answers_[f].resize(feature.columns.size() * count);
  }
}

void WindowEncoder::see(const io::RawBlock& block) {
  if (block.column == weight_column_) {
    values_.resize(block.count);
    block_weights(shard_.table(), block, shard_.rows().begin + block.first, values_);
    for (std::size_t i = 0; i < block.count; ++i)
      weights_[static_cast<std::size_t>(block.first - rows_.begin) + i] *= values_[i];
  }
  for (const auto& use : uses_[block.column]) {
    if (schema_.features[use.feature].feature.leveled) {
      see_levels(use.feature, block);
    } else {
      see_numbers(use, block);
    }
  }
}

void WindowEncoder::see_numbers(const Use& use, const io::RawBlock& block) {
  const auto& feature = schema_.features[use.feature].feature;
  const auto first_row = shard_.rows().begin + block.first;
  const auto first = static_cast<std::size_t>(block.first - rows_.begin);
  values_.resize(block.count);
  block_numbers(shard_.table(), block, feature, values_);
  check_finite(shard_.table(), block, first_row, values_);
  if (!feature.composite()) return take_numbers(use.feature, first, values_);
  apply_keying(shard_.table(), block, first_row, feature, use.item, values_);
  auto& answers = answers_[use.feature];
  const auto to = use.item * static_cast<std::size_t>(rows_.size()) + first;
  std::copy(values_.begin(), values_.end(), answers.begin() + static_cast<std::ptrdiff_t>(to));
}

void WindowEncoder::take_numbers(std::size_t feature, std::size_t first, std::span<double> values) {
  const auto& fitted = schema_.features[feature];
  const auto& known = known_values_[feature];
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& value = values[i];
    if (!known.empty() && !std::isnan(value) && std::find(known.begin(), known.end(), value) == known.end()) {
      note_unknown(feature, fmt::format("{}", value));
      if (fitted.feature.missing == spec::Missing::error) {
        suspects_.push_back(
            {rows_.begin + static_cast<std::int64_t>(first + i), feature, 0.0, fmt::format("{}", value)});
      }
      value = core::not_a_number;
    } else if (!known.empty() && !std::isnan(value)) {
      ++counts_[feature].known;
    }
    if (std::isnan(value)) {
      note_missing(feature, first + i);
      continue;
    }
    const double encoded = (transformed(fitted.feature.transform, value) - fitted.offset) * fitted.factor -
                           fitted.centres.front();
    if (!(std::abs(encoded) <= limit_))
      suspects_.push_back({rows_.begin + static_cast<std::int64_t>(first + i), feature, value, {}});
  }
  encoder_->write_numbers(fitted, first, values);
}

void WindowEncoder::take_composite(std::size_t feature) {
  values_.resize(static_cast<std::size_t>(rows_.size()));
  const auto& made = schema_.features[feature].feature;
  composite_values(made, answers_[blocks_.first_of(feature)], blocks_.is_first(feature), moments_, values_);
  take_numbers(feature, 0, values_);
}

void WindowEncoder::see_levels(std::size_t feature, const io::RawBlock& block) {
  const auto& fitted = schema_.features[feature];
  const auto first = static_cast<std::size_t>(block.first - rows_.begin);
  const bool error = fitted.feature.missing == spec::Missing::error;
  levels_.resize(block.count);
  readers_[feature]->read(block, levels_, [&](std::size_t i, std::string_view name) {
    note_unknown(feature, name);
    if (error)
      suspects_.push_back({block.first + static_cast<std::int64_t>(i), feature, 0.0, std::string(name)});
  });
  const bool none_in_fit = fitted.feature.missing == spec::Missing::level && !fitted.levels.back().missing;
  for (std::size_t i = 0; i < block.count; ++i) {
    if (levels_[i] >= 0 || (error && levels_[i] == unknown_level)) continue;
    note_missing(feature, first + i);
    counts_[feature].unplaced += none_in_fit ? 1 : 0;
  }
  counts_[feature].known +=
      std::count_if(levels_.begin(), levels_.end(), [](std::int32_t level) { return level >= 0; });
  encoder_->write_levels(fitted, first, levels_);
}

void WindowEncoder::note_unknown(std::size_t feature, std::string_view name) {
  ++counts_[feature].unknown;
  keep_example(counts_[feature].examples, name);
}

void WindowEncoder::note_missing(std::size_t feature, std::size_t row) {
  ++counts_[feature].missing;
  const auto& fitted = schema_.features[feature];
  if (fitted.feature.missing == spec::Missing::drop) {
    weights_[row] = 0;
  } else if (fitted.feature.missing == spec::Missing::error || std::isnan(fitted.fill)) {
    suspects_.push_back({rows_.begin + static_cast<std::int64_t>(row), feature, core::not_a_number, {}});
  }
}

void WindowEncoder::finish() {
  for (std::size_t f = 0; f < answers_.size(); ++f) {
    const auto& feature = schema_.features[f].feature;
    if (feature.composite() && feature.clustered && rows_.size() > 0) take_composite(f);
  }
  const Suspect* first = nullptr;
  for (const auto& suspect : suspects_) {
    const bool takes_part = weights_[static_cast<std::size_t>(suspect.row - rows_.begin)] > 0;
    if (takes_part && (first == nullptr || suspect.row < first->row)) first = &suspect;
  }
  if (first != nullptr) throw core::data_error(complaint(*first));
  suspects_.clear();
  if (schema_.length > 0) encoder_->make_unit(schema_);
}

std::string WindowEncoder::complaint(const Suspect& suspect) const {
  const auto& fitted = schema_.features[suspect.feature];
  const auto cell = io::cell_name(shard_.table(), fitted.feature.name, shard_.rows().begin + suspect.row);
  if (!suspect.category.empty()) {
    return fmt::format("{}: the model does not know \"{}\", and the feature's rule is missing = \"error\"",
                       cell, suspect.category);
  }
  if (std::isnan(suspect.value)) {
    if (fitted.feature.missing == spec::Missing::error)
      return cell + ": the cell is missing, and the feature's rule is missing = \"error\"";
    return fmt::format(
        "{}: the cell is missing, and the model has no mode to fill it with: no cell was missing when it was "
        "made, and there were more than {} different values",
        cell, most_levels);
  }
  const bool log1p = fitted.feature.transform == spec::Transform::log1p;
  if (log1p && suspect.value <= -1)
    return fmt::format("{}: {}: log1p takes values above -1", cell, suspect.value);
  if (fitted.feature.transform == spec::Transform::sqrt && suspect.value < 0)
    return fmt::format("{}: {}: sqrt takes no negative values", cell, suspect.value);
  return fmt::format("{}: {} is too large for the model: its square overflows float", cell, suspect.value);
}

std::string WindowEncoder::nothing_known(std::size_t feature, const std::set<std::string>& examples) const {
  std::set<std::string> levels;
  for (const auto& level : schema_.features[feature].levels) {
    if (!level.missing) keep_example(levels, level.name);
  }
  for (const double value : known_values_[feature]) keep_example(levels, fmt::format("{}", value));
  return fmt::format(
      "{}: column \"{}\": the model knows none of its values ({}): it was made with {}; spell them as they "
      "were "
      "then",
      io::files_name(shard_.table()), schema_.features[feature].feature.name, listed(examples),
      listed(levels));
}

std::vector<std::string> WindowEncoder::notices(const comm::Communicator& world) const {
  std::vector<std::int64_t> sums;
  std::vector<std::set<std::string>> examples;
  for (const auto& counts : counts_) {
    sums.insert(sums.end(), {counts.known, counts.unknown, counts.unplaced, counts.missing});
    examples.push_back(counts.examples);
  }
  comm::sum_over_ranks(world, sums);
  std::vector<std::vector<std::set<std::string>>> by_rank;
  boost::mpi::all_gather(world, examples, by_rank);
  std::vector<std::string> notices;
  const auto rows = shard_.table().rows();
  for (std::size_t f = 0; f < counts_.size(); ++f) {
    const auto& name = schema_.features[f].feature.name;
    const auto known = sums[4 * f];
    const auto unknown = sums[4 * f + 1];
    const auto unplaced = sums[4 * f + 2];
    if (sums[4 * f + 3] == rows && unknown == 0) {
      notices.push_back(
          fmt::format("column \"{}\": every cell is missing: it tells nobody's segment from "
                      "another's",
                      name));
    }
    if (unknown > 0) {
      std::set<std::string> all;
      for (const auto& found : by_rank) {
        for (const auto& example : found[f]) keep_example(all, example);
      }
      if (known == 0) throw core::data_error(nothing_known(f, all));
      notices.push_back(
          fmt::format("column \"{}\": {} a category the model does not know ({}): treated as missing", name,
                      customers(unknown, rows), listed(all)));
    }
    if (unplaced > 0) {
      notices.push_back(
          fmt::format("column \"{}\": {} none of the model's categories, and nobody lacked one when it was "
                      "made: they are as far from one as from another",
                      name, customers(unplaced, rows)));
    }
  }
  return notices;
}

}  // namespace psychograph::features

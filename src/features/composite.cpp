#include "features/composite.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/figure.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

constexpr std::int64_t rows_at_once = std::int64_t{1}
                                      << 14;  // all items of so many rows are in memory at once

bool are_enough(std::size_t answered, std::size_t items) { return answered * 2 >= items; }

/// The mean of the answered items; NaN where fewer than half are.
double mean_answer(double sum, std::size_t answered, std::size_t items) {
  return are_enough(answered, items) ? sum / static_cast<double>(answered) : core::not_a_number;
}

core::RowVector<double> read_construct(const io::Shard& shard, const Feature& feature) {
  const auto& table = shard.table();
  std::vector<std::size_t> columns;
  for (const auto& item : feature.columns) columns.push_back(*table.find(item));
  core::RowVector<double> sums(shard.local_rows(), 0.0, shard.where());
  core::RowVector<std::uint16_t> answered(shard.local_rows(), 0, shard.where());
  std::vector<double> values;
  shard.read(columns, [&](const io::RawBlock& block) {
    const auto item =
        static_cast<std::size_t>(std::find(columns.begin(), columns.end(), block.column) - columns.begin());
    const auto first_row = shard.rows().begin + block.first;
    values.resize(block.count);
    block_numbers(table, block, feature, values);
    check_finite(table, block, first_row, values);
    apply_keying(table, block, first_row, feature, item, values);
    for (std::size_t i = 0; i < block.count; ++i) {
      if (std::isnan(values[i])) continue;
      sums[static_cast<std::size_t>(block.first) + i] += values[i];
      ++answered[static_cast<std::size_t>(block.first) + i];
    }
  });
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = mean_answer(sums[i], answered[i], columns.size());
  return sums;
}

}  // namespace

void for_each_window(const io::Shard& shard, const Feature& feature,
                     const std::function<void(std::int64_t first, std::span<const double> answers)>& show) {
  const auto& table = shard.table();
  std::vector<std::size_t> columns;
  for (const auto& item : feature.columns) columns.push_back(*table.find(item));
  std::vector<double> answers;
  for (std::int64_t first = 0; first < shard.most_local_rows(); first += rows_at_once) {
    const auto rows = static_cast<std::size_t>(
        std::clamp<std::int64_t>(static_cast<std::int64_t>(shard.local_rows()) - first, 0, rows_at_once));
    answers.resize(columns.size() * rows);
    shard.read(columns, first, rows_at_once, [&](const io::RawBlock& block) {
      const auto item =
          static_cast<std::size_t>(std::find(columns.begin(), columns.end(), block.column) - columns.begin());
      const auto out = std::span(answers).subspan(item * rows + static_cast<std::size_t>(block.first - first),
                                                  block.count);
      const auto first_row = shard.rows().begin + block.first;
      block_numbers(table, block, feature, out);
      check_finite(table, block, first_row, out);
      apply_keying(table, block, first_row, feature, item, out);
    });
    show(first, answers);
  }
}

bool of_one_block(const Feature& one, const Feature& other) {
  return one.row == other.row && one.columns == other.columns;
}

void RowMoments::find(std::span<const double> answers, std::size_t items) {
  const auto rows = answers.size() / items;
  mean.resize(rows);
  sd.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    double sum = 0;
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -lowest;
    std::size_t answered = 0;
    for (std::size_t at = row; at < answers.size(); at += rows) {
      const double answer = answers[at];
      if (std::isnan(answer)) continue;
      sum += answer;
      lowest = std::min(lowest, answer);
      highest = std::max(highest, answer);
      ++answered;
    }
    // A mean of equal answers is one of them: what rounding leaves of the sum would be a deviation else.
    const bool equal = lowest == highest;
    mean[row] = equal && are_enough(answered, items) ? lowest : mean_answer(sum, answered, items);
    sd[row] = 0;
    if (equal || std::isnan(mean[row])) continue;
    double squares = 0;
    for (std::size_t at = row; at < answers.size(); at += rows) {
      const double away = answers[at] - mean[row];
      if (!std::isnan(away)) squares += away * away;
    }
    sd[row] = std::sqrt(squares / static_cast<double>(answered - 1));
  }
}

void RowMoments::apply(spec::Row option, std::size_t first, std::span<double> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] -= mean[first + i];
    if (option == spec::Row::standardize && sd[first + i] > 0) values[i] /= sd[first + i];
  }
}

void construct_values(std::span<const double> answers, std::size_t items, std::span<double> out) {
  for (std::size_t row = 0; row < out.size(); ++row) {
    double sum = 0;
    std::size_t answered = 0;
    for (std::size_t item = 0; item < items; ++item) {
      const double answer = answers[item * out.size() + row];
      if (std::isnan(answer)) continue;
      sum += answer;
      ++answered;
    }
    out[row] = mean_answer(sum, answered, items);
  }
}

void composite_values(const Feature& feature, std::span<const double> answers, bool anew, RowMoments& moments,
                      std::span<double> out) {
  const auto items = feature.columns.size();
  if (feature.construct) return construct_values(answers, items, out);
  if (anew) moments.find(answers, items);
  const auto item = std::find(feature.columns.begin(), feature.columns.end(), feature.name);
  const auto own = static_cast<std::size_t>(item - feature.columns.begin()) * out.size();
  std::copy_n(answers.begin() + static_cast<std::ptrdiff_t>(own), out.size(), out.begin());
  moments.apply(feature.row, 0, out);
}

Blocks::Blocks(std::size_t features, const std::function<const Feature&(std::size_t)>& feature) {
  for (std::size_t f = 0; f < features; ++f) {
    std::size_t first = f;
    const auto& own = feature(f);
    // The features of a block follow one another.
    if (own.row != spec::Row::none && f > 0 && of_one_block(feature(f - 1), own)) first = first_[f - 1];
    first_.push_back(first);
  }
}

core::RowVector<double> CompositeReader::read(const Feature& feature) {
  if (feature.construct) return read_construct(shard_, feature);
  if (block_ == nullptr || !of_one_block(*block_, feature)) find_moments(feature);
  block_ = &feature;
  core::RowVector<double> values(shard_.local_rows(), 0.0, shard_.where());
  shard_.read(std::vector{*shard_.table().find(feature.name)}, [&](const io::RawBlock& block) {
    const auto first = static_cast<std::size_t>(block.first);
    const auto part = std::span(values).subspan(first, block.count);
    block_numbers(shard_.table(), block, feature, part);
    moments_.apply(feature.row, first, part);
  });
  return values;
}

void CompositeReader::find_moments(const Feature& feature) {
  moments_ = {core::RowVector<double>(shard_.local_rows(), 0.0, shard_.where()),
              core::RowVector<double>(shard_.local_rows(), 0.0, shard_.where())};
  RowMoments found;
  for_each_window(shard_, feature, [&](std::int64_t first, std::span<const double> answers) {
    if (answers.empty()) return;
    found.find(answers, feature.columns.size());
    std::copy(found.mean.begin(), found.mean.end(),
              moments_.mean.begin() + static_cast<std::ptrdiff_t>(first));
    std::copy(found.sd.begin(), found.sd.end(), moments_.sd.begin() + static_cast<std::ptrdiff_t>(first));
  });
}

}  // namespace psychograph::features

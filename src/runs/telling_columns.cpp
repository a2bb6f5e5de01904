#include "runs/telling_columns.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "comm/joint_reduction.hpp"
#include "insight/segment_windows.hpp"

namespace psychograph::runs {
namespace {

constexpr std::size_t steps = 31;  // whole ones from the lowest
constexpr std::size_t highest = steps;
constexpr std::size_t other = steps + 1;
constexpr std::size_t values = steps + 2;

std::size_t value_of(const features::Statistics& statistics, double cell) {
  if (std::isnan(cell)) return values;
  if (cell == statistics.max) return highest;
  const double step = cell - statistics.min;
  return step >= 0 && step < static_cast<double>(steps) && step == std::floor(step)
             ? static_cast<std::size_t>(step)
             : other;
}

/// Customers by segment and answer; the last is none.
struct Answers {
  std::size_t width = 0;
  std::vector<std::int64_t> counts;  ///< [segments, width]

  [[nodiscard]] bool has(std::size_t answer) const {
    for (std::size_t at = answer; at < counts.size(); at += width) {
      if (counts[at] > 0) return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t given() const {
    std::size_t sum = 0;
    for (std::size_t answer = 0; answer + 1 < width; ++answer) sum += has(answer) ? 1 : 0;
    return sum;
  }
};

}  // namespace

std::vector<bool> tell_of_few(const comm::Communicator& world, const io::Shard& shard,
                              const insight::Labels& labels, std::size_t segments, const insight::Gate& gate,
                              const std::vector<features::FittedFeature>& columns, std::size_t most_values,
                              const std::string& wanted_by) {
  std::vector<bool> tells(columns.size(), false);
  if (gate.privacy().min_cell == 0 || columns.empty()) return tells;
  std::vector<const features::FittedFeature*> wanted;
  std::vector<Answers> counted;
  for (const auto& column : columns) {
    wanted.push_back(&column);
    const auto width = (column.feature.leveled ? column.levels.size() : values) + 1;
    counted.push_back({width, std::vector<std::int64_t>(segments * width)});
  }
  std::vector<std::vector<std::size_t>> seen(columns.size());
  const auto take = [&](const features::WindowCells& cells, std::size_t c) {
    seen[c].clear();
    if (!columns[c].feature.leveled) {
      for (const double cell : cells.numbers(c)) seen[c].push_back(value_of(columns[c].statistics, cell));
      return;
    }
    for (const auto level : cells.levels(c))
      seen[c].push_back(level < 0 ? columns[c].levels.size() : static_cast<std::size_t>(level));
  };
  const auto see = [&](core::RowRange, std::span<const std::int32_t> own) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      for (std::size_t row = 0; row < own.size(); ++row) {
        if (own[row] >= 0)
          ++counted[c].counts[static_cast<std::size_t>(own[row]) * counted[c].width + seen[c][row]];
      }
    }
  };
  insight::walk(world, shard, wanted, wanted_by, labels, {{}, take, see});
  comm::JointReduction<std::int64_t> joint;
  for (auto& answers : counted) joint.include(answers.counts);
  joint.sum(world);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto& answers = counted[c];
    if (!columns[c].feature.leveled && (answers.has(other) || answers.given() > most_values)) continue;
    tells[c] = std::any_of(answers.counts.begin(), answers.counts.end(),
                           [&](std::int64_t count) { return gate.is_small(count); });
  }
  return tells;
}

}  // namespace psychograph::runs

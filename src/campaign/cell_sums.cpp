#include "campaign/cell_sums.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace psychograph::campaign {
namespace {

stats::SumsAbout sums_of(const features::Statistics& s) {
  if (s.count == 0) return {1, 0, 0, 0, false, 1};
  return {s.count, s.min, s.max, s.mean, false, 1};
}

}  // namespace

CellSums::CellSums(const Layout& layout, const features::Statistics& statistics)
    : layout_(layout), none_(sums_of(statistics)), counts_(layout.cells(), 0), sums_(layout.cells(), none_) {}

void CellSums::add(std::size_t cell, double value) {
  if (std::isnan(value)) return;
  ++counts_[cell];
  sums_[cell].add(value);
}

void CellSums::include(comm::JointReduction<std::int64_t>& sums) {
  sums.include(counts_);
  for (auto& one : sums_) {
    for (const auto part : one.parts()) sums.include(part);
  }
}

Sample CellSums::of_cells(const std::vector<std::size_t>& cells) const {
  Sample sample;
  auto sums = none_;
  for (const auto cell : cells) {
    sample.n += counts_[cell];
    auto own = sums_[cell];
    const auto from = own.parts();
    const auto to = sums.parts();
    for (std::size_t p = 0; p < to.size(); ++p)
      std::transform(from[p].begin(), from[p].end(), to[p].begin(), to[p].begin(), std::plus<>());
  }
  if (sample.n == 0) return sample;
  const auto found = sums.find(sample.n);
  sample.mean = found.mean;
  if (sample.n > 1) sample.variance = found.deviations / static_cast<double>(sample.n - 1);
  return sample;
}

Sample CellSums::of(std::size_t group, std::size_t arm) const {
  return of_cells({layout_.cell(0, group, arm), layout_.cell(1, group, arm)});
}

Sample CellSums::of_half(std::size_t half, std::size_t group, std::size_t arm) const {
  return of_cells({layout_.cell(half, group, arm)});
}

Sample CellSums::of_arm(std::size_t arm) const {
  std::vector<std::size_t> cells;
  for (std::size_t half = 0; half < 2; ++half) {
    for (std::size_t group = 0; group <= layout_.groups; ++group)
      cells.push_back(layout_.cell(half, group, arm));
  }
  return of_cells(cells);
}

Sample CellSums::of_arm_in_half(std::size_t half, std::size_t arm) const {
  std::vector<std::size_t> cells;
  for (std::size_t group = 0; group < layout_.groups; ++group)
    cells.push_back(layout_.cell(half, group, arm));
  return of_cells(cells);
}

}  // namespace psychograph::campaign

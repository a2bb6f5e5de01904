#include "insight/level_tally.hpp"

#include "features/levels.hpp"

namespace psychograph::insight {

LevelTally::LevelTally(const features::FittedFeature& fitted, std::size_t k)
    : fitted_(&fitted), k_(k), counts_(k * fitted.levels.size()), missing_(k + 1) {
  for (std::size_t l = 0; l < fitted.levels.size(); ++l) {
    if (!fitted.levels[l].missing) levels_.push_back(l);
  }
}

void LevelTally::count(std::span<const std::uint32_t> segments, std::span<const std::int32_t> levels) {
  const auto width = fitted_->levels.size();
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::size_t segment = segments[i];
    if (segment == k_) continue;
    if (levels[i] < 0) {
      ++missing_[segment];
      unknown_ += levels[i] == features::unknown_level ? 1 : 0;
    } else {
      ++counts_[segment * width + static_cast<std::size_t>(levels[i])];
    }
  }
}

void LevelTally::include(comm::JointReduction<std::int64_t>& sums) {
  sums.include(counts_);
  sums.include(missing_);
  sums.include(std::span(&unknown_, 1));
}

void LevelTally::choose(double most_weight) {
  std::int64_t all = 0;
  for (const auto count : counts_) all += count;
  for (std::size_t g = 0; g < k_; ++g) missing_[k_] += missing_[g];
  if (!(most_weight > 0)) return;
  const auto n = static_cast<double>(all);
  weights_.assign(counts_.size(), core::FixedPointSum(n * most_weight, most_weight, all));
  squares_.assign(k_, core::FixedPointSum(n * most_weight * most_weight, most_weight * most_weight, all));
}

void LevelTally::add(std::size_t segment, std::span<const std::int32_t> levels,
                     std::span<const double> weights) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] < 0) continue;
    weights_[segment * fitted_->levels.size() + static_cast<std::size_t>(levels[i])].add(weights[i]);
    squares_[segment].add(weights[i] * weights[i]);
  }
}

void LevelTally::include_weights(comm::JointReduction<std::int64_t>& sums) {
  for (auto& one : weights_) sums.include(one.parts());
  for (auto& one : squares_) sums.include(one.parts());
}

Tally LevelTally::finish() {
  Tally tally{.fitted = fitted_, .missing = missing_, .unknown = unknown_};
  const auto width = levels_.size();
  for (const auto l : levels_) tally.levels.push_back(fitted_->levels[l].name);
  tally.count.resize(k_ + 1);
  tally.sums.resize(k_ + 1);
  tally.level_count.resize((k_ + 1) * width);
  tally.level_weight.resize((k_ + 1) * width);
  for (std::size_t g = 0; g < k_; ++g) {
    for (std::size_t l = 0; l < width; ++l) {
      const auto at = g * fitted_->levels.size() + levels_[l];
      const double weight = weights_.empty() ? static_cast<double>(counts_[at]) : weights_[at].value();
      for (const auto group : {g, k_}) {
        tally.count[group] += counts_[at];
        tally.level_count[group * width + l] += counts_[at];
        tally.level_weight[group * width + l] += weight;
        tally.sums[group].weight += weight;
      }
    }
    const double square = squares_.empty() ? tally.sums[g].weight : squares_[g].value();
    tally.sums[g].weight_square = square;
    tally.sums[k_].weight_square += square;
  }
  return tally;
}

}  // namespace psychograph::insight

#include "cluster/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

core::FeatureMatrix to_matrix(const std::vector<float>& rows, std::size_t p) {
  core::FeatureMatrix matrix(rows.size() / p, p);
  for (std::size_t i = 0; i < rows.size(); ++i) matrix.at(i / p, i % p) = rows[i];
  return matrix;
}

class Reduction {
 public:
  Reduction(const std::vector<float>& rows, const std::vector<double>& weights, std::size_t p)
      : rows_(rows),
        weights_(weights),
        p_(p),
        matrix_(to_matrix(rows, p)),
        nearest_(weights.size(), std::numeric_limits<float>::infinity()),
        squares_(matrix_.tiles() * core::tile_rows) {}

  /// The mass that is left: the sum of weight times squared distance to the chosen ones.
  [[nodiscard]] double total() const {
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) sum += mass(i);
    return sum;
  }

  /// The candidate at `target` of the running sum of masses; of none that has no mass.
  [[nodiscard]] std::size_t draw(double target) const {
    std::size_t drawn = weights_.size();
    for (std::size_t i = 0; i < weights_.size() && (drawn == weights_.size() || target >= 0); ++i) {
      if (mass(i) <= 0) continue;
      drawn = i;
      target -= mass(i);
    }
    return drawn;
  }

  /// The mass that would be left after choosing a candidate, whose squares are kept for `choose`.
  double mass_after(std::size_t candidate) {
    kernel::for_each_block(matrix_, [&](std::size_t first, kernel::Tiles tiles) {
      kernel::squares_from(tiles, p_, rows_.data() + candidate * p_,
                           squares_.data() + first * core::tile_rows);
    });
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i)
      sum += weights_[i] * static_cast<double>(std::min(nearest_[i], squares_[i]));
    return sum;
  }

  /// Keeps the squares of the last `mass_after` for later.
  void remember() { best_.assign(squares_.begin(), squares_.end()); }

  void choose_remembered() {
    any_ = true;
    for (std::size_t i = 0; i < nearest_.size(); ++i) nearest_[i] = std::min(nearest_[i], best_[i]);
  }

 private:
  [[nodiscard]] double mass(std::size_t i) const {
    return any_ ? weights_[i] * static_cast<double>(nearest_[i]) : weights_[i];
  }

  const std::vector<float>& rows_;
  const std::vector<double>& weights_;
  std::size_t p_;
  core::FeatureMatrix matrix_;
  std::vector<float> nearest_;
  std::vector<float> squares_;
  std::vector<float> best_;
  bool any_ = false;
};

}  // namespace

std::vector<float> reduce_candidates(const std::vector<float>& rows, const std::vector<double>& weights,
                                     std::size_t p, std::int64_t k, std::uint64_t seed, std::uint32_t restart,
                                     const std::function<void()>& now_and_then) {
  const auto trials = 2 + static_cast<std::uint64_t>(std::log(static_cast<double>(k)));
  Reduction reduction(rows, weights, p);
  std::vector<float> chosen;
  for (std::int64_t c = 0; c < k; ++c) {
    constexpr std::int64_t seldom = 64;
    if (now_and_then && c % seldom == 0) now_and_then();
    const double total = reduction.total();
    if (total <= 0) break;
    double least = std::numeric_limits<double>::infinity();
    std::size_t best = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
      const auto bits = core::random_bits(seed, core::Purpose::seeding_candidates, restart,
                                          static_cast<std::uint64_t>(c) * trials + trial);
      const auto drawn = reduction.draw(total * core::to_unit(bits.first));
      const double left = reduction.mass_after(drawn);
      if (left >= least) continue;
      least = left;
      best = drawn;
      reduction.remember();
    }
    reduction.choose_remembered();
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(best * p);
    chosen.insert(chosen.end(), row, row + static_cast<std::ptrdiff_t>(p));
  }
  return chosen;
}

}  // namespace psychograph::cluster

#include "evaluate/silhouette.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "comm/all_reduce.hpp"
#include "comm/gather.hpp"
#include "core/figure.hpp"
#include "core/random.hpp"
#include "kernel/some_rows.hpp"

namespace psychograph::evaluate {
namespace {

/// Some customers, the same on every rank, in the order of the table.
struct Sample {
  std::vector<float> cells;  ///< [customers, p]
  std::vector<std::int32_t> label;
};

Sample draw(const comm::Communicator& world, const kernel::Data& data, std::span<const std::int32_t> labels,
            std::uint64_t seed, double share) {
  std::vector<std::size_t> rows;
  std::vector<std::int32_t> own;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
    const auto bits = core::random_bits(seed, core::Purpose::silhouette_sample, 0, global).first;
    if (labels[row] < 0 || (share < 1 && core::to_unit(bits) >= share)) continue;
    rows.push_back(row);
    own.push_back(labels[row]);
  }
  return {kernel::gather_rows(world, data, rows), comm::gathered(world, own)};
}

/// Of customer `i`; 0 of one who is alone in a group.
double silhouette_of(const Sample& sample, std::size_t p, const std::vector<double>& sizes, std::size_t i) {
  std::vector<double> sums(sizes.size(), 0.0);
  for (std::size_t other = 0; other < sample.label.size(); ++other) {
    double square = 0;
    for (std::size_t j = 0; j < p; ++j) {
      const double away =
          static_cast<double>(sample.cells[i * p + j]) - static_cast<double>(sample.cells[other * p + j]);
      square += away * away;
    }
    sums[static_cast<std::size_t>(sample.label[other])] += std::sqrt(square);
  }
  const auto label = static_cast<std::size_t>(sample.label[i]);
  if (sizes[label] < 2) return 0;
  const double own = sums[label] / (sizes[label] - 1);
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (c != label && sizes[c] > 0) nearest = std::min(nearest, sums[c] / sizes[c]);
  }
  const double longest = std::max(own, nearest);
  return longest > 0 && std::isfinite(nearest) ? (nearest - own) / longest : 0;
}

}  // namespace

Silhouette sampled_silhouette(const comm::Communicator& world, const kernel::Data& data,
                              std::span<const std::int32_t> labels, std::size_t k, std::uint64_t seed,
                              std::int64_t sample) {
  const auto labelled = comm::sum_over_ranks(
      world,
      static_cast<std::int64_t>(std::count_if(labels.begin(), labels.end(), [](auto l) { return l >= 0; })));
  const double share = static_cast<double>(sample) / static_cast<double>(std::max<std::int64_t>(1, labelled));
  const auto drawn = draw(world, data, labels, seed, share);
  std::vector<double> sizes(k, 0.0);
  for (const auto label : drawn.label) ++sizes[static_cast<std::size_t>(label)];
  const auto n = drawn.label.size();
  if (n == 0) return {core::not_a_number, core::not_a_number};
  const auto ranks = static_cast<std::size_t>(world.size());
  const auto rank = static_cast<std::size_t>(world.rank());
  std::vector<double> mine;
  for (auto i = n * rank / ranks; i < n * (rank + 1) / ranks; ++i)
    mine.push_back(silhouette_of(drawn, data.matrix.columns(), sizes, i));
  const auto all = comm::gathered(world, mine);
  double sum = 0;
  for (const double one : all) sum += one;
  const double mean = sum / static_cast<double>(n);
  double squares = 0;
  for (const double one : all) squares += (one - mean) * (one - mean);
  const double error =
      share >= 1 || n < 2 ? 0.0 : std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
  return {mean, error};
}

}  // namespace psychograph::evaluate

#include "evaluate/overlap.hpp"

#include "cluster/assign.hpp"
#include "comm/all_reduce.hpp"
#include "kernel/kernel.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::evaluate {

std::vector<std::int32_t> places_in(const kernel::Data& data, const cluster::Model& model) {
  const cluster::Scorer scorer(model, data.blocks);
  std::vector<std::int32_t> places(data.matrix.tiles() * core::tile_rows);
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    scorer.best(tiles, places.data() + first * core::tile_rows);
  });
  places.resize(data.local_rows());
  const auto nowhere = static_cast<std::int32_t>(scorer.k());
  for (std::size_t row = 0; row < places.size(); ++row) {
    if (places[row] < 0) places[row] = nowhere;
    if (!(data.weight(row) > 0)) places[row] = -1;
  }
  return places;
}

std::int64_t Overlap::row_sum(std::size_t r) const {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < columns; ++c) sum += at(r, c);
  return sum;
}

std::int64_t Overlap::column_sum(std::size_t c) const {
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < rows; ++r) sum += at(r, c);
  return sum;
}

Overlap::Best Overlap::best(std::size_t r) const {
  Best found;
  for (std::size_t c = 0; c + 1 < columns; ++c) {
    const auto both = at(r, c);
    if (both == 0) continue;
    const auto either = row_sum(r) + column_sum(c) - both;
    const double jaccard = static_cast<double>(both) / static_cast<double>(either);
    if (jaccard > found.jaccard) found = {jaccard, c};
  }
  return found;
}

Overlap overlap(const comm::Communicator& world, std::span<const std::int32_t> one, std::size_t k_one,
                std::span<const std::int32_t> other, std::size_t k_other) {
  Overlap found{k_one + 1, k_other + 1, std::vector<std::int64_t>((k_one + 1) * (k_other + 1), 0)};
  for (std::size_t row = 0; row < one.size(); ++row) {
    if (one[row] < 0 || other[row] < 0) continue;
    ++found.counts[static_cast<std::size_t>(one[row]) * found.columns + static_cast<std::size_t>(other[row])];
  }
  comm::sum_over_ranks(world, std::span(found.counts));
  return found;
}

}  // namespace psychograph::evaluate

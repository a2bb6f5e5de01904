#include "cluster/likelihood.hpp"

#include <algorithm>
#include <vector>

#include "cluster/densities.hpp"
#include "cluster/posterior.hpp"
#include "cluster/signed_sums.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

std::int64_t free_parameters(const ClassModel& model, const std::vector<core::ColumnBlock>& blocks) {
  std::int64_t of_class = 0;
  for (const auto& block : blocks)
    of_class += static_cast<std::int64_t>(block.count) - (block.missing == core::ColumnBlock::none ? 1 : 2);
  const auto k = static_cast<std::int64_t>(model.shares.size());
  return k - 1 + k * of_class;
}

std::int64_t free_parameters(const NormalModel& model, const std::vector<core::ColumnBlock>&) {
  return static_cast<std::int64_t>(model.shares.size() - 1 + model.centroids.k() * model.centroids.p() +
                                   model.factors.size());
}

std::int64_t free_parameters(const CentroidModel&, const std::vector<core::ColumnBlock>&) { return 0; }

}  // namespace

Likelihood measure_likelihood(const comm::Communicator& world, const kernel::Data& data, const Model& model) {
  const Densities densities(model, data.blocks);
  SignedSum log_likelihood;
  SignedSum entropy;
  std::vector<double> joint;
  Posteriors posteriors;
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    densities.log_joint(tiles, joint);
    posteriors.find(joint, densities.k());
    const auto begin = first * core::tile_rows;
    const auto end = std::min(begin + tiles.size() * core::tile_rows, data.local_rows());
    for (auto row = begin; row < end; ++row) {
      if (!(data.weight(row) > 0)) continue;
      log_likelihood.add(data.weight(row) * posteriors.log_density(row - begin));
      entropy.add(data.weight(row) * posteriors.entropy(row - begin, joint));
    }
  });
  return {log_likelihood.over_ranks(world), entropy.over_ranks(world),
          std::visit([&](const auto& kind) { return free_parameters(kind, data.blocks); }, model)};
}

}  // namespace psychograph::cluster

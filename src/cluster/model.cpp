#include "cluster/model.hpp"

#include <algorithm>

namespace psychograph::cluster {
namespace {

CentroidModel arranged_kind(const CentroidModel& model, std::span<const std::size_t> order) {
  core::Centroids result(order.size(), model.centroids.p());
  for (std::size_t c = 0; c < order.size(); ++c)
    std::copy_n(model.centroids.row(order[c]), result.p(), result.row(c));
  return {std::move(result)};
}

const core::Centroids& centres_of_kind(const CentroidModel& model) { return model.centroids; }

}  // namespace

const core::Centroids& centres(const Model& model) {
  return std::visit([](const auto& kind) -> const core::Centroids& { return centres_of_kind(kind); }, model);
}

Model arranged(const Model& model, std::span<const std::size_t> order) {
  return std::visit([&](const auto& kind) -> Model { return arranged_kind(kind, order); }, model);
}

}  // namespace psychograph::cluster

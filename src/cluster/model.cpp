#include "cluster/model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/triangle.hpp"

namespace psychograph::cluster {
namespace {

core::Centroids arranged(const core::Centroids& centroids, std::span<const std::size_t> order) {
  core::Centroids result(order.size(), centroids.p());
  for (std::size_t c = 0; c < order.size(); ++c)
    std::copy_n(centroids.row(order[c]), result.p(), result.row(c));
  return result;
}

/// Of classes that are left out the others take the shares over.
std::vector<double> arranged(const std::vector<double>& shares, std::span<const std::size_t> order) {
  std::vector<double> result;
  double sum = 0;
  for (const auto c : order) {
    result.push_back(shares[c]);
    sum += shares[c];
  }
  if (order.size() < shares.size()) {
    for (double& share : result) share /= sum;
  }
  return result;
}

/// Parts of segments that are left out go too.
Parts arranged(const Parts& parts, std::size_t k, std::span<const std::size_t> order) {
  std::vector<std::int64_t> place(k, -1);
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<std::int64_t>(i);
  std::vector<std::size_t> kept;
  Parts result;
  for (std::size_t part = 0; part < parts.segment.size(); ++part) {
    const auto segment = place[static_cast<std::size_t>(parts.segment[part])];
    if (segment < 0) continue;
    kept.push_back(part);
    result.segment.push_back(segment);
    result.weights.push_back(parts.weights[part]);
    result.counts.push_back(parts.counts[part]);
  }
  result.centroids = arranged(parts.centroids, kept);
  return result;
}

CentroidModel arranged_kind(const CentroidModel& model, std::span<const std::size_t> order) {
  return {arranged(model.centroids, order), model.square_reach, model.metric,
          arranged(model.parts, model.centroids.k(), order)};
}

ClassModel arranged_kind(const ClassModel& model, std::span<const std::size_t> order) {
  return {arranged(model.centroids, order), arranged(model.shares, order)};
}

NormalModel arranged_kind(const NormalModel& model, std::span<const std::size_t> order) {
  NormalModel made{arranged(model.centroids, order), arranged(model.shares, order), model.covariance,
                   model.factors};
  if (factors_of(model.covariance, model.shares.size()) == 1) return made;
  made.factors.clear();
  const auto size = model.factors.size() / model.shares.size();
  for (const auto c : order) {
    const auto own = model.factors.begin() + static_cast<std::ptrdiff_t>(c * size);
    made.factors.insert(made.factors.end(), own, own + static_cast<std::ptrdiff_t>(size));
  }
  return made;
}

}  // namespace

std::string find_fault(const Parts& parts, std::size_t k, std::size_t p) {
  if (parts.empty() && parts.centroids.p() == 0 && parts.segment.empty() && parts.weights.empty() &&
      parts.counts.empty())
    return {};
  const auto m = parts.centroids.k();
  if (m < k || parts.centroids.p() != p || parts.segment.size() != m || parts.weights.size() != m ||
      parts.counts.size() != m)
    return fmt::format("its {} segments have {} parts of {} columns", k, m, parts.centroids.p());
  std::vector<bool> has_part(k, false);
  for (std::size_t i = 0; i < m; ++i) {
    if (parts.segment[i] < 0 || parts.segment[i] >= static_cast<std::int64_t>(k))
      return fmt::format("part {} is in segment {}", i, parts.segment[i]);
    has_part[static_cast<std::size_t>(parts.segment[i])] = true;
    if (!(std::isfinite(parts.weights[i]) && parts.weights[i] >= 0) || parts.counts[i] < 0)
      return fmt::format("part {} has {} customers, of weight {}", i, parts.counts[i], parts.weights[i]);
  }
  if (std::find(has_part.begin(), has_part.end(), false) != has_part.end()) return "a segment has no part";
  return core::find_fault(parts.centroids);
}

bool has_triangle(spec::Covariance covariance) {
  return covariance == spec::Covariance::tied || covariance == spec::Covariance::full;
}

std::size_t factor_size(spec::Covariance covariance, std::size_t p) {
  if (has_triangle(covariance)) return p * (p + 1) / 2;
  return covariance == spec::Covariance::spherical ? 1 : p;
}

std::size_t factors_of(spec::Covariance covariance, std::size_t k) {
  const bool tied = covariance == spec::Covariance::tied || covariance == spec::Covariance::tied_diagonal;
  return tied ? 1 : k;
}

std::span<const double> factor_of(const NormalModel& model, std::size_t c) {
  const auto size = factor_size(model.covariance, model.centroids.p());
  const auto place = factors_of(model.covariance, model.shares.size()) == 1 ? 0 : c;
  return std::span(model.factors).subspan(place * size, size);
}

std::size_t diagonal_place(spec::Covariance covariance, std::size_t j) {
  if (has_triangle(covariance)) return core::triangle(j, j);
  return covariance == spec::Covariance::spherical ? 0 : j;
}

const core::Centroids& centres(const Model& model) {
  return std::visit([](const auto& kind) -> const core::Centroids& { return kind.centroids; }, model);
}

bool is_mixture(const Model& model) { return !std::holds_alternative<CentroidModel>(model); }

Model arranged(const Model& model, std::span<const std::size_t> order) {
  return std::visit([&](const auto& kind) -> Model { return arranged_kind(kind, order); }, model);
}

}  // namespace psychograph::cluster

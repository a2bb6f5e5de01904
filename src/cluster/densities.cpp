#include "cluster/densities.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/exp_log.hpp"
#include "core/feature_matrix.hpp"
#include "core/overloaded.hpp"
#include "kernel/quadratic.hpp"

namespace psychograph::cluster {
namespace {

std::variant<AnswerTable, NormalDensities> prepared(const Model& model,
                                                    const std::vector<core::ColumnBlock>& blocks) {
  if (const auto* classes = std::get_if<ClassModel>(&model)) return AnswerTable(*classes, blocks);
  return NormalDensities(std::get<NormalModel>(model));
}

}  // namespace

std::string find_fault(const NormalModel& model) {
  const auto p = model.centroids.p();
  if (model.covariance < spec::Covariance::spherical || model.covariance > spec::Covariance::full)
    return "the kind of its covariances is not known";
  const auto size = factor_size(model.covariance, p);
  if (model.factors.size() != factors_of(model.covariance, model.shares.size()) * size)
    return fmt::format("its factors are {} numbers", model.factors.size());
  for (std::size_t c = 0; c < model.factors.size() / size; ++c) {
    const auto own = std::span(model.factors).subspan(c * size, size);
    for (const double value : own) {
      if (!std::isfinite(value)) return fmt::format("a number of its factors is {}", value);
    }
    for (std::size_t j = 0; j < p; ++j) {
      const double value = own[diagonal_place(model.covariance, j)];
      if (!(value > 0)) return fmt::format("{} stands on the diagonal of a factor", value);
    }
  }
  return {};
}

NormalDensities::NormalDensities(const NormalModel& model) : model_(model), constants_(model.shares) {
  core::take_logarithms(constants_);
  const auto p = model.centroids.p();
  for (std::size_t c = 0; c < k(); ++c) {
    const auto factor = factor_of(model_, c);
    std::vector<double> diagonal;
    for (std::size_t j = 0; j < p; ++j) diagonal.push_back(factor[diagonal_place(model.covariance, j)]);
    core::take_logarithms(diagonal);
    for (const double logarithm : diagonal) constants_[c] += logarithm;
    constexpr double log_root_two_pi = 0.91893853320467274178;
    constants_[c] -= static_cast<double>(p) * log_root_two_pi;
  }
}

void NormalDensities::log_joint(kernel::Tiles tiles, std::vector<double>& out) const {
  const auto rows = tiles.size() * core::tile_rows;
  const auto p = model_.centroids.p();
  out.resize(rows * k());
  std::vector<double> squares(rows);
  for (std::size_t c = 0; c < k(); ++c) {
    const auto factor = factor_of(model_, c);
    const std::span<const double> point(model_.centroids.row(c), p);
    if (has_triangle(model_.covariance)) {
      kernel::rotated_squares(tiles, point, factor, squares.data());
    } else if (factor.size() == p) {
      kernel::scaled_squares(tiles, point, factor, squares.data());
    } else {
      kernel::scaled_squares(tiles, point, std::vector<double>(p, factor[0]), squares.data());
    }
    double* const own = &out[c * rows];
    for (std::size_t row = 0; row < rows; ++row) own[row] = constants_[c] - squares[row] / 2;
  }
}

Densities::Densities(const Model& model, const std::vector<core::ColumnBlock>& blocks)
    : blocks_(blocks), kind_(prepared(model, blocks)) {}

std::size_t Densities::k() const {
  return std::visit([](const auto& kind) { return kind.k(); }, kind_);
}

void Densities::log_joint(kernel::Tiles tiles, std::vector<double>& out) const {
  std::visit(core::Overloaded{[&](const NormalDensities& normal) { normal.log_joint(tiles, out); },
                              [&](const AnswerTable& table) {
                                std::vector<Answer> answers(tiles.size() * core::tile_rows * blocks_.size());
                                read_answers(tiles, blocks_, answers.data());
                                table.log_joint(answers, out);
                              }},
             kind_);
}

}  // namespace psychograph::cluster

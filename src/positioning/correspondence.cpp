#include "positioning/correspondence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/SVD>

namespace psychograph::positioning {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
/// Of the largest singular value: what is below is rounding.
constexpr double rounding = 1e-12;

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// The point with the largest coordinate on an axis decides which way it points.
void orient(Matrix& columns, Matrix& rows) {
  for (Eigen::Index axis = 0; axis < columns.cols(); ++axis) {
    Eigen::Index most = 0;
    for (Eigen::Index j = 0; j < columns.rows(); ++j) {
      if (std::abs(columns(j, axis)) > std::abs(columns(most, axis))) most = j;
    }
    if (columns(most, axis) >= 0) continue;
    columns.col(axis) *= -1;
    rows.col(axis) *= -1;
  }
}

Points points_of(const Matrix& coordinates, const Vector& mass, const std::vector<double>& inertias) {
  Points points;
  points.axes = inertias.size();
  for (Eigen::Index i = 0; i < coordinates.rows(); ++i) {
    points.mass.push_back(mass(i));
    const double distance = coordinates.row(i).squaredNorm();
    double shown = 0;
    for (Eigen::Index axis = 0; axis < coordinates.cols(); ++axis) {
      const double square = coordinates(i, axis) * coordinates(i, axis);
      if (axis < 2) shown += square;
      points.coordinates.push_back(mass(i) > 0 ? coordinates(i, axis) : not_a_number);
      points.contributions.push_back(mass(i) > 0 ? mass(i) * square / inertias[static_cast<std::size_t>(axis)]
                                                 : not_a_number);
    }
    points.quality.push_back(mass(i) > 0 && distance > 0 ? shown / distance : not_a_number);
  }
  return points;
}

}  // namespace

std::vector<double> Correspondence::project(std::span<const double> counts) const {
  double sum = 0;
  for (const double count : counts) sum += count;
  std::vector<double> found(axes(), sum > 0 ? 0.0 : not_a_number);
  if (!(sum > 0)) return found;
  for (std::size_t axis = 0; axis < axes(); ++axis) {
    const double standard = std::sqrt(inertias[axis]);
    for (std::size_t j = 0; j < counts.size(); ++j) {
      if (columns.mass[j] > 0) found[axis] += counts[j] / sum * columns.at(j, axis) / standard;
    }
  }
  return found;
}

Correspondence analyse(const insight::CountTable& table) {
  const auto rows = index(table.rows);
  const auto columns = index(table.columns);
  Matrix shares(rows, columns);
  double n = 0;
  for (const auto count : table.counts) n += static_cast<double>(count);
  for (std::size_t i = 0; i < table.rows; ++i) {
    for (std::size_t j = 0; j < table.columns; ++j)
      shares(index(i), index(j)) = static_cast<double>(table.at(i, j)) / n;
  }
  const Vector row_mass = shares.rowwise().sum();
  const Vector column_mass = shares.colwise().sum().transpose();
  Matrix residuals = Matrix::Zero(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      const double expected = row_mass(i) * column_mass(j);
      if (expected > 0) residuals(i, j) = (shares(i, j) - expected) / std::sqrt(expected);
    }
  }
  const Eigen::JacobiSVD<Matrix> svd(residuals, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto& values = svd.singularValues();
  Correspondence found;
  found.total_inertia = residuals.squaredNorm();
  for (Eigen::Index axis = 0; axis < values.size(); ++axis) {
    if (values(axis) > rounding * values(0) && values(axis) > 1e-14)
      found.inertias.push_back(values(axis) * values(axis));
  }
  const auto axes = index(found.inertias.size());
  Matrix row_coordinates = svd.matrixU().leftCols(axes) * values.head(axes).asDiagonal();
  Matrix column_coordinates = svd.matrixV().leftCols(axes) * values.head(axes).asDiagonal();
  for (Eigen::Index i = 0; i < rows; ++i)
    row_coordinates.row(i) /= std::sqrt(row_mass(i) > 0 ? row_mass(i) : 1.0);
  for (Eigen::Index j = 0; j < columns; ++j)
    column_coordinates.row(j) /= std::sqrt(column_mass(j) > 0 ? column_mass(j) : 1.0);
  orient(column_coordinates, row_coordinates);
  found.rows = points_of(row_coordinates, row_mass, found.inertias);
  found.columns = points_of(column_coordinates, column_mass, found.inertias);
  return found;
}

}  // namespace psychograph::positioning

#include "features/unit_rows.hpp"

#include <cmath>
#include <vector>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/wide_sums.hpp"

namespace psychograph::features {
namespace {

/// [p] of every feature, whatever becomes of rows.
std::vector<double> origins(const Schema& schema) {
  std::vector<double> all;
  for (const auto& fitted : schema.features) {
    if (fitted.width() > 0) all.insert(all.end(), fitted.centres.begin(), fitted.centres.end());
  }
  return all;
}

/// In encoded units.
double length_of(const core::FeatureMatrix& matrix, std::size_t row, const std::vector<double>& origin) {
  double square = 0;
  for (std::size_t j = 0; j < origin.size(); ++j) {
    const double encoded = static_cast<double>(matrix.at(row, j)) + origin[j];
    square += encoded * encoded;
  }
  return std::sqrt(square);
}

}  // namespace

void make_rows_unit(const Schema& schema, core::FeatureMatrix& matrix) {
  const auto origin = origins(schema);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    const double length = length_of(matrix, row, origin);
    for (std::size_t j = 0; j < origin.size(); ++j) {
      const double encoded = static_cast<double>(matrix.at(row, j)) + origin[j];
      matrix.at(row, j) = length > 0 ? static_cast<float>(encoded / length) : 0.0F;
    }
  }
}

void fit_unit_rows(const comm::Communicator& world, const Participation& participation, Schema& schema,
                   core::FeatureMatrix& matrix) {
  const auto origin = origins(schema);
  core::WideSums lengths(1);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    if (participation.has(row)) lengths.add(0, length_of(matrix, row, origin));
  }
  comm::sum_over_ranks(world, lengths);
  schema.length = lengths.value(0) / static_cast<double>(participation.global_count);
  if (!(schema.length > 0))
    throw core::data_error("every customer is at the origin of the encoded columns: none has a direction");
  make_rows_unit(schema, matrix);
}

}  // namespace psychograph::features

#include "runs/encoding.hpp"

#include <cmath>
#include <utility>

#include "cluster/algorithms.hpp"
#include "comm/all_reduce.hpp"
#include "core/wide_sums.hpp"
#include "features/encode.hpp"
#include "features/unit_rows.hpp"
#include "runs/naming_files.hpp"

namespace psychograph::runs {
namespace {

/// Weighted sums of the cells of each column, of either sign, and of their squares.
class ColumnSums {
 public:
  /// Collective.
  ColumnSums(const comm::Communicator& world, const core::FeatureMatrix& matrix,
             const features::Participation& participation)
      : p_(matrix.columns()), sums_(3 * matrix.columns() + 1) {
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      if (!participation.has(row)) continue;
      const double weight = participation.weights.empty() ? 1.0 : participation.weights[row];
      sums_.add(3 * p_, weight);
      for (std::size_t j = 0; j < p_; ++j) {
        const auto cell = static_cast<double>(matrix.at(row, j));
        sums_.add(3 * j + (cell < 0 ? 1 : 0), weight * std::abs(cell));
        sums_.add(3 * j + 2, weight * cell * cell);
      }
    }
    comm::sum_over_ranks(world, sums_);
  }

  [[nodiscard]] double mean(std::size_t j) {
    return (sums_.value(3 * j) - sums_.value(3 * j + 1)) / sums_.value(3 * p_);
  }
  [[nodiscard]] double variance(std::size_t j) {
    return sums_.value(3 * j + 2) / sums_.value(3 * p_) - mean(j) * mean(j);
  }

 private:
  std::size_t p_;
  core::WideSums sums_;
};

/// Of two customers how often the names differ.
double mean_mismatch(ColumnSums& sums, const core::ColumnBlock& block) {
  double variance = 0;  // p (1 - p) step^2, over all names
  for (std::size_t l = 0; l < block.count; ++l) variance += sums.variance(block.first + l);
  return 2 * variance;
}

double estimate_gamma(const comm::Communicator& world, const features::Schema& schema,
                      const core::FeatureMatrix& matrix, const features::Participation& participation) {
  ColumnSums sums(world, matrix, participation);
  double numbers = 0;
  double names = 0;
  std::int64_t of_numbers = 0;
  std::int64_t of_names = 0;
  const auto blocks = features::column_blocks(schema);
  for (std::size_t b = 0; b < blocks.size(); ++b) {           // clustered features stand first
    const double weight = schema.features[b].feature.weight;  // what the spec adds to both
    if (blocks[b].step > 0) {
      names += mean_mismatch(sums, blocks[b]) / weight;
      ++of_names;
    } else {
      numbers += sums.variance(blocks[b].first) / weight;
      ++of_numbers;
    }
  }
  if (of_numbers == 0 || of_names == 0 || !(names > 0) || !(numbers > 0)) return 1;
  return (numbers / static_cast<double>(of_numbers)) / (names / static_cast<double>(of_names));
}

}  // namespace

EncodedFor encode_for(const comm::Communicator& world, const io::Shard& shard, const spec::Cluster& options,
                      std::vector<features::Feature> features, const features::Participation& participation) {
  std::optional<double> gamma;
  if (options.estimate_gamma) {
    const auto [schema, matrix] = features::fit_and_encode(world, shard, features, participation);
    gamma = estimate_gamma(world, schema, matrix, participation);
    for (auto& feature : features) {
      const bool names = feature.kind == spec::Kind::categorical || feature.kind == spec::Kind::binary;
      if (names) feature.weight *= *gamma;
      feature.weight_if_flags *= *gamma;
    }
  }
  auto [schema, matrix] = features::fit_and_encode(world, shard, features, participation);
  if (cluster::algorithm(options.algorithm).unit_rows)
    naming_files(shard.table(),
                 [&, &s = schema, &m = matrix] { features::fit_unit_rows(world, participation, s, m); });
  return {std::move(schema), std::move(matrix), gamma};
}

}  // namespace psychograph::runs

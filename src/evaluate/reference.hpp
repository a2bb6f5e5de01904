// Customers as they would be without segments: the table's margins and correlations, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

/// Of one feature: values as the customers have them, which a standard normal number is turned into.
struct Margin {
  core::ColumnBlock block;
  /// In rising order, one a customer: of numbers the cells; of names the places of the levels in `order`.
  std::vector<float> values;
  std::vector<std::size_t> order;  ///< of names: the levels, from one end of the thresholds to the other
  std::vector<float> on, off;      ///< of names, by level: the cell of those who have it, and of others
};

/// A Gaussian copula with the observed margins whose columns have the observed Pearson correlations (Cario
/// and Nelson 1997, "Modeling and generating random vectors with arbitrary marginal distributions and
/// correlation matrix"; as a null model for segments Hennig and Lin 2015). Names are one normal number cut at
/// thresholds, in the order that they have along the main axis of all columns. Correlations that no normal
/// distribution has together become the nearest that one has.
class Reference {
 public:
  /// Of the customers with weight, who count one each. Every rank holds all their cells: give it a sample.
  /// Collective. Throws std::bad_alloc.
  Reference(const comm::Communicator& world, const kernel::Data& data);

  /// Fills `matrix` with rows `first` and on of set `number`: functions of the seed, the number and the row.
  /// Local.
  void draw(std::uint64_t seed, std::uint32_t number, std::int64_t first, core::FeatureMatrix& matrix) const;

  [[nodiscard]] const std::vector<Margin>& margins() const { return margins_; }

 private:
  std::vector<Margin> margins_;
  std::vector<double> root_;  ///< [margins, margins] of the normal numbers' correlations: A with A A'
};

}  // namespace psychograph::evaluate

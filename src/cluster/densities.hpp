// What a mixture says of rows: each segment's share times its density.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cluster/answers.hpp"
#include "cluster/model.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::cluster {

/// Normal distributions, made ready for rows.
class NormalDensities {
 public:
  explicit NormalDensities(const NormalModel& model);

  [[nodiscard]] std::size_t k() const { return model_.shares.size(); }
  /// [k, 16 * tiles]. Local.
  void log_joint(kernel::Tiles tiles, std::vector<double>& out) const;

 private:
  NormalModel model_;
  std::vector<double> constants_;  ///< [k] the logarithms of shares and of the densities at the centres
};

/// Of any mixture. Local throughout.
class Densities {
 public:
  /// `blocks` are those of the encoded columns, and outlive it. Precondition: is_mixture(model).
  Densities(const Model& model, const std::vector<core::ColumnBlock>& blocks);

  [[nodiscard]] std::size_t k() const;
  /// Logarithms [k, 16 * tiles].
  void log_joint(kernel::Tiles tiles, std::vector<double>& out) const;

 private:
  const std::vector<core::ColumnBlock>& blocks_;
  std::variant<AnswerTable, NormalDensities> kind_;
};

/// What can't be so, in words, of what a model has besides shares and means; empty where nothing is wrong.
std::string find_fault(const NormalModel& model);

}  // namespace psychograph::cluster

// Lifts adjusted for what customers were like before the campaign: least squares with centred covariates and
// their interactions with the arm (Lin 2013, "Agnostic notes on regression adjustments to experimental
// data"), errors by HC2 (MacKinnon and White 1985). The same as a regression within each arm, told at the
// mean of both arms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "campaign/design.hpp"
#include "comm/communicator.hpp"
#include "comm/joint_reduction.hpp"
#include "core/fixed_point.hpp"
#include "core/wide_sums.hpp"

namespace psychograph::campaign {

/// Of an arm and outcome, against the control.
struct AdjustedLift {
  std::int64_t n = 0;  ///< with a value in every covariate, and in the outcome
  std::int64_t n_control = 0;
  double lift = 0;  ///< NaN where it can't be told: covariates that don't vary, or follow from each other
  double error = 0;
  double low = 0;
  double high = 0;
  double p = 0;
};

/// A regression within each arm, in two looks at the customers. Sums are exact: the same bits however rows
/// are dealt out. Rows are [columns]: the covariates, then the outcomes; those that lack a covariate take no
/// part, those that lack an outcome none in its regressions.
class Adjustment {
 public:
  /// `columns`: covariates, of which there is one at least, then outcomes.
  Adjustment(const Arms& arms, std::span<const Column> columns, std::size_t covariates);

  /// First look. `row` is overwritten. Local.
  void add(std::size_t arm, std::span<double> row);
  void include(comm::JointReduction<std::int64_t>& sums);
  /// Ends the first look, after the reduction. Local.
  void solve();
  /// Second look: the same rows. Local.
  void add_residuals(std::size_t arm, std::span<double> row);
  /// Ends the second look: [outcomes, arms], of the control NaN. Collective.
  [[nodiscard]] std::vector<AdjustedLift> find(const comm::Communicator& world);

 private:
  /// The sums of one arm and outcome, and what follows from them.
  struct Regression {
    std::int64_t n = 0;
    std::vector<core::FixedPointSum> firsts;    ///< [covariates + 1] the outcome last
    std::vector<core::FixedPointSum> products;  ///< lower triangle of the same
    std::vector<double> root;                   ///< W [covariates + 1]: the inverse of z'z is W'W, z = (1, x)
    std::vector<double> slopes;                 ///< [covariates + 1] the intercept first
    bool solved = false;
  };

  bool centre(std::span<double> row) const;
  [[nodiscard]] Regression& at(std::size_t outcome, std::size_t arm) {
    return regressions_[outcome * arms_.count() + arm];
  }
  void solve(Regression& regression) const;
  /// The means of the covariates in both arms: (1, c).
  [[nodiscard]] std::vector<double> middle(std::size_t outcome, std::size_t arm);
  /// Where a row's squared residual goes: for `arm`, its own side or the control's.
  [[nodiscard]] std::size_t place(std::size_t outcome, std::size_t arm, bool control) const {
    return 2 * (outcome * arms_.count() + arm) + (control ? 1 : 0);
  }

  Arms arms_;
  std::size_t covariates_;
  std::size_t outcomes_;
  std::vector<double> means_;   ///< [columns]
  std::vector<double> scales_;  ///< [columns] powers of two: what is centred and scaled is at most 1
  std::vector<Regression> regressions_;
  std::vector<std::vector<double>> influence_;  ///< by `place`: w, of which w'z is a row's part in the lift
  core::WideSums squares_;                      ///< by `place`
};

}  // namespace psychograph::campaign

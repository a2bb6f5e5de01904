#include "campaign/adjustment.hpp"

#include <algorithm>
#include <cmath>

#include "campaign/lift.hpp"
#include "comm/all_reduce.hpp"
#include "core/triangle.hpp"
#include "stats/intervals.hpp"
#include "stats/unit_scale.hpp"

namespace psychograph::campaign {
namespace {

/// W'W v, of the inverse W of a Cholesky factor.
std::vector<double> solved(const std::vector<double>& root, std::span<const double> v) {
  const auto size = v.size();
  std::vector<double> half(size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) half[i] += root[core::triangle(i, j)] * v[j];
  }
  std::vector<double> result(size, 0.0);
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t i = j; i < size; ++i) result[j] += root[core::triangle(i, j)] * half[i];
  }
  return result;
}

/// z'(z'z)^-1 z of z = (1, x).
double leverage(const std::vector<double>& root, std::span<const double> x) {
  double sum = 0;
  for (std::size_t i = 0; i <= x.size(); ++i) {
    double part = root[core::triangle(i, 0)];
    for (std::size_t j = 1; j <= i; ++j) part += root[core::triangle(i, j)] * x[j - 1];
    sum += part * part;
  }
  return sum;
}

/// w'z of z = (1, x).
double along(std::span<const double> w, std::span<const double> x) {
  double sum = w[0];
  for (std::size_t j = 0; j < x.size(); ++j) sum += w[j + 1] * x[j];
  return sum;
}

}  // namespace

Adjustment::Adjustment(const Arms& arms, std::span<const Column> columns, std::size_t covariates)
    : arms_(arms),
      covariates_(covariates),
      outcomes_(columns.size() - covariates),
      squares_(2 * outcomes_ * arms.count()) {
  std::int64_t most = 1;
  for (const auto& column : columns) {
    const auto& s = column.fitted->statistics;
    means_.push_back(s.count > 0 ? s.mean : 0.0);
    scales_.push_back(s.count > 0 ? stats::unit_scale(s.max - s.min) : 1.0);
    most = std::max(most, s.count + s.missing);
  }
  const core::FixedPointSum none(static_cast<double>(most), 1.0, most);
  const auto size = covariates_ + 1;
  Regression empty;
  empty.firsts.assign(size, none);
  empty.products.assign(core::triangle(size, 0), none);
  regressions_.assign(outcomes_ * arms.count(), empty);
  influence_.resize(2 * outcomes_ * arms.count());
}

/// False where a covariate is missing.
bool Adjustment::centre(std::span<double> row) const {
  for (std::size_t c = 0; c < row.size(); ++c) row[c] = (row[c] - means_[c]) * scales_[c];
  return std::none_of(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(covariates_),
                      [](double x) { return std::isnan(x); });
}

void Adjustment::add(std::size_t arm, std::span<double> row) {
  if (!centre(row)) return;
  // Each outcome in turn takes the place of the first.
  const auto v = row.first(covariates_ + 1);
  for (std::size_t o = 0; o < outcomes_; ++o) {
    v.back() = row[covariates_ + o];
    if (std::isnan(v.back())) continue;
    auto& regression = at(o, arm);
    ++regression.n;
    for (std::size_t i = 0; i < v.size(); ++i) {
      regression.firsts[i].add(v[i]);
      for (std::size_t j = 0; j <= i; ++j) regression.products[core::triangle(i, j)].add(v[i] * v[j]);
    }
  }
}

void Adjustment::include(comm::JointReduction<std::int64_t>& sums) {
  for (auto& regression : regressions_) {
    sums.include(std::span(&regression.n, 1));
    for (auto& one : regression.firsts) sums.include(one.parts());
    for (auto& one : regression.products) sums.include(one.parts());
  }
}

void Adjustment::solve(Regression& regression) const {
  const auto size = covariates_ + 1;
  if (regression.n <= static_cast<std::int64_t>(size)) return;
  std::vector<double> matrix(core::triangle(size, 0), 0.0);
  std::vector<double> right(size, 0.0);
  matrix[0] = static_cast<double>(regression.n);
  right[0] = regression.firsts[covariates_].value();
  for (std::size_t i = 1; i < size; ++i) {
    matrix[core::triangle(i, 0)] = regression.firsts[i - 1].value();
    for (std::size_t j = 1; j <= i; ++j)
      matrix[core::triangle(i, j)] = regression.products[core::triangle(i - 1, j - 1)].value();
    right[i] = regression.products[core::triangle(covariates_, i - 1)].value();
  }
  regression.root = core::inverse_cholesky(matrix, size);
  // What a covariate has of its own, beside what the others say of it.
  constexpr double least = 1e-10;
  regression.solved = true;
  for (std::size_t i = 0; i < size; ++i) {
    const double own = 1 / regression.root[core::triangle(i, i)];
    const double all = matrix[core::triangle(i, i)];
    regression.solved &= all > 0 && own * own > least * all;
  }
  if (regression.solved) regression.slopes = solved(regression.root, right);
}

std::vector<double> Adjustment::middle(std::size_t outcome, std::size_t arm) {
  auto& own = at(outcome, arm);
  auto& control = at(outcome, *arms_.control);
  std::vector<double> means{1.0};
  for (std::size_t c = 0; c < covariates_; ++c)
    means.push_back((own.firsts[c].value() + control.firsts[c].value()) /
                    static_cast<double>(own.n + control.n));
  return means;
}

void Adjustment::solve() {
  for (auto& regression : regressions_) solve(regression);
  for (std::size_t o = 0; o < outcomes_; ++o) {
    const auto& control = at(o, *arms_.control);
    for (std::size_t arm = 0; arm < arms_.count(); ++arm) {
      const auto& own = at(o, arm);
      if (arms_.is_control(arm) || !own.solved || !control.solved) continue;
      const auto where = middle(o, arm);
      influence_[place(o, arm, false)] = solved(own.root, where);
      influence_[place(o, arm, true)] = solved(control.root, where);
    }
  }
}

void Adjustment::add_residuals(std::size_t arm, std::span<double> row) {
  if (!centre(row)) return;
  const auto x = std::span<const double>(row).first(covariates_);
  const bool is_control = arms_.is_control(arm);
  for (std::size_t o = 0; o < outcomes_; ++o) {
    const double y = row[covariates_ + o];
    const auto& regression = at(o, arm);
    if (std::isnan(y) || !regression.solved) continue;
    const double residual = y - along(regression.slopes, x);
    // A customer who alone decides where the plane lies has no residual.
    const double rest = std::max(1 - leverage(regression.root, x), 1e-12);
    for (std::size_t other = 0; other < arms_.count(); ++other) {
      if (is_control ? arms_.is_control(other) : other != arm) continue;
      const auto where = place(o, other, is_control);
      if (influence_[where].empty()) continue;
      const double part = along(influence_[where], x) * residual;
      squares_.add(where, part * part / rest);
    }
  }
}

std::vector<AdjustedLift> Adjustment::find(const comm::Communicator& world) {
  comm::sum_over_ranks(world, squares_);
  std::vector<AdjustedLift> found;
  for (std::size_t o = 0; o < outcomes_; ++o) {
    const auto& control = at(o, *arms_.control);
    for (std::size_t arm = 0; arm < arms_.count(); ++arm) {
      const auto& own = at(o, arm);
      AdjustedLift lift{own.n,
                        control.n,
                        core::not_a_number,
                        core::not_a_number,
                        core::not_a_number,
                        core::not_a_number,
                        core::not_a_number};
      if (!influence_[place(o, arm, false)].empty()) {
        const auto where = middle(o, arm);
        const auto x = std::span<const double>(where).subspan(1);
        const double scale = scales_[covariates_ + o];
        lift.lift = (along(own.slopes, x) - along(control.slopes, x)) / scale;
        lift.error =
            std::sqrt(squares_.value(place(o, arm, false)) + squares_.value(place(o, arm, true))) / scale;
        lift.low = lift.lift - stats::z95 * lift.error;
        lift.high = lift.lift + stats::z95 * lift.error;
        lift.p = two_sided_p(lift.lift, lift.error);
      }
      found.push_back(lift);
    }
  }
  return found;
}

}  // namespace psychograph::campaign

#include "features/summary.hpp"

#include <array>
#include <limits>

#include "comm/joint_reduction.hpp"
#include "core/figure.hpp"
#include "stats/order_statistics.hpp"
#include "stats/tallies.hpp"

namespace psychograph::features {
namespace {

/// Counts and extremes over all ranks.
void find_extremes(const comm::Communicator& world, std::span<Summary> summaries) {
  // One maximum finds all: of the lower ends the negative is taken. Row numbers are exact in double.
  std::vector<std::array<double, 3>> ends;
  comm::JointReduction<std::int64_t> sums;
  comm::JointReduction<double> largest;
  for (auto& summary : summaries) {
    const auto& column = *summary.column;
    summary.moments.count = column.count();
    summary.missing = static_cast<std::int64_t>(column.extremes().missing);
    ends.push_back(
        {-column.extremes().lowest, column.extremes().highest, -static_cast<double>(column.first_missing())});
    sums.include(std::span(&summary.moments.count, 1));
    sums.include(std::span(&summary.missing, 1));
  }
  for (auto& end : ends) largest.include(end);
  sums.sum(world);
  largest.max(world);
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    summaries[i].moments.min = 0.0 - ends[i][0];  // and not -0
    summaries[i].moments.max = ends[i][1];
    if (summaries[i].missing > 0) summaries[i].first_missing = static_cast<std::int64_t>(-ends[i][2]);
  }
}

/// Moments and quantiles of the columns whose values are counted: ranks meet once for all counts. Collective.
void summarise_counts(const comm::Communicator& world, std::span<Summary* const> summaries) {
  std::vector<std::vector<std::int64_t>> counts;
  comm::JointReduction<std::int64_t> joint;
  for (const auto* summary : summaries) {
    const auto local = summary->column->value_counts()->counts();
    counts.emplace_back(local.begin(), local.end());
  }
  for (auto& one : counts) joint.include(one);
  joint.sum(world);
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    auto& summary = *summaries[i];
    const auto tallies = summary.column->value_counts()->tallies(counts[i]);
    summary.moments = stats::moments_of(tallies);
    const auto found =
        stats::at_places(tallies, stats::quantile_places(summary.moments.count, summary.levels));
    summary.quantiles = stats::quantiles_from(found.values, summary.moments.count, summary.levels);
    summary.at_or_below = stats::at_or_below_quantiles(summary.quantiles, found.values, found.at_or_below);
  }
}

}  // namespace

void summarise(const comm::Communicator& world, std::span<Summary> summaries) {
  find_extremes(world, summaries);
  std::vector<Summary*> counted;
  std::vector<Summary*> wanted;
  std::vector<stats::MomentSums> sums;
  std::vector<stats::OrderStatistics> orders;
  for (auto& summary : summaries) {
    const auto& known = summary.moments;
    if (known.count == 0) {
      summary.moments = {0, core::not_a_number, core::not_a_number, core::not_a_number, core::not_a_number};
      summary.quantiles.assign(summary.levels.size(), core::not_a_number);
      summary.at_or_below.assign(summary.levels.size(), 0);
      continue;
    }
    if (summary.column->value_counts() != nullptr) {
      counted.push_back(&summary);
      continue;
    }
    wanted.push_back(&summary);
    sums.emplace_back(known.count, known.min, known.max);
    orders.emplace_back(known.min, known.max, stats::quantile_places(known.count, summary.levels),
                        summary.column->where());
  }
  if (!counted.empty()) summarise_counts(world, counted);
  comm::JointReduction<std::int64_t> joint;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool ordered = !wanted[i]->levels.empty();
    wanted[i]->column->for_each_observed([&](std::span<double> values) {
      sums[i].add_values(values);
      if (ordered) orders[i].count(values);
    });
    joint.include(sums[i].values());
    if (ordered) joint.include(orders[i].counts());
  }
  joint.sum(world);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool ordered = !wanted[i]->levels.empty();
    sums[i].find_mean();
    if (ordered) orders[i].choose();
    wanted[i]->column->for_each_observed([&](std::span<double> values) {
      sums[i].add_deviations(values);
      if (ordered) orders[i].keep(values);
    });
    joint.include(sums[i].deviations());
  }
  joint.sum(world);
  const auto found = stats::OrderStatistics::find(world, orders);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    wanted[i]->moments = sums[i].find();
    wanted[i]->quantiles = stats::quantiles_from(found[i], wanted[i]->moments.count, wanted[i]->levels);
    wanted[i]->at_or_below =
        stats::at_or_below_quantiles(wanted[i]->quantiles, found[i], orders[i].at_or_below());
  }
}

}  // namespace psychograph::features

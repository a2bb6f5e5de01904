#include "features/number_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "features/fit_failure.hpp"
#include "features/levels.hpp"
#include "features/order_statistics.hpp"
#include "features/statistics.hpp"

namespace psychograph::features {
namespace {

/// What all ranks' observed cells of a column are.
struct Observed {
  std::int64_t count = 0;
  std::int64_t missing = 0;
  std::int64_t first_missing = 0;
  double lowest = 0;
  double highest = 0;
};

Observed observe(const comm::Communicator& world, const LocalColumn& column) {
  std::array<std::int64_t, 2> counts{column.count(), static_cast<std::int64_t>(column.extremes().missing)};
  comm::sum_over_ranks(world, counts);
  std::array<double, 2> ends{-column.extremes().lowest, column.extremes().highest};
  comm::max_over_ranks(world, ends);
  const auto first_missing = counts[1] == 0 ? 0 : comm::min_over_ranks(world, column.first_missing());
  return {counts[0], counts[1], first_missing, 0.0 - ends[0], ends[1]};
}

/// Moments, and the quantiles at `levels`, of a column that has cells: two looks at them serve both.
struct Summary {
  Moments moments;
  std::vector<double> quantiles;
};

Summary summarise(const comm::Communicator& world, const LocalColumn& column, const Observed& observed,
                  std::span<const double> levels) {
  MomentSums sums(observed.count, observed.lowest, observed.highest);
  OrderStatistics order(observed.lowest, observed.highest, quantile_places(observed.count, levels));
  column.for_each_observed([&](std::span<double> values) {
    sums.add_values(values);
    if (!levels.empty()) order.count(values);
  });
  sums.find_mean(world);
  if (!levels.empty()) order.choose(world);
  column.for_each_observed([&](std::span<double> values) {
    sums.add_deviations(values);
    if (!levels.empty()) order.keep(values);
  });
  Summary result{sums.find(world), {}};
  if (!levels.empty()) result.quantiles = quantiles_from(order.find(world), observed.count, levels);
  return result;
}

/// `centre` to a sixteenth of the spread or finer, as a multiple of a power of two: the origin need not be
/// the mean to a hair, and whole numbers (answers, counts) less such a centre are exact in float.
double round_coarsely(double centre, double spread) {
  if (!std::isnormal(spread)) return centre;
  const double grid = std::exp2(std::floor(std::log2(spread)) - 4);
  return std::nearbyint(centre / grid) * grid;
}

class NumberFit {
 public:
  NumberFit(const comm::Communicator& world, const io::Shard& shard, FittedFeature& fitted,
            LocalColumn& column)
      : world_(world), shard_(shard), fitted_(fitted), column_(column) {}

  void run(Degenerate degenerate) {
    auto& statistics = fitted_.statistics;
    constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
    statistics = {0, 0, not_a_number, not_a_number, not_a_number, not_a_number, {}};
    statistics.quantiles.fill(not_a_number);
    const auto observed = observe(world_, column_);
    statistics.count = observed.count;
    statistics.missing = observed.missing;
    if (observed.count > 0) {
      summary_ = summarise(world_, column_, observed, quantile_levels);
      statistics.mean = summary_.moments.mean;
      statistics.sd = summary_.moments.sd;
      statistics.min = observed.lowest;
      statistics.max = observed.highest;
      std::copy(summary_.quantiles.begin(), summary_.quantiles.end(), statistics.quantiles.begin());
    }
    fitted_.centres = {0.0};
    if (!fitted_.feature.clustered) return;
    const bool constant = observed.count == 0 || observed.lowest == observed.highest;
    if (degenerate == Degenerate::report && constant) return;
    if (observed.count == 0) fail_fit(shard_, fitted_, "has no value at all");
    fail_at_missing(shard_, fitted_, observed.first_missing);
    check_domain();
    fitted_.fill = fill_value();
    fit_scale();
  }

 private:
  void check_domain() const {
    const double lowest = fitted_.statistics.min;
    if (fitted_.feature.transform == spec::Transform::log1p && lowest <= -1) {
      fail_fit(shard_, fitted_,
               fmt::format("has {} as its smallest value: log1p takes values above -1", lowest));
    }
    if (fitted_.feature.transform == spec::Transform::sqrt && lowest < 0) {
      fail_fit(shard_, fitted_,
               fmt::format("has {} as its smallest value: sqrt takes no negative values", lowest));
    }
  }

  /// In the user's units.
  [[nodiscard]] double fill_value() const {
    const auto& statistics = fitted_.statistics;
    switch (fitted_.feature.missing) {
      case spec::Missing::mean:
        return statistics.mean;
      case spec::Missing::median:
        return statistics.quantiles[3];
      case spec::Missing::mode:
        return statistics.missing > 0 ? mode() : statistics.quantiles[3];
      default:
        return 0.0;
    }
  }

  /// The most frequent value; the lowest of several.
  [[nodiscard]] double mode() const {
    std::map<double, std::int64_t> counts;
    column_.for_each_observed([&](std::span<double> values) {
      for (const double value : values) {
        if (counts.size() > most_levels) return;
        ++counts[value];
      }
    });
    const auto most = comm::max_over_ranks(world_, static_cast<std::int64_t>(counts.size()));
    if (most > static_cast<std::int64_t>(most_levels)) {
      fail_fit(shard_, fitted_,
               fmt::format("has more than {} different values, so its mode says little: use mean or median",
                           most_levels));
    }
    std::vector<std::map<double, std::int64_t>> by_rank;
    boost::mpi::all_gather(world_, counts, by_rank);
    std::map<double, std::int64_t> all;
    for (const auto& part : by_rank) {
      for (const auto& [value, count] : part) all[value] += count;
    }
    return std::max_element(all.begin(), all.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }

  /// What will be scaled: the transformed cells, the filled ones among them. Those of a plain complete column
  /// are what has been summarised already.
  void fill_and_transform() {
    const auto& feature = fitted_.feature;
    const bool complete = fitted_.statistics.missing == 0 || feature.missing == spec::Missing::drop;
    if (complete && feature.transform == spec::Transform::none) {
      std::copy_n(fitted_.statistics.quantiles.begin() + 2, 3, quartiles_.begin());
      return;
    }
    column_.fill_and_transform(fitted_.fill, feature.transform);
    constexpr std::array levels{0.25, 0.5, 0.75};
    const bool robust = feature.scale == spec::Scale::robust;
    summary_ = summarise(world_, column_, observe(world_, column_),
                         std::span<const double>(levels).first(robust ? levels.size() : 0));
    if (robust) std::copy_n(summary_.quantiles.begin(), 3, quartiles_.begin());
  }

  void fit_scale() {
    fill_and_transform();
    const auto& filled = summary_.moments;
    double divisor = 1;
    if (filled.min == filled.max) {
      fail_fit(shard_, fitted_,
               fmt::format("is constant: every customer has {}; leave it out", fitted_.statistics.min));
    }
    if (fitted_.feature.kind == spec::Kind::binary) {
      check_binary();
      fitted_.offset = filled.min;
      divisor = filled.max - filled.min;
    }
    switch (fitted_.feature.scale) {
      case spec::Scale::none:
        break;
      case spec::Scale::zscore:
        fitted_.offset = filled.mean;
        divisor = filled.sd;
        break;
      case spec::Scale::minmax:
        fitted_.offset = filled.min;
        divisor = filled.max - filled.min;
        break;
      case spec::Scale::robust:
        fitted_.offset = quartiles_[1];
        divisor = quartiles_[2] - quartiles_[0];
        if (divisor == 0) {
          fail_fit(shard_, fitted_,
                   "has the same value at both quartiles, so it can't be scaled by them: use zscore");
        }
        break;
    }
    fitted_.factor = std::sqrt(fitted_.feature.weight) / divisor;
    if (!std::isfinite(fitted_.factor))
      fail_fit(shard_, fitted_, "has values that differ too little to be told apart");
    fitted_.centres = {
        round_coarsely((filled.mean - fitted_.offset) * fitted_.factor, filled.sd * fitted_.factor)};
  }

  void check_binary() const {
    const auto& all = summary_.moments;
    std::int64_t others = 0;
    column_.for_each_observed([&](std::span<double> values) {
      others +=
          std::count_if(values.begin(), values.end(), [&](double x) { return x != all.min && x != all.max; });
    });
    if (comm::sum_over_ranks(world_, others) > 0)
      fail_fit(shard_, fitted_, "is not binary: it has more than two different values");
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  FittedFeature& fitted_;
  LocalColumn& column_;
  Summary summary_;
  std::array<double, 3> quartiles_{};
};

}  // namespace

void fit_numbers(const comm::Communicator& world, const io::Shard& shard, Degenerate degenerate,
                 FittedFeature& fitted, LocalColumn& column) {
  NumberFit(world, shard, fitted, column).run(degenerate);
}

}  // namespace psychograph::features

#include "features/number_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/figure.hpp"
#include "features/fit_failure.hpp"
#include "features/levels.hpp"
#include "features/resolve.hpp"
#include "features/summary.hpp"

namespace psychograph::features {
namespace {

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

  /// Statistics and fill, from the observed cells.
  void start(Summary observed, Degenerate degenerate) {
    const auto& moments = observed.moments;
    auto& statistics = fitted_.statistics;
    statistics = {moments.count, observed.missing, moments.mean, moments.sd,
                  moments.min,   moments.max,      {},           {}};
    std::copy(observed.quantiles.begin(), observed.quantiles.end(), statistics.quantiles.begin());
    std::copy(observed.at_or_below.begin(), observed.at_or_below.end(), statistics.at_or_below.begin());
    fitted_.centres = {0.0};
    if (fitted_.feature.missing_if_flags && are_flags()) become_binary(fitted_.feature);
    if (!fitted_.feature.clustered) return;
    const bool constant = moments.count == 0 || moments.min == moments.max;
    if (degenerate == Degenerate::report && constant) return;
    if (moments.count == 0) fail_fit(shard_, fitted_, "has no value at all");
    fail_at_missing(shard_, fitted_, observed.first_missing);
    check_domain();
    fitted_.fill = fill_value();
    filled_ = {
        nullptr, {}, moments, 0, 0, {statistics.quantiles.begin() + 2, statistics.quantiles.begin() + 5}, {}};
    scaled_ = true;
  }

  /// Whether the cells have to be summarised once more, now that they can be filled: those of a complete
  /// column without a transform are what has been summarised already.
  [[nodiscard]] bool changes_cells() const {
    const auto& feature = fitted_.feature;
    const bool complete = fitted_.statistics.missing == 0 || feature.missing == spec::Missing::drop;
    return scaled_ && !(complete && feature.transform == spec::Transform::none);
  }
  Summary ask_again() {
    column_.fill_and_transform(fitted_.fill, fitted_.feature.transform);
    const bool robust = fitted_.feature.scale == spec::Scale::robust;
    return {&column_, robust ? std::vector{0.25, 0.5, 0.75} : std::vector<double>(), {}, 0, 0, {}, {}};
  }
  void take_again(Summary filled) { filled_ = std::move(filled); }

  /// Location and scale.
  void finish() {
    if (scaled_) fit_scale();
  }

 private:
  /// Whether every observed cell is 0 or 1, and both are there. Collective.
  [[nodiscard]] bool are_flags() const {
    const auto& statistics = fitted_.statistics;
    if (statistics.count == 0 || statistics.min != 0 || statistics.max != 1) return false;
    // Between 0 and 1 nothing varies as much about its mean as they do: no look at most other columns.
    const double most = statistics.mean * (1 - statistics.mean);
    constexpr double rounding = 1e-9;
    return statistics.sd * statistics.sd >= most * (1 - rounding) && other_values(0, 1) == 0;
  }

  /// How many observed cells are neither of two values. Collective.
  [[nodiscard]] std::int64_t other_values(double one, double other) const {
    std::int64_t others = 0;
    const auto is_other = [&](double x) { return x != one && x != other; };
    if (const auto* counted = column_.value_counts()) {
      for (const auto& [value, count] : counted->tallies(counted->counts()))
        others += is_other(value) ? count : 0;
    } else {
      column_.for_each_observed(
          [&](std::span<double> values) { others += std::count_if(values.begin(), values.end(), is_other); });
    }
    return comm::sum_over_ranks(world_, others);
  }

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
        return mode();
      default:
        return 0.0;
    }
  }

  /// The most frequent value; the lowest of several. New customers may lack the cell where nobody does now,
  /// so it is wanted in any case; only then it may be NaN, where there are too many values.
  [[nodiscard]] double mode() const {
    const auto& statistics = fitted_.statistics;
    if (statistics.missing == 0 && fitted_.feature.kind == spec::Kind::binary)
      return statistics.quantiles[3] == statistics.max ? statistics.max : statistics.min;
    auto counts = local_counts();
    // What one rank sees depends on how rows are dealt out; what all see together does not.
    std::map<double, std::int64_t> all;
    const auto most = comm::max_over_ranks(world_, static_cast<std::int64_t>(counts.size()));
    const bool few = most <= static_cast<std::int64_t>(most_levels);
    if (few) {
      std::vector<std::map<double, std::int64_t>> by_rank;
      boost::mpi::all_gather(world_, counts, by_rank);
      for (const auto& part : by_rank) {
        for (const auto& [value, count] : part) all[value] += count;
      }
    }
    if (!few || all.size() > most_levels) {
      if (statistics.missing == 0) return core::not_a_number;
      fail_fit(shard_, fitted_,
               fmt::format("has more than {} different values, so its mode says little: use mean or median",
                           most_levels));
    }
    return std::max_element(all.begin(), all.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }

  /// How often each value occurs on this rank; of some more than `most_levels` of them, where there are more.
  [[nodiscard]] std::map<double, std::int64_t> local_counts() const {
    std::map<double, std::int64_t> counts;
    if (const auto* counted = column_.value_counts()) {
      for (const auto& [value, count] : counted->tallies(counted->counts())) counts[value] = count;
      return counts;
    }
    column_.for_each_observed([&](std::span<double> values) {
      for (const double value : values) {
        if (counts.size() > most_levels) return;
        ++counts[value];
      }
    });
    return counts;
  }

  void fit_scale() {
    const auto& filled = filled_.moments;
    double divisor = 1;
    if (filled.min == filled.max) {
      constexpr double last_told_apart = 0x1p53;
      const double value = fitted_.statistics.min;
      fail_fit(shard_, fitted_,
               std::abs(value) < last_told_apart
                   ? fmt::format("is constant: every customer has {}; leave it out", value)
                   : fmt::format("is constant as a number: every customer has about {}, where whole numbers "
                                 "are no longer told apart; use kind = \"categorical\", or leave it out",
                                 value));
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
        fitted_.offset = filled_.quantiles[1];
        divisor = filled_.quantiles[2] - filled_.quantiles[0];
        if (divisor == 0) {
          fail_fit(shard_, fitted_,
                   "has the same value at both quartiles, so it can't be scaled by them: use zscore");
        }
        break;
    }
    fitted_.factor = std::sqrt(fitted_.feature.weight) / divisor;
    if (!std::isfinite(fitted_.factor))
      fail_fit(shard_, fitted_, "has values that differ too little to be told apart");
    fitted_.centres = {centre()};
  }

  /// About the mean; or about the median where a few huge values have drawn the mean so far away that float,
  /// which has its finest steps at the origin, would lose the others. In encoded units.
  [[nodiscard]] double centre() const {
    constexpr double near = 16;  // usual widths
    const auto& feature = fitted_.feature;
    if (feature.from_zero && feature.kind == spec::Kind::binary)
      return (filled_.moments.min - fitted_.offset) * fitted_.factor;
    const auto quantile = [&](std::size_t i) {
      return transformed(feature.transform, fitted_.statistics.quantiles[i]);
    };
    // Quartiles; where they are equal, what lies farther out.
    double width = quantile(4) - quantile(2);
    if (width == 0) width = quantile(5) - quantile(1);
    if (width == 0) width = quantile(6) - quantile(0);
    const double median = quantile(3);
    const double mean = filled_.moments.mean;
    if (feature.kind == spec::Kind::binary || std::abs(mean - median) <= near * width)
      return round_coarsely((mean - fitted_.offset) * fitted_.factor, filled_.moments.sd * fitted_.factor);
    return round_coarsely((median - fitted_.offset) * fitted_.factor, width * fitted_.factor);
  }

  void check_binary() const {
    if (other_values(filled_.moments.min, filled_.moments.max) > 0)
      fail_fit(shard_, fitted_, "is not binary: it has more than two different values");
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  FittedFeature& fitted_;
  LocalColumn& column_;
  Summary filled_;       ///< of what is scaled; with its quartiles, where they are needed
  bool scaled_ = false;  ///< it is clustered, and not degenerate
};

}  // namespace

void fit_numbers(const comm::Communicator& world, const io::Shard& shard, Degenerate degenerate,
                 std::span<FittedFeature* const> features, std::span<LocalColumn> columns) {
  std::vector<Summary> observed;
  for (const auto& column : columns)
    observed.push_back({&column, {quantile_levels.begin(), quantile_levels.end()}, {}, 0, 0, {}, {}});
  summarise(world, observed);
  std::vector<NumberFit> fits;
  std::vector<NumberFit*> changed;
  for (std::size_t i = 0; i < features.size(); ++i) {
    fits.emplace_back(world, shard, *features[i], columns[i]);
    fits.back().start(std::move(observed[i]), degenerate);
  }
  std::vector<Summary> filled;
  for (auto& fit : fits) {
    if (!fit.changes_cells()) continue;
    changed.push_back(&fit);
    filled.push_back(fit.ask_again());
  }
  summarise(world, filled);
  for (std::size_t i = 0; i < changed.size(); ++i) changed[i]->take_again(std::move(filled[i]));
  for (auto& fit : fits) fit.finish();
}

}  // namespace psychograph::features

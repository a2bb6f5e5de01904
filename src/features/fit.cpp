#include "features/fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "features/alpha.hpp"
#include "features/levels.hpp"
#include "features/load.hpp"
#include "features/statistics.hpp"

namespace psychograph::features {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// `centre` to a sixteenth of the spread or finer, as a multiple of a power of two: the origin need not be
/// the mean to a hair, and whole numbers (answers, counts) less such a centre are exact in float.
double round_coarsely(double centre, double spread) {
  if (!std::isnormal(spread)) return centre;
  const double grid = std::exp2(std::floor(std::log2(spread)) - 4);
  return std::nearbyint(centre / grid) * grid;
}

class Fit {
 public:
  Fit(const comm::Communicator& world, const io::Shard& shard, const Participation& participation,
      Degenerate degenerate)
      : world_(world), shard_(shard), participation_(participation), degenerate_(degenerate) {}

  Schema run(const std::vector<Feature>& features) {
    Schema schema;
    for (const auto& feature : features) schema.features.emplace_back().feature = feature;
    std::vector<FittedFeature*> plain;
    for (auto& fitted : schema.features) {
      if (fitted.feature.leveled) {
        fit_levels(fitted);
      } else if (fitted.feature.construct) {
        fitted.alpha = cronbach_alpha(world_, shard_, fitted.feature);
        auto values = load_construct(shard_, fitted.feature);
        fit_numbers(fitted, values);
      } else {
        plain.push_back(&fitted);
      }
    }
    const auto batch = columns_at_once(features.size());
    for (std::size_t begin = 0; begin < plain.size(); begin += batch) {
      fit_batch(std::span(plain).subspan(begin, std::min(batch, plain.size() - begin)));
    }
    std::size_t column = 0;
    for (auto& fitted : schema.features) {
      fitted.first_column = column;
      column += fitted.width();
    }
    return schema;
  }

 private:
  /// Columns that lie apart are read one by one. Where whole rows must be read, as many are kept of each pass
  /// as fit into the memory that the encoded matrix will take (8 bytes a cell now, 4 then).
  [[nodiscard]] std::size_t columns_at_once(std::size_t features) const {
    return shard_.table().layout == io::Layout::columns ? 1 : std::max<std::size_t>(1, features / 2);
  }

  void fit_batch(std::span<FittedFeature* const> batch) {
    std::vector<const Feature*> features;
    for (const auto* fitted : batch) features.push_back(&fitted->feature);
    load_numbers(shard_, features, columns_);
    for (std::size_t i = 0; i < batch.size(); ++i) fit_numbers(*batch[i], columns_[i]);
  }

  [[nodiscard]] bool takes_part(std::size_t row) const {
    return participation_.takes_part.empty() || participation_.takes_part[row] != 0;
  }

  [[noreturn]] void fail(const FittedFeature& fitted, const std::string& message) const {
    throw core::data_error(fmt::format("{}: {} \"{}\" {}", io::files_name(shard_.table()),
                                       fitted.feature.construct ? "construct" : "column", fitted.feature.name,
                                       message));
  }

  void fail_at_missing(const FittedFeature& fitted, std::int64_t first_missing) const {
    if (fitted.feature.missing != spec::Missing::error || fitted.statistics.missing == 0) return;
    throw core::data_error(
        fmt::format("{}: the cell is missing, and the feature's rule is missing = \"error\"",
                    io::cell_name(shard_.table(), fitted.feature.name, first_missing)));
  }

  /// Observed cells to the front, in place; counts the missing. Returns the first missing global row.
  std::int64_t keep_observed(FittedFeature& fitted, std::vector<double>& values) const {
    std::int64_t first_missing = std::numeric_limits<std::int64_t>::max();
    std::int64_t missing = 0;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!takes_part(i)) continue;
      if (!std::isnan(values[i])) {
        values[kept++] = values[i];
      } else if (missing++ == 0) {
        first_missing = shard_.rows().begin + static_cast<std::int64_t>(i);
      }
    }
    values.resize(kept);
    local_missing_ = missing;
    fitted.statistics.missing = comm::sum_over_ranks(world_, missing);
    return comm::min_over_ranks(world_, first_missing);
  }

  void fit_numbers(FittedFeature& fitted, std::vector<double>& values) {
    auto& statistics = fitted.statistics;
    const auto first_missing = keep_observed(fitted, values);
    const auto observed = moments(world_, values);
    statistics = {
        observed.count, statistics.missing, observed.mean, observed.sd, observed.min, observed.max, {}};
    statistics.quantiles.fill(not_a_number);
    if (observed.count > 0) {
      reordered_.assign(values.begin(), values.end());
      const auto found = quantiles(world_, reordered_, quantile_levels);
      std::copy(found.begin(), found.end(), statistics.quantiles.begin());
    }
    fitted.centres = {0.0};
    if (!fitted.feature.clustered) return;
    if (degenerate_ == Degenerate::report && (observed.count == 0 || observed.min == observed.max)) return;
    if (observed.count == 0) fail(fitted, "has no value at all");
    fail_at_missing(fitted, first_missing);
    check_domain(fitted);
    fitted.fill = fill_value(fitted, values);
    fit_scale(fitted, values);
  }

  void check_domain(const FittedFeature& fitted) const {
    const double lowest = fitted.statistics.min;
    if (fitted.feature.transform == spec::Transform::log1p && lowest <= -1) {
      fail(fitted, fmt::format("has {} as its smallest value: log1p takes values above -1", lowest));
    }
    if (fitted.feature.transform == spec::Transform::sqrt && lowest < 0) {
      fail(fitted, fmt::format("has {} as its smallest value: sqrt takes no negative values", lowest));
    }
  }

  /// In the user's units.
  double fill_value(const FittedFeature& fitted, const std::vector<double>& values) const {
    const auto& statistics = fitted.statistics;
    switch (fitted.feature.missing) {
      case spec::Missing::mean:
        return statistics.mean;
      case spec::Missing::median:
        return statistics.quantiles[3];
      case spec::Missing::mode:
        return statistics.missing > 0 ? mode(fitted, values) : statistics.quantiles[3];
      default:
        return 0.0;
    }
  }

  /// The most frequent value; the lowest of several.
  double mode(const FittedFeature& fitted, const std::vector<double>& values) const {
    std::map<double, std::int64_t> counts;
    for (const double value : values) {
      ++counts[value];
      if (counts.size() > most_levels) break;
    }
    const auto most = comm::max_over_ranks(world_, static_cast<std::int64_t>(counts.size()));
    if (most > static_cast<std::int64_t>(most_levels)) {
      fail(fitted,
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

  /// Location and scale of what will be clustered: the transformed cells, the filled ones among them.
  void fit_scale(FittedFeature& fitted, std::vector<double>& values) {
    const auto& feature = fitted.feature;
    if (feature.missing != spec::Missing::drop) {
      values.insert(values.end(), static_cast<std::size_t>(local_missing_), fitted.fill);
    }
    for (double& value : values) value = transformed(feature.transform, value);
    const auto filled = moments(world_, values);
    double divisor = 1;
    if (filled.min == filled.max)
      fail(fitted, fmt::format("is constant: every customer has {}; leave it out", fitted.statistics.min));
    if (feature.kind == spec::Kind::binary) {
      check_binary(fitted, values, filled);
      fitted.offset = filled.min;
      divisor = filled.max - filled.min;
    }
    switch (feature.scale) {
      case spec::Scale::none:
        break;
      case spec::Scale::zscore:
        fitted.offset = filled.mean;
        divisor = filled.sd;
        break;
      case spec::Scale::minmax:
        fitted.offset = filled.min;
        divisor = filled.max - filled.min;
        break;
      case spec::Scale::robust: {
        const auto found = quantiles(world_, values, std::array{0.25, 0.5, 0.75});
        fitted.offset = found[1];
        divisor = found[2] - found[0];
        if (divisor == 0)
          fail(fitted, "has the same value at both quartiles, so it can't be scaled by them: use zscore");
        break;
      }
    }
    fitted.factor = std::sqrt(feature.weight) / divisor;
    if (!std::isfinite(fitted.factor)) fail(fitted, "has values that differ too little to be told apart");
    fitted.centres = {
        round_coarsely((filled.mean - fitted.offset) * fitted.factor, filled.sd * fitted.factor)};
  }

  void check_binary(const FittedFeature& fitted, const std::vector<double>& values,
                    const Moments& all) const {
    const auto others =
        std::count_if(values.begin(), values.end(), [&](double x) { return x != all.min && x != all.max; });
    if (comm::sum_over_ranks(world_, static_cast<std::int64_t>(others)) > 0) {
      fail(fitted, "is not binary: it has more than two different values");
    }
  }

  void fit_levels(FittedFeature& fitted) {
    const auto& feature = fitted.feature;
    auto& statistics = fitted.statistics;
    fitted.levels = find_levels(world_, shard_, feature, participation_.takes_part, statistics.missing);
    for (const auto& level : fitted.levels) statistics.count += level.count;
    statistics.mean = statistics.sd = statistics.min = statistics.max = not_a_number;
    statistics.quantiles.fill(not_a_number);
    const auto most = std::max_element(fitted.levels.begin(), fitted.levels.end(),
                                       [](const Level& a, const Level& b) { return a.count < b.count; });
    fitted.fill = static_cast<double>(most - fitted.levels.begin());
    if (feature.missing == spec::Missing::level && statistics.missing > 0) {
      fitted.levels.push_back({"(missing)", statistics.missing, true});
    } else if (feature.clustered) {
      fail_at_missing(fitted, statistics.missing > 0 ? first_missing_level(fitted) : 0);
      if (statistics.count > 0 && feature.missing != spec::Missing::drop) most->count += statistics.missing;
    }
    const bool degenerate = fitted.levels.size() < 2;
    if (feature.clustered && degenerate && degenerate_ == Degenerate::fail) {
      if (fitted.levels.empty()) fail(fitted, "has no value at all");
      fail(fitted,
           fmt::format("is constant: every customer has \"{}\"; leave it out", fitted.levels.front().name));
    }
    if (feature.kind == spec::Kind::binary && fitted.levels.size() > 2 && feature.clustered) {
      fail(fitted, "is not binary: it has more than two levels");
    }
    // Two different answers are sqrt(1/2 + 1/2) = 1 apart, however many levels there are.
    const bool one_hot = feature.kind == spec::Kind::categorical;
    fitted.factor = std::sqrt(feature.weight * (one_hot ? 0.5 : 1.0));
    const auto n = static_cast<double>(participation_.global_count);
    for (const auto& level : fitted.levels)
      fitted.centres.push_back(static_cast<double>(level.count) / n * fitted.factor);
    if (!one_hot && !fitted.centres.empty()) fitted.centres = {fitted.centres.back()};
  }

  [[nodiscard]] std::int64_t first_missing_level(const FittedFeature& fitted) const {
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    const LevelReader reader(shard_.table(), fitted.feature, fitted.levels);
    std::vector<std::int32_t> levels;
    shard_.read(std::vector{*shard_.table().find(fitted.feature.name)}, [&](const io::RawBlock& block) {
      levels.resize(block.count);
      reader.read(block, levels);
      const auto place = std::find(levels.begin(), levels.end(), -1);
      if (place != levels.end())
        first = std::min(first, shard_.rows().begin + block.first + (place - levels.begin()));
    });
    return comm::min_over_ranks(world_, first);
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  const Participation& participation_;
  Degenerate degenerate_;
  mutable std::int64_t local_missing_ = 0;
  // Kept from feature to feature: new pages are dear.
  std::vector<std::vector<double>> columns_;
  std::vector<double> reordered_;
};

}  // namespace

Schema fit(const comm::Communicator& world, const io::Shard& shard, const std::vector<Feature>& features,
           const Participation& participation, Degenerate degenerate) {
  return Fit(world, shard, participation, degenerate).run(features);
}

}  // namespace psychograph::features

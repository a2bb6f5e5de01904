#include "results/summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/algorithms.hpp"
#include "core/printable.hpp"
#include "features/shown.hpp"

namespace psychograph::results {
namespace {

/// One encoded column of a segment, as a person reads it: "age 61.2 (all 45.1)", "home=rent 80% (all 22%)";
/// of prototypes, which have a name and no share of it, "home=rent most often".
class Traits {
 public:
  Traits(const features::Schema& schema, const std::vector<double>& mean, bool prototypes)
      : everybody_(schema.to_user_units(mean.data())) {
    const auto names = schema.encoded_names();
    for (const auto& fitted : schema.features) {
      for (std::size_t j = 0; j < fitted.width(); ++j)
        columns_.push_back(
            {core::printable(names[columns_.size()]), is_share(fitted),
             prototypes && (fitted.feature.leveled || fitted.feature.kind == spec::Kind::binary),
             !fitted.feature.leveled, fitted.statistics});
    }
  }

  /// Empty where there is nothing to say.
  [[nodiscard]] std::string text(std::size_t j, double value) const {
    if (columns_[j].name_alone) {
      const bool sets_apart = std::abs(value - everybody_[j]) > 1e-9;  // not all have the same
      if (!sets_apart) return {};
      if (columns_[j].number) return fmt::format("{} {:.4g} most often", columns_[j].name, value);
      return value > 0.5 ? fmt::format("{} most often", columns_[j].name) : std::string();
    }
    if (columns_[j].share)
      return fmt::format("{} {:.0f}% (all {:.0f}%)", columns_[j].name, std::abs(100 * value),
                         std::abs(100 * everybody_[j]));
    const auto& statistics = columns_[j].statistics;
    return fmt::format("{} {:.4g} (all {:.4g})", columns_[j].name, features::shown(statistics, value),
                       features::shown(statistics, everybody_[j]));
  }

 private:
  struct Column {
    std::string name;
    bool share;
    bool name_alone;
    bool number;  ///< of two
    features::Statistics statistics;
  };

  /// Of levels, and of numbers that are 0 or 1.
  static bool is_share(const features::FittedFeature& fitted) {
    const bool flag =
        fitted.feature.kind == spec::Kind::binary && fitted.statistics.min == 0 && fitted.statistics.max == 1;
    return fitted.feature.leveled || flag;
  }

  std::vector<double> everybody_;
  std::vector<Column> columns_;
};

/// Everybody's mean [p], centred encoded units: that of the segments, by weight.
std::vector<double> mean_of(const cluster::Segments& segments, double total_weight) {
  std::vector<double> mean(segments.centroids().p(), 0.0);
  for (std::size_t c = 0; c < segments.centroids().k(); ++c) {
    for (std::size_t j = 0; j < mean.size(); ++j)
      mean[j] += segments.weight[c] / total_weight * segments.centroids().at(c, j);
  }
  return mean;
}

std::string row_of(const Result& result, const Traits& traits, const std::vector<double>& mean, std::size_t c,
                   double total_weight, bool traits_too) {
  const std::size_t shown = traits_too ? 3 : 0;
  const auto& segments = result.segments;
  const auto in_user_units = result.model.schema.to_user_units(segments.centroids().row(c));
  std::vector<std::size_t> order(segments.centroids().p());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(segments.centroids().at(c, a) - mean[a]) >
           std::abs(segments.centroids().at(c, b) - mean[b]);
  });
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < order.size() && texts.size() < shown; ++i) {
    auto text = traits.text(order[i], in_user_units[order[i]]);
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return fmt::format("{:>7}  {:>12}  {:>5.1f}%  {}\n", result.model.ids[c], segments.size[c],
                     100 * segments.weight[c] / total_weight, fmt::join(texts, ", "));
}

/// 0 where nothing but rounding is left, beside how far the segments are apart.
double shown_inertia(const cluster::Segments& segments, double total_weight) {
  const auto mean = mean_of(segments, total_weight);
  double between = 0;
  for (std::size_t c = 0; c < segments.centroids().k(); ++c) {
    for (std::size_t j = 0; j < mean.size(); ++j) {
      const double away = segments.centroids().at(c, j) - mean[j];
      between += segments.weight[c] * away * away;
    }
  }
  constexpr double rounding = 1e-28;  // of squares, each within a few units in the last place
  return segments.total_inertia > rounding * between ? segments.total_inertia : 0;
}

std::string told_of_the_left_out(const Result& result, std::int64_t customers) {
  if (customers == 0) return {};
  const auto* plain = std::get_if<cluster::CentroidModel>(&result.model.clusters);
  if (plain != nullptr && std::isfinite(plain->square_reach))
    return fmt::format(
        "{} customers are in no segment (-1): farther than {:.4g} from every one, or without a feature whose "
        "rule is missing = \"drop\"\n",
        customers, std::sqrt(plain->square_reach));
  return fmt::format("{} customers lack a feature whose rule is missing = \"drop\": they have segment -1\n",
                     customers);
}

/// A line for each block of features that are told against a customer's other answers.
std::string told_of_rows(const features::Schema& schema) {
  std::string text;
  const features::Feature* last = nullptr;
  for (const auto& fitted : schema.features) {
    const auto& feature = fitted.feature;
    if (feature.row == spec::Row::none || (last != nullptr && last->columns == feature.columns)) continue;
    last = &feature;
    text += fmt::format("{} to {} count less each customer's mean of the {}{} (row = \"{}\")\n",
                        core::printable(feature.columns.front()), core::printable(feature.columns.back()),
                        feature.columns.size(),
                        feature.row == spec::Row::standardize ? ", over their deviation" : "",
                        spec::to_string(feature.row));
  }
  return text;
}

std::string told_of_objective(const Result& result, double total_weight) {
  if (cluster::algorithm(result.algorithm).rises)
    return fmt::format("log-likelihood {:.9g}", result.fitted->objective);
  return fmt::format("inertia {:.9g}", shown_inertia(result.segments, total_weight));
}

}  // namespace

std::string summarise(const Result& result) {
  const auto& fitted = *result.fitted;
  const double total_weight = result.segments.total_weight();
  const auto clustered =
      std::accumulate(result.segments.size.begin(), result.segments.size.end(), std::int64_t{0});
  std::string text = fmt::format("{} customers in {} segments; {}; {} after {} iterations\n", clustered,
                                 result.segments.size.size(), told_of_objective(result, total_weight),
                                 fitted.converged ? "converged" : "not converged", fitted.iterations);
  if (fitted.starts > 1)
    text += fmt::format("the best of {} starts; {} of them came to it\n", fitted.starts, fitted.reached);
  text += told_of_the_left_out(result, result.customers - clustered);
  text += told_of_rows(result.model.schema);
  const bool traits_too = result.min_cell == 0;  // else the personas tell what has been released
  text += fmt::format("\n{:>7}  {:>12}  {:>6}  {}\n", "segment", "customers", "share",
                      traits_too ? "what sets it apart" : "");
  const auto mean = mean_of(result.segments, total_weight);
  const Traits traits(result.model.schema, mean, result.algorithm == spec::Algorithm::kprototypes);
  for (std::size_t c = 0; c < result.segments.size.size(); ++c)
    text += row_of(result, traits, mean, c, total_weight, traits_too);
  return text;
}

std::string summarise_assigned(const Result& result, std::span<const double> shares_then) {
  const auto& segments = result.segments;
  const double total_weight = segments.total_weight();
  const auto shares = segments.shares();
  const auto assigned = std::accumulate(segments.size.begin(), segments.size.end(), std::int64_t{0});
  std::string text = fmt::format("{} customers in {} segments; inertia {:.9g}\n", assigned,
                                 segments.size.size(), shown_inertia(segments, total_weight));
  text += told_of_the_left_out(result, result.customers - assigned);
  text += fmt::format("\n{:>7}  {:>12}  {:>6}  {:>10}  {}\n", "segment", "customers", "share", "share then",
                      "name");
  for (std::size_t c = 0; c < segments.size.size(); ++c) {
    text += fmt::format("{:>7}  {:>12}  {:>5.1f}%  {:>9.1f}%  {}\n", result.model.ids[c], segments.size[c],
                        100 * shares[c], 100 * shares_then[c], core::printable(result.model.names[c]));
  }
  return text;
}

}  // namespace psychograph::results

#include "typing/question.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace psychograph::typing {
namespace {

Predictor amount(std::size_t question, const features::Statistics& statistics, spec::Transform transform) {
  Predictor made{.question = question, .level = -1, .transform = transform};
  if (statistics.count == 0) return made;
  made.centre = made.value(statistics.mean);
  // A transform rises, so that its ends are those of the cells.
  const double reach =
      std::max(made.value(statistics.max) - made.centre, made.centre - made.value(statistics.min));
  if (!(reach > 0)) return made;
  made.unit = std::exp2(std::ceil(std::log2(reach)));
  if (made.unit < reach) made.unit *= 2;  // log2 may round
  return made;
}

}  // namespace

double Predictor::value(double cell) const {
  return transform == spec::Transform::none ? cell : features::transformed(transform, cell);
}

std::int32_t Predictor::steps(double value) const {
  if (std::isnan(value)) return 0;
  return static_cast<std::int32_t>(std::lrint(std::clamp((value - centre) / unit, -1.0, 1.0) / step));
}

std::vector<std::size_t> Questions::predictors_of(std::span<const std::size_t> which) const {
  std::vector<std::size_t> found;
  for (const auto q : which) {
    for (std::size_t i = 0; i < questions[q].width; ++i) found.push_back(questions[q].first_predictor + i);
  }
  return found;
}

Questions Questions::only(std::span<const std::size_t> which) const {
  std::vector<features::FittedFeature> columns;
  for (const auto q : which) columns.push_back(questions[q].fitted);
  return make_questions(std::move(columns));
}

Questions make_questions(std::vector<features::FittedFeature> columns, Amounts amounts) {
  Questions made;
  for (auto& fitted : columns) {
    const auto question = made.questions.size();
    const auto first = made.predictors.size();
    if (!fitted.feature.leveled) {
      made.predictors.push_back(
          amount(question, fitted.statistics,
                 amounts == Amounts::as_clustered ? fitted.feature.transform : spec::Transform::none));
    } else {
      bool all = fitted.statistics.missing > 0;  // who lacks the answer has none of them
      for (const auto& level : fitted.levels) all |= level.missing;
      for (std::size_t l = all ? 0 : 1; l < fitted.levels.size(); ++l) {
        if (!fitted.levels[l].missing)
          made.predictors.push_back({.question = question, .level = static_cast<std::int32_t>(l)});
      }
    }
    made.questions.push_back({std::move(fitted), first, made.predictors.size() - first});
  }
  return made;
}

}  // namespace psychograph::typing

#include "typing/question.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace psychograph::typing {
namespace {

Predictor amount(std::size_t question, const features::Statistics& statistics) {
  Predictor made{.question = question, .level = -1, .centre = statistics.mean};
  const double reach = std::max(statistics.max - statistics.mean, statistics.mean - statistics.min);
  if (statistics.count == 0 || !(reach > 0)) return made;
  made.unit = std::exp2(std::ceil(std::log2(reach)));
  if (made.unit < reach) made.unit *= 2;  // log2 may round
  return made;
}

}  // namespace

std::int32_t Predictor::steps(double cell) const {
  if (std::isnan(cell)) return 0;
  return static_cast<std::int32_t>(std::lrint(std::clamp((cell - centre) / unit, -1.0, 1.0) / step));
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

Questions make_questions(std::vector<features::FittedFeature> columns) {
  Questions made;
  for (auto& fitted : columns) {
    const auto question = made.questions.size();
    const auto first = made.predictors.size();
    if (!fitted.feature.leveled) {
      made.predictors.push_back(amount(question, fitted.statistics));
    } else {
      for (std::size_t l = fitted.statistics.missing > 0 ? 0 : 1; l < fitted.levels.size(); ++l)
        made.predictors.push_back({.question = question, .level = static_cast<std::int32_t>(l)});
    }
    made.questions.push_back({std::move(fitted), first, made.predictors.size() - first});
  }
  return made;
}

}  // namespace psychograph::typing

#include "typing/tool.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/figure.hpp"

namespace psychograph::typing {
namespace {

/// Beyond, sums of them might be infinite.
constexpr double most_points = 1e200;

constexpr const char* base_row = "base";
constexpr const char* amount_row = "amount";
constexpr const char* answer_row = "answer";
constexpr const char* none_row = "none";
constexpr const char* no_answer_row = "no answer";

/// As it is printed: nine digits, and of a large number, beside which a small one must count, six decimals.
double rounded(double value) {
  constexpr double large = 1e3;
  return std::strtod(
      (std::abs(value) < large ? fmt::format("{:.9g}", value) : fmt::format("{:.6f}", value)).c_str(),
      nullptr);
}

/// Numbers of all segments, less their mean.
void settle(double* points, std::size_t k) {
  double mean = 0;
  for (std::size_t g = 0; g < k; ++g) mean += points[g] / static_cast<double>(k);
  for (std::size_t g = 0; g < k; ++g) points[g] = rounded(points[g] - mean);
}

void take_amount(const Predictor& predictor, const double* weights, std::size_t k, Item& item,
                 std::vector<double>& base) {
  item.none.resize(k);
  for (std::size_t g = 0; g < k; ++g) item.points.push_back(weights[g] / predictor.unit);
  settle(item.points.data(), k);
  for (std::size_t g = 0; g < k; ++g) {
    item.none[g] = rounded(item.points[g] * predictor.centre);
    base[g] -= item.points[g] * predictor.centre;
  }
}

void take_levels(const features::FittedFeature& fitted, std::span<const Predictor> predictors,
                 const double* weights, std::size_t k, Item& item) {
  item.none.assign(k, 0.0);
  double all = 0;
  bool missing = fitted.statistics.missing > 0;
  std::vector<std::size_t> places(fitted.levels.size());  // of a level that marks who lacks the answer: none
  for (std::size_t l = 0; l < fitted.levels.size(); ++l) {
    missing |= fitted.levels[l].missing;
    if (fitted.levels[l].missing) continue;
    all += static_cast<double>(fitted.levels[l].count);
    places[l] = item.levels.size();
    item.levels.push_back(fitted.levels[l].name);
  }
  item.points.assign(item.levels.size() * k, 0.0);
  for (std::size_t i = 0; i < predictors.size(); ++i) {
    const auto level = static_cast<std::size_t>(predictors[i].level);
    for (std::size_t g = 0; g < k; ++g) {
      item.points[places[level] * k + g] = weights[i * k + g];
      if (!missing)  // nobody has shown what it says: as little as it can
        item.none[g] += weights[i * k + g] * static_cast<double>(fitted.levels[level].count) / all;
    }
  }
  for (std::size_t l = 0; l < item.levels.size(); ++l) settle(item.points.data() + l * k, k);
  settle(item.none.data(), k);
}

}  // namespace

Tool make_tool(const Questions& questions, const Discriminant& model, std::vector<std::int32_t> ids,
               std::vector<std::string> names, const insight::Codebook& codebook) {
  Tool tool{std::move(ids), std::move(names), model.offsets, {}};
  const auto k = tool.segments();
  for (const auto& question : questions.questions) {
    const auto& fitted = question.fitted;
    Item item{.column = fitted.feature.columns.front()};
    item.label = codebook.label(item.column);
    const auto* const weights = model.weights.data() + question.first_predictor * k;
    if (fitted.feature.leveled) {
      take_levels(fitted, std::span(questions.predictors).subspan(question.first_predictor, question.width),
                  weights, k, item);
      for (const auto& level : item.levels) item.level_labels.push_back(codebook.label(item.column, level));
    } else {
      take_amount(questions.predictors[question.first_predictor], weights, k, item, tool.base);
      item.low = fitted.statistics.quantiles[1];
      item.high = fitted.statistics.quantiles[5];
      for (const auto& number : fitted.feature.sentinels.numbers)
        item.no_answers.push_back(fmt::format("{}", number.value));
    }
    if (fitted.feature.leveled) {
      for (const auto& word : fitted.feature.sentinels.texts) item.no_answers.push_back(word);
    }
    tool.items.push_back(std::move(item));
  }
  settle(tool.base.data(), k);
  return tool;
}

results::TidyTable points_table(const Tool& tool) {
  std::vector<std::int64_t> questions, ids;
  std::vector<std::string> columns, labels, kinds, levels, level_labels, segments;
  std::vector<double> points, lows, highs;
  const auto add = [&](std::size_t question, const Item& item, const char* kind, const std::string& level,
                       const std::string& level_label, std::size_t g, double value) {
    const bool amount = std::string_view(kind) == amount_row;
    questions.push_back(static_cast<std::int64_t>(question));
    columns.push_back(item.column);
    labels.push_back(item.label);
    kinds.emplace_back(kind);
    levels.push_back(level);
    level_labels.push_back(level_label);
    segments.push_back(tool.names[g]);
    ids.push_back(tool.ids[g]);
    points.push_back(value);
    lows.push_back(amount ? item.low : core::not_a_number);
    highs.push_back(amount ? item.high : core::not_a_number);
  };
  const auto k = tool.segments();
  for (std::size_t g = 0; g < k; ++g) add(0, {}, base_row, "", "", g, tool.base[g]);
  for (std::size_t i = 0; i < tool.items.size(); ++i) {
    const auto& item = tool.items[i];
    for (std::size_t g = 0; g < k && item.levels.empty(); ++g)
      add(i + 1, item, amount_row, "", "", g, item.points[g]);
    for (std::size_t l = 0; l < item.levels.size(); ++l) {
      for (std::size_t g = 0; g < k; ++g)
        add(i + 1, item, answer_row, item.levels[l], item.level_labels[l], g, item.points[l * k + g]);
    }
    for (std::size_t g = 0; g < k; ++g) add(i + 1, item, none_row, "", "", g, item.none[g]);
    for (const auto& cell : item.no_answers) {
      for (std::size_t g = 0; g < k; ++g) add(i + 1, item, no_answer_row, cell, "", g, item.none[g]);
    }
  }
  results::TidyTable table;
  table.add("question", std::move(questions));
  table.add("column", std::move(columns));
  table.add("label", std::move(labels));
  table.add("kind", std::move(kinds));
  table.add("level", std::move(levels));
  table.add("level_label", std::move(level_labels));
  table.add("segment", std::move(segments));
  table.add("segment_id", std::move(ids));
  table.add("points", std::move(points));
  table.add("low", std::move(lows));
  table.add("high", std::move(highs));
  return table;
}

Tool tool_from(const results::TidyTable& table, const std::string& path) {
  const auto damaged = [&] {
    return core::data_error(fmt::format("{}: /typing/points is damaged, or of no typing tool", path));
  };
  for (const char* name : {"column", "label", "kind", "level", "level_label", "segment"}) {
    if (!table.has<std::string>(name)) throw damaged();
  }
  for (const char* name : {"points", "low", "high"}) {
    if (!table.has<double>(name)) throw damaged();
  }
  if (!table.has<std::int64_t>("question") || !table.has<std::int64_t>("segment_id")) throw damaged();
  const auto& questions = table.column<std::int64_t>("question");
  const auto& kinds = table.column<std::string>("kind");
  const auto& ids = table.column<std::int64_t>("segment_id");
  const auto& points = table.column<double>("points");
  Tool tool;
  for (std::size_t row = 0; row < table.rows() && kinds[row] == base_row; ++row) {
    tool.ids.push_back(static_cast<std::int32_t>(ids[row]));
    tool.names.push_back(table.column<std::string>("segment")[row]);
    tool.base.push_back(points[row]);
  }
  const auto k = tool.segments();
  const bool rising =
      std::adjacent_find(tool.ids.begin(), tool.ids.end(), std::greater_equal<>()) == tool.ids.end();
  if (k < 2 || table.rows() % k != 0 || table.rows() == k || tool.ids.front() < 0 || !rising) throw damaged();
  for (std::size_t row = k; row < table.rows(); row += k) {
    for (std::size_t g = 0; g < k; ++g) {
      if (ids[row + g] != tool.ids[g] || kinds[row + g] != kinds[row] ||
          !(std::abs(points[row + g]) < most_points))
        throw damaged();
    }
    if (questions[row] == static_cast<std::int64_t>(tool.items.size()) + 1) {
      tool.items.push_back({.column = table.column<std::string>("column")[row],
                            .label = table.column<std::string>("label")[row]});
    } else if (questions[row] != static_cast<std::int64_t>(tool.items.size()) || tool.items.empty()) {
      throw damaged();
    }
    auto& item = tool.items.back();
    const auto& level = table.column<std::string>("level")[row];
    const std::span<const double> values(points.data() + row, k);
    if (kinds[row] == amount_row || kinds[row] == answer_row) {
      item.points.insert(item.points.end(), values.begin(), values.end());
      item.low = table.column<double>("low")[row];
      item.high = table.column<double>("high")[row];
    }
    if (kinds[row] == answer_row) {
      item.levels.push_back(level);
      item.level_labels.push_back(table.column<std::string>("level_label")[row]);
    }
    if (kinds[row] == none_row) item.none.assign(values.begin(), values.end());
    if (kinds[row] == no_answer_row) item.no_answers.push_back(level);
  }
  for (const auto& item : tool.items) {
    if (item.none.size() != k || item.points.size() != k * std::max<std::size_t>(1, item.levels.size()))
      throw damaged();
  }
  return tool;
}

}  // namespace psychograph::typing

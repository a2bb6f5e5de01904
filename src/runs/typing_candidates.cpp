#include "runs/typing_candidates.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "runs/described_columns.hpp"

namespace psychograph::runs {
namespace {

/// A question of more answers is none that people answer.
constexpr std::size_t most_answers = 50;

std::vector<std::string> columns_of(const features::Schema& schema, bool clustered) {
  std::vector<std::string> columns;
  for (const auto& fitted : schema.features) {
    if (fitted.feature.clustered == clustered)
      columns.insert(columns.end(), fitted.feature.columns.begin(), fitted.feature.columns.end());
  }
  return columns;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What is known of the columns, and which of them hold names.
std::vector<features::Feature> known_features(const TypingOptions& options, const spec::Spec& spec,
                                              const features::Schema& schema) {
  auto known = known_to(schema);
  std::vector<features::Feature> answers;
  for (const auto& name : options.categorical) answers.push_back(as_answers(known, spec, name));
  known.insert(known.begin(), answers.begin(), answers.end());
  return known;
}

}  // namespace

std::vector<features::FittedFeature> typing_candidates(const comm::Communicator& world,
                                                       const TypingOptions& options, spec::Spec spec,
                                                       const results::StoredResult& stored,
                                                       const io::Shard& shard, Reporter& reporter) {
  const auto& model = stored.model.schema;
  const auto named = options.candidates.empty() ? columns_of(model, true) : options.candidates;
  const auto described = columns_of(model, false);
  describe_these(spec, named, options.candidates.empty() ? "typing" : "--candidates");
  auto features = describe(world, shard, spec, known_features(options, spec, model), reporter).features;
  for (const auto& name : options.categorical) {
    if (std::none_of(features.begin(), features.end(),
                     [&](const auto& fitted) { return fitted.feature.columns.front() == name; }))
      throw core::usage_error(fmt::format("--categorical {}: is none of the candidates", name));
  }
  std::vector<features::FittedFeature> kept;
  for (auto& fitted : features) {
    const auto& column = fitted.feature.columns.front();
    if (contains(described, column) && !contains(named, column)) {
      reporter.warn(fmt::format(
          "\"{}\" only describes: it is no candidate unless --candidates names it in full", column));
    } else if (fitted.statistics.count == 0) {
      reporter.warn(fmt::format("\"{}\" has no value at all: it is no candidate", column));
    } else if (spec.input.id && column == *spec.input.id) {
      reporter.warn(fmt::format("\"{}\" is who the customers are: it is no candidate", column));
    } else if (!fitted.feature.leveled && !(fitted.statistics.max > fitted.statistics.min) &&
               fitted.statistics.missing == 0) {
      reporter.warn(
          fmt::format("\"{}\" is {} for everybody: it is no candidate", column, fitted.statistics.min));
    } else if (fitted.levels.size() > most_answers) {
      reporter.warn(fmt::format("\"{}\" has {} answers, more than anybody reads: it is no candidate", column,
                                fitted.levels.size()));
    } else {
      if (contains(described, column))
        reporter.warn(
            fmt::format("\"{}\" only describes, and was named: this tool judges people by it", column));
      kept.push_back(std::move(fitted));
    }
  }
  if (kept.empty()) throw core::data_error("typing: there is no candidate for a question");
  std::sort(kept.begin(), kept.end(), [&](const auto& one, const auto& other) {
    return shard.table().find(one.feature.columns.front()) <
           shard.table().find(other.feature.columns.front());
  });
  return kept;
}

void leave_out_telling(const std::vector<bool>& tells, std::vector<features::FittedFeature>& questions,
                       Reporter& reporter) {
  std::vector<features::FittedFeature> kept;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    if (tells[q]) {
      reporter.warn(fmt::format("\"{}\" has an answer that few of some segment give: it is no candidate",
                                questions[q].feature.columns.front()));
    } else {
      kept.push_back(std::move(questions[q]));
    }
  }
  if (kept.empty())
    throw core::data_error("typing: every candidate has an answer that few of some segment give");
  questions = std::move(kept);
}

}  // namespace psychograph::runs

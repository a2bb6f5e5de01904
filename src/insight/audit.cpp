#include "insight/audit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/figure.hpp"

namespace psychograph::insight {
namespace {

/// Cohen's steps of eta squared, which tau is of the same scale as.
std::string in_words(double effect, const std::string& label) {
  if (std::isnan(effect)) return fmt::format("Whether the segments tell {} can't be said", label);
  const char* how = effect < 0.01   ? "hardly tell"
                    : effect < 0.06 ? "tell a little of"
                    : effect < 0.14 ? "tell something of"
                                    : "tell a lot of";
  return fmt::format("The segments {} {}: {:.2g} % of its variance", how, label, 100 * effect);
}

/// Of the answers to a feature with levels.
struct Guesses {
  double with = core::not_a_number;
  double without = core::not_a_number;
};

Guesses guess(const Profile& profile, std::size_t feature) {
  const auto k = profile.names.size();
  std::vector<std::int64_t> most(k + 1, 0);
  std::int64_t base = 0;
  bool levels = false;
  for (const auto& row : profile.rows) {
    if (row.feature != feature || row.level < 0) continue;
    if (row.count == results::no_count) return {};
    levels = true;
    most[row.group] = std::max(most[row.group], row.count);
    if (row.group == k) base = row.base;
  }
  if (!levels || base == 0) return {};
  std::int64_t right = 0;
  for (std::size_t g = 0; g < k; ++g) right += most[g];
  const auto n = static_cast<double>(base);
  return {static_cast<double>(right) / n, static_cast<double>(most[k]) / n};
}

}  // namespace

results::TidyTable audit_table(const Released<Profile>& released, const Codebook& codebook) {
  const auto& profile = *released;
  std::vector<std::string> features, labels, kinds, words;
  std::vector<double> effects, with, without;
  for (std::size_t f = 0; f < profile.features.size(); ++f) {
    const auto& feature = profile.features[f];
    if (feature.clustered) continue;
    const bool words_of_levels =
        feature.kind == spec::Kind::categorical || feature.kind == spec::Kind::binary;
    const bool leveled = words_of_levels && !feature.levels.empty();
    const auto& effect = leveled ? feature.leveled : feature.numbers;
    const auto guesses = leveled ? guess(profile, f) : Guesses{};
    features.push_back(feature.name);
    labels.push_back(codebook.label(feature.name));
    kinds.emplace_back(effect.kind);
    effects.push_back(effect.effect);
    with.push_back(guesses.with);
    without.push_back(guesses.without);
    words.push_back(in_words(effect.effect, labels.back()));
  }
  results::TidyTable table;
  table.add("feature", std::move(features));
  table.add("label", std::move(labels));
  table.add("effect", std::move(effects));
  table.add("effect_kind", std::move(kinds));
  table.add("correct", std::move(with));
  table.add("correct_without", std::move(without));
  table.add("words", std::move(words));
  return table;
}

}  // namespace psychograph::insight

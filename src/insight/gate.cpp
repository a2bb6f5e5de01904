#include "insight/gate.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "insight/suppression.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::insight {
namespace {

constexpr auto withheld_verdict = "withheld";

void withhold_figures(ProfileRow& row) {
  static_cast<RowFigures&>(row) = {};
  row.count = results::no_count;
  row.letters.clear();
  row.verdict = withheld_verdict;
}

void withhold_base(ProfileRow& row) {
  withhold_figures(row);
  row.base = row.missing = results::no_count;
  row.effective_base = no_figure;
}

/// A figure of the whole table is one equation too many for who knows the rest.
void withhold_effect(Effect& effect) {
  for (double* figure : {&effect.effect, &effect.cramers_v, &effect.statistic, &effect.p})
    *figure = no_figure;
}

/// What tells everybody's figure by way of the others'.
void withhold_comparison(ProfileRow& row) { static_cast<Comparison&>(row) = {}; }

/// The rows of one feature: of numbers by group, and of levels by level and group.
struct FeatureRows {
  std::vector<ProfileRow*> numbers;
  std::vector<ProfileRow*> levels;
};

std::vector<FeatureRows> by_feature(Profile& profile) {
  std::vector<FeatureRows> found(profile.features.size());
  for (auto& row : profile.rows) {
    auto& rows = found[row.feature];
    (row.level < 0 ? rows.numbers : rows.levels).push_back(&row);
  }
  return found;
}

/// Segments of which not even the base is told, by their bases alone; everybody's follows from none.
std::vector<bool> hidden_bases(const std::vector<ProfileRow*>& rows, std::size_t k, std::int64_t min_cell) {
  std::vector<std::int64_t> bases;
  for (std::size_t g = 0; g < k; ++g) bases.push_back(rows[g]->base);
  const auto withheld = withhold(bases, 1, k, min_cell);
  std::vector<bool> hidden;
  for (std::size_t g = 0; g < k; ++g) hidden.push_back(withheld.at(0, g));
  hidden.push_back(rows[k]->base > 0 && rows[k]->base < min_cell);
  return hidden;
}

/// Which counts of a feature's levels are withheld.
Withheld withhold_levels(const std::vector<ProfileRow*>& rows, std::size_t k, std::int64_t min_cell) {
  const auto levels = rows.size() / (k + 1);
  std::vector<std::int64_t> counts;
  for (std::size_t l = 0; l < levels; ++l) {
    for (std::size_t g = 0; g < k; ++g) counts.push_back(rows[l * (k + 1) + g]->count);
  }
  return withhold(counts, levels, k, min_cell);
}

void release_feature(ProfileFeature& feature, std::vector<ProfileRow*>& numbers,
                     std::vector<ProfileRow*>& levels, std::size_t k, std::int64_t min_cell) {
  auto hidden = hidden_bases(numbers.empty() ? levels : numbers, k, min_cell);
  std::vector<bool> touched(k + 1, false);  // segments (the last: everybody) of which a level is withheld
  const auto count = levels.size() / (k + 1);
  if (count > 0) {
    const auto withheld = withhold_levels(levels, k, min_cell);
    for (std::size_t g = 0; g < k; ++g) hidden[g] = hidden[g] || withheld.at(count, g);
    for (std::size_t l = 0; l < count; ++l) {
      for (std::size_t g = 0; g <= k; ++g) {
        auto& row = *levels[l * (k + 1) + g];
        if (withheld.at(l, k)) withhold_comparison(row);
        if (!withheld.at(l, g)) continue;
        withhold_figures(row);
        touched[g] = true;
      }
    }
  }
  bool any = false;
  for (std::size_t g = 0; g <= k; ++g) {
    if (!hidden[g] && !touched[g]) continue;
    any = true;
    // A mean is the sum of its levels.
    if (!numbers.empty()) hidden[g] ? withhold_base(*numbers[g]) : withhold_figures(*numbers[g]);
    for (std::size_t l = 0; hidden[g] && l < count; ++l) withhold_base(*levels[l * (k + 1) + g]);
  }
  if (!any) return;
  withhold_effect(feature.numbers);
  withhold_effect(feature.leveled);
  if (!hidden[k] && !touched[k]) return;
  for (auto* row : numbers) withhold_comparison(*row);
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : no_figure;
}

}  // namespace

Released<Personas> Gate::pass(Personas personas, const std::vector<Prevalence>& prevalence,
                              std::span<const std::int64_t> sizes) const {
  const auto is_small = [&](std::int64_t count) { return count > 0 && count < privacy_.min_cell; };
  const auto everybody = sizes.back();
  for (std::size_t g = 0; g < personas.size(); ++g) {
    auto& persona = personas[g];
    // Who fits one statement more or less is a count, too.
    auto last_inside = sizes[g];
    auto last_outside = everybody - sizes[g];
    for (std::size_t m = 0; m < persona.is.size(); ++m) {
      const auto inside = prevalence[g].in_segment[m];
      const auto outside = prevalence[g].of_all[m] - inside;
      const auto rest = everybody - sizes[g];
      if (is_small(last_inside - inside) || is_small(last_outside - outside)) continue;
      if (is_small(inside) || is_small(sizes[g] - inside) || is_small(outside) || is_small(rest - outside))
        continue;
      last_inside = inside;
      last_outside = outside;
      persona.is[m].matches = share(inside, sizes[g]);
      persona.is[m].matches_rest = share(outside, rest);
      persona.is[m].matches_all = share(inside + outside, everybody);
    }
  }
  return Released<Personas>(std::move(personas));
}

Released<Closeness> Gate::pass(Closeness closeness) const {
  const auto is_small = [&](std::int64_t count) { return count > 0 && count < privacy_.min_cell; };
  const auto k = closeness.size.size();
  for (std::size_t g = 0; g < k; ++g) {
    if (is_small(closeness.ambiguous[g]) || is_small(closeness.size[g] - closeness.ambiguous[g]))
      closeness.ambiguous[g] = results::no_count;
    // All of a segment have a runner-up: one count that is withheld alone would be what the others leave.
    if (privacy_.min_cell == 0) continue;
    std::vector<std::int64_t> counts;
    for (const auto& [neighbour, customers] : closeness.next[g]) counts.push_back(customers);
    const auto withheld = withhold(counts, 1, counts.size(), privacy_.min_cell);
    std::size_t place = 0;
    for (auto& [neighbour, customers] : closeness.next[g]) {
      if (withheld.at(0, place++)) customers = results::no_count;
    }
  }
  return Released<Closeness>(std::move(closeness));
}

Released<Profile> Gate::pass(Profile profile) const {
  if (privacy_.min_cell == 0) return Released<Profile>(std::move(profile));
  auto features = by_feature(profile);
  for (std::size_t f = 0; f < features.size(); ++f) {
    auto& [numbers, levels] = features[f];
    if (numbers.empty() && levels.empty()) continue;
    release_feature(profile.features[f], numbers, levels, profile.names.size(), privacy_.min_cell);
  }
  return Released<Profile>(std::move(profile));
}

}  // namespace psychograph::insight

#include "insight/gate.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "results/tidy_table.hpp"
#include "stats/suppression.hpp"

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
  const auto* const kind = effect.kind;
  effect = {};
  effect.kind = kind;
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

/// Of counts [k], those that are not told; behind them, whether everybody's is not.
std::vector<bool> hidden_among(const std::vector<std::int64_t>& counts, std::int64_t min_cell) {
  const auto withheld = stats::withhold(counts, 1, counts.size(), min_cell);
  std::vector<bool> hidden;
  for (std::size_t g = 0; g < counts.size(); ++g) hidden.push_back(withheld.at(0, g));
  const auto all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  hidden.push_back(all > 0 && all < min_cell);
  return hidden;
}

/// Segments of which not even the base is told, by their bases alone, and by their sizes, which are the same
/// for every feature; everybody's follows from none.
std::vector<bool> hidden_bases(const std::vector<ProfileRow*>& rows, std::size_t k, std::int64_t min_cell) {
  std::vector<std::int64_t> bases;
  std::vector<std::int64_t> sizes;
  for (std::size_t g = 0; g < k; ++g) {
    bases.push_back(rows[g]->base);
    sizes.push_back(rows[g]->base + rows[g]->missing);
  }
  auto hidden = hidden_among(bases, min_cell);
  const auto by_size = hidden_among(sizes, min_cell);
  for (std::size_t g = 0; g <= k; ++g) hidden[g] = hidden[g] || by_size[g];
  return hidden;
}

void withhold_missing(const std::vector<ProfileRow*>& rows, std::int64_t min_cell) {
  for (auto* row : rows) {
    if (row->missing > 0 && row->missing < min_cell) row->missing = results::no_count;
  }
}

/// Which counts of a feature's levels are withheld.
stats::Withheld withhold_levels(const std::vector<ProfileRow*>& rows, std::size_t k, std::int64_t min_cell) {
  const auto levels = rows.size() / (k + 1);
  std::vector<std::int64_t> counts;
  for (std::size_t l = 0; l < levels; ++l) {
    for (std::size_t g = 0; g < k; ++g) counts.push_back(rows[l * (k + 1) + g]->count);
  }
  return stats::withhold(counts, levels, k, min_cell);
}

/// Returns the groups (the last: everybody) of which something is withheld.
std::vector<bool> release_feature(ProfileFeature& feature, std::vector<ProfileRow*>& numbers,
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
  for (std::size_t g = 0; g <= k; ++g) touched[g] = touched[g] || hidden[g];
  if (!any) return touched;
  withhold_effect(feature.numbers);
  withhold_effect(feature.leveled);
  if (touched[k]) {
    for (auto* row : numbers) withhold_comparison(*row);
  }
  return touched;
}

bool have_a_column_in_common(const ProfileFeature& one, const ProfileFeature& other) {
  return std::any_of(one.columns.begin(), one.columns.end(), [&](const std::string& column) {
    return std::find(other.columns.begin(), other.columns.end(), column) != other.columns.end();
  });
}

/// A construct is the sum of its items: of what is withheld of one, the others would tell.
void withhold_of_the_same_columns(Profile& profile, std::vector<FeatureRows>& features,
                                  const std::vector<std::vector<bool>>& touched) {
  const auto k = profile.names.size();
  for (std::size_t f = 0; f < features.size(); ++f) {
    for (std::size_t other = 0; other < features.size(); ++other) {
      if (other == f || touched[f].empty() || features[other].numbers.empty()) continue;
      if (!have_a_column_in_common(profile.features[f], profile.features[other])) continue;
      bool any = false;
      for (std::size_t g = 0; g <= k; ++g) {
        if (!touched[f][g] || features[other].numbers[g]->count == results::no_count) continue;
        withhold_figures(*features[other].numbers[g]);
        any = true;
      }
      if (any) withhold_effect(profile.features[other].numbers);
    }
  }
}

}  // namespace

Released<Personas> Gate::pass(Personas personas, const std::vector<Prevalence>& prevalence,
                              std::span<const std::int64_t> sizes) const {
  const auto is_small = [&](std::int64_t count) { return count > 0 && count < privacy_.min_cell; };
  const auto everybody = sizes.back();
  // Statements of one persona are about the others' customers, too: where any count of these is small, none
  // of the others is told.
  bool rest_is_told = true;
  for (std::size_t g = 0; g < personas.size(); ++g) {
    auto last = everybody - sizes[g];
    for (std::size_t m = 0; m < personas[g].is.size(); ++m) {
      const auto outside = prevalence[g].of_all[m] - prevalence[g].in_segment[m];
      if (is_small(outside) || is_small(last - outside)) rest_is_told = false;
      last = outside;
    }
  }
  for (std::size_t g = 0; g < personas.size(); ++g) {
    auto& persona = personas[g];
    // Who fits one statement more or less is a count, too.
    auto last_inside = sizes[g];
    for (std::size_t m = 0; m < persona.is.size(); ++m) {
      const auto inside = prevalence[g].in_segment[m];
      const auto outside = prevalence[g].of_all[m] - inside;
      const auto rest = everybody - sizes[g];
      if (is_small(last_inside - inside) || is_small(inside) || is_small(sizes[g] - inside)) continue;
      last_inside = inside;
      persona.is[m].matches = core::share(inside, sizes[g]);
      if (!rest_is_told) continue;
      persona.is[m].matches_rest = core::share(outside, rest);
      persona.is[m].matches_all = core::share(inside + outside, everybody);
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
    const auto withheld = stats::withhold(counts, 1, counts.size(), privacy_.min_cell);
    std::size_t place = 0;
    for (auto& [neighbour, customers] : closeness.next[g]) {
      if (withheld.at(0, place++)) customers = results::no_count;
    }
  }
  return Released<Closeness>(std::move(closeness));
}

Released<CountTable> Gate::pass(CountTable table) const {
  if (privacy_.min_cell > 0) {
    const auto withheld = stats::withhold(table.counts, table.rows, table.columns, privacy_.min_cell);
    for (std::size_t i = 0; i < table.counts.size(); ++i) {
      if (withheld.at(i / table.columns, i % table.columns)) table.counts[i] = results::no_count;
    }
  }
  return Released<CountTable>(std::move(table));
}

Released<Profile> Gate::pass(Profile profile) const {
  if (privacy_.min_cell == 0) return Released<Profile>(std::move(profile));
  auto features = by_feature(profile);
  std::vector<std::vector<bool>> touched(features.size());
  for (std::size_t f = 0; f < features.size(); ++f) {
    auto& [numbers, levels] = features[f];
    if (numbers.empty() && levels.empty()) continue;
    touched[f] =
        release_feature(profile.features[f], numbers, levels, profile.names.size(), privacy_.min_cell);
    withhold_missing(numbers, privacy_.min_cell);
    withhold_missing(levels, privacy_.min_cell);
  }
  withhold_of_the_same_columns(profile, features, touched);
  return Released<Profile>(std::move(profile));
}

}  // namespace psychograph::insight

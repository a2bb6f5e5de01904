#include "insight/gate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "insight/suppression.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::insight {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto withheld_verdict = "withheld";

void withhold_figures(ProfileRow& row) {
  for (double* figure :
       {&row.share, &row.share_low, &row.share_high, &row.index, &row.index_low, &row.index_high, &row.mean,
        &row.mean_low, &row.mean_high, &row.sd, &row.top2, &row.bottom2, &row.mean_rest, &row.share_rest,
        &row.difference, &row.difference_low, &row.difference_high, &row.p, &row.q})
    *figure = not_a_number;
  std::fill(std::begin(row.quantiles), std::end(row.quantiles), not_a_number);
  row.count = results::no_count;
  row.letters.clear();
  row.verdict = withheld_verdict;
}

void withhold_base(ProfileRow& row) {
  withhold_figures(row);
  row.base = results::no_count;
  row.effective_base = not_a_number;
}

/// With all its digits a figure of the whole table would tell the cells.
double blurred(double figure) {
  if (figure == 0 || !std::isfinite(figure)) return figure;
  const double step = std::pow(10.0, std::floor(std::log10(std::abs(figure))) - 1);
  return std::round(figure / step) * step;
}

void blur(Effect& effect) {
  for (double* figure : {&effect.effect, &effect.cramers_v, &effect.statistic, &effect.p})
    *figure = blurred(*figure);
}

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

/// Segments whose answers to a feature of numbers are too few, and another where there is one alone:
/// everybody's mean would tell it.
std::vector<bool> few_answers(const std::vector<ProfileRow*>& rows, std::size_t k, std::int64_t min_cell) {
  std::vector<bool> few(k, false);
  std::size_t count = 0;
  for (std::size_t g = 0; g < k; ++g) {
    few[g] = rows[g]->base > 0 && rows[g]->base < min_cell;
    count += few[g] ? 1 : 0;
  }
  if (count != 1) return few;
  std::size_t next = k;
  for (std::size_t g = 0; g < k; ++g) {
    if (!few[g] && rows[g]->base > 0 && (next == k || rows[g]->base < rows[next]->base)) next = g;
  }
  if (next < k) few[next] = true;
  return few;
}

/// Returns the segments of which a level is withheld; the last is everybody.
std::vector<bool> release_levels(std::vector<ProfileRow*>& rows, std::size_t k, std::int64_t min_cell) {
  const auto levels = rows.size() / (k + 1);
  std::vector<std::int64_t> counts;
  for (std::size_t l = 0; l < levels; ++l) {
    for (std::size_t g = 0; g < k; ++g) counts.push_back(rows[l * (k + 1) + g]->count);
  }
  const auto withheld = withhold(counts, levels, k, min_cell);
  std::vector<bool> touched(k + 1, false);
  for (std::size_t l = 0; l < levels; ++l) {
    for (std::size_t g = 0; g <= k; ++g) {
      auto& row = *rows[l * (k + 1) + g];
      if (withheld.at(levels, g)) {
        withhold_base(row);
      } else if (withheld.at(l, g)) {
        withhold_figures(row);
      } else {
        continue;
      }
      touched[g] = true;
    }
  }
  return touched;
}

/// Whether the profile that is told has the row of this trait in this segment.
bool is_told(const Profile& profile, const Trait& trait, std::size_t group) {
  for (const auto& row : profile.rows) {
    if (row.feature == trait.feature && row.level == trait.level && row.group == group)
      return row.verdict != withheld_verdict;
  }
  return false;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : not_a_number;
}

}  // namespace

Released<Personas> Gate::pass(Personas personas, const std::vector<Prevalence>& prevalence,
                              std::span<const std::int64_t> sizes, const Released<Profile>& profile) const {
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
    if (privacy_.min_cell == 0) continue;
    for (auto* statements : {&persona.is, &persona.is_not})
      std::erase_if(*statements, [&](const auto& one) { return !is_told(*profile, one.trait, g); });
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
  const auto k = profile.names.size();
  auto features = by_feature(profile);
  for (std::size_t f = 0; f < features.size(); ++f) {
    auto& [numbers, levels] = features[f];
    std::vector<bool> touched(k + 1, false);
    if (!levels.empty()) {
      touched = release_levels(levels, k, privacy_.min_cell);
      if (std::find(touched.begin(), touched.end(), true) != touched.end()) blur(profile.features[f].leveled);
    }
    if (numbers.empty()) continue;
    const auto few = few_answers(numbers, k, privacy_.min_cell);
    bool any = false;
    for (std::size_t g = 0; g < k; ++g) {
      if (few[g]) {
        withhold_base(*numbers[g]);
      } else if (touched[g]) {
        withhold_figures(*numbers[g]);  // a mean is the sum of its levels
      }
      any |= few[g] || touched[g];
    }
    if (numbers[k]->base > 0 && numbers[k]->base < privacy_.min_cell) withhold_base(*numbers[k]);
    if (any) blur(profile.features[f].numbers);
  }
  return Released<Profile>(std::move(profile));
}

}  // namespace psychograph::insight

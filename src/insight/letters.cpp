#include "insight/letters.hpp"

#include <utility>
#include <vector>

#include "insight/profile.hpp"
#include "stats/significance.hpp"

namespace psychograph::insight {
namespace {

constexpr double level = 0.05;

double p_of(const ProfileRow& one, const ProfileRow& other) {
  if (one.level >= 0)
    return stats::pooled_z_p(one.share, one.effective_base, other.share, other.effective_base);
  return stats::welch_p(one.mean - other.mean,
                        stats::welch_error(one.sd, one.effective_base, other.sd, other.effective_base));
}

/// `rows` are one level's, by segment.
void compare(std::vector<ProfileRow*>& rows) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<double> p;
  for (std::size_t a = 0; a < rows.size(); ++a) {
    for (std::size_t b = a + 1; b < rows.size(); ++b) {
      pairs.emplace_back(a, b);
      p.push_back(p_of(*rows[a], *rows[b]));
    }
  }
  const auto adjusted = stats::holm(p);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!(adjusted[i] <= level)) continue;
    const auto [a, b] = pairs[i];
    const double first = rows[a]->level >= 0 ? rows[a]->share : rows[a]->mean;
    const double second = rows[b]->level >= 0 ? rows[b]->share : rows[b]->mean;
    auto& higher = first > second ? rows[a]->letters : rows[b]->letters;
    if (!higher.empty()) higher += ' ';
    higher += letter_of(first > second ? b : a);
  }
}

}  // namespace

std::string letter_of(std::size_t segment) {
  std::string letters;
  for (auto rest = segment + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return letters;
}

void add_letters(Profile& profile, std::size_t feature) {
  const auto k = profile.names.size();
  std::vector<ProfileRow*> rows;
  for (auto& row : profile.rows) {
    if (row.feature != feature) continue;
    if (row.group < k) {
      rows.push_back(&row);
    } else {
      compare(rows);
      rows.clear();
    }
  }
}

}  // namespace psychograph::insight

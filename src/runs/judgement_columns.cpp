#include "runs/judgement_columns.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/figure.hpp"

namespace psychograph::runs {

double JudgedSegment::jaccard() const {
  const auto& all = judgement->stability.jaccard;
  return all.empty() ? core::not_a_number : all[segment];
}

std::string JudgedSegment::validity() const {
  const double found = jaccard();
  if (std::isnan(found)) return {};
  if (found >= evaluate::least_valid) return "valid";
  return found >= evaluate::least_doubtful ? "doubtful" : "dissolves";
}

std::int64_t JudgedSegment::separated() const {
  const auto& half = judgement->half;
  if (half.empty()) return results::no_count;
  return judgement->separated(half[segment]) ? 1 : 0;
}

double least_jaccard(const evaluate::Judgement& judgement) {
  const auto& all = judgement.stability.jaccard;
  return all.empty() ? core::not_a_number : *std::min_element(all.begin(), all.end());
}

std::int64_t gaps(const evaluate::Judgement& judgement) {
  return std::count_if(judgement.borders.begin(), judgement.borders.end(),
                       [](const auto& border) { return border.gap(); });
}

std::string agreement_in_words(const evaluate::Judgement& judgement) {
  const auto& stability = judgement.stability;
  if (stability.agreement.empty()) return "-";
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", stability.mean, stability.interval.low,
                     stability.interval.high);
}

std::string gaps_in_words(const evaluate::Judgement& judgement) {
  return judgement.gaps_looked_for ? fmt::format("{} of {}", gaps(judgement), judgement.borders.size()) : "-";
}

std::string meaning(const evaluate::Judgement& judgement) {
  switch (judgement.verdict) {
    case evaluate::Verdict::natural:
      return "Other samples give the same ones, and there is a gap at every border between them: they are "
             "there.";
    case evaluate::Verdict::reproducible:
      if (!judgement.gaps_looked_for)
        return "Other samples give the same ones; whether there are gaps between them can't be seen in "
               "names.";
      if (judgement.borders.empty())
        return "Other samples give the same ones; too few customers lie between them to see whether there "
               "are gaps.";
      return judgement.beats_reference()
                 ? "Other samples give the same ones, but not every border between them has a gap that can "
                   "be shown: "
                   "denser regions, with customers in between."
                 : "Other samples give the same ones, but not every border between them has a gap that can "
                   "be shown: a "
                   "continuum, cut in the same place each time. Another number may serve as well.";
    case evaluate::Verdict::constructed:
      break;
  }
  return "Other samples give other ones: they are made, not found.";
}

std::string verdict_legend() {
  return "agreement: of pairs of samples (adjusted Rand index), stable from 0.80; least kept: what other "
         "samples "
         "leave of the\nworst segment (Jaccard), valid from 0.75; gaps: of borders between segments; against "
         "null: "
         "how much tighter than\ncustomers of the same margins and correlations without segments, in "
         "deviations of "
         "these.\nnatural: stable, valid, and a gap at every border; reproducible: stable and valid; "
         "constructed: "
         "neither\n";
}

}  // namespace psychograph::runs

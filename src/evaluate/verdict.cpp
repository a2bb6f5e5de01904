#include "evaluate/verdict.hpp"

#include <algorithm>
#include <numeric>

#include "stats/significance.hpp"

namespace psychograph::evaluate {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::natural:
      return "natural";
    case Verdict::reproducible:
      return "reproducible";
    case Verdict::constructed:
      break;
  }
  return "constructed";
}

bool Judgement::valid() const {
  return !stability.jaccard.empty() && std::all_of(stability.jaccard.begin(), stability.jaccard.end(),
                                                   [](double jaccard) { return jaccard >= least_valid; });
}

bool Judgement::separated(std::int64_t half_segment) const {
  bool has_border = false;
  for (const auto& border : borders) {
    if (border.a != half_segment && border.b != half_segment) continue;
    if (!border.gap()) return false;
    has_border = true;
  }
  return has_border;
}

bool Judgement::separated() const {
  for (std::int64_t segment = 0; segment < k; ++segment) {
    if (!separated(segment)) return false;
  }
  return true;
}

double Judgement::smallest_share() const {
  const auto all = std::accumulate(size.begin(), size.end(), std::int64_t{0});
  if (all == 0) return 0;  // there is an error
  return static_cast<double>(*std::min_element(size.begin(), size.end())) / static_cast<double>(all);
}

void Border::archive(core::StateArchive& archive) { archive& a& b& customers& p& depth& counts; }

void Judgement::archive(core::StateArchive& archive) {
  archive& k& fitted& size& inertia& stability.agreement& stability.mean& stability.interval.low& stability
      .interval.high& stability.jaccard& gaps_looked_for& borders& half& gap& gap_error;
}

void judge(std::vector<Judgement>& judgements) {
  std::vector<double> p;
  for (const auto& judgement : judgements) {
    for (const auto& border : judgement.borders) p.push_back(border.p);
  }
  const auto held = stats::holm(p);
  auto next = held.begin();
  for (auto& judgement : judgements) {
    for (auto& border : judgement.borders) border.p_holm = *next++;
    const bool comes_again = judgement.stable() && judgement.valid();
    judgement.verdict = !comes_again            ? Verdict::constructed
                        : judgement.separated() ? Verdict::natural
                                                : Verdict::reproducible;
  }
}

std::optional<std::int64_t> recommended(const std::vector<Judgement>& judgements) {
  std::optional<std::int64_t> natural;
  std::optional<std::int64_t> reproducible;
  const auto largest = [](std::optional<std::int64_t>& found, std::int64_t k) {
    found = std::max(found.value_or(k), k);
  };
  for (const auto& judgement : judgements) {
    if (!judgement.error.empty()) continue;
    if (judgement.verdict == Verdict::natural) largest(natural, judgement.k);
    if (judgement.verdict == Verdict::reproducible && judgement.smallest_share() >= least_share)
      largest(reproducible, judgement.k);
  }
  return natural ? natural : reproducible;
}

}  // namespace psychograph::evaluate

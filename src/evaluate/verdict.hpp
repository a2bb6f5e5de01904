// Whether there is anything there: what segmentations into several numbers of segments are worth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/restarts.hpp"
#include "evaluate/stability.hpp"
#include "evaluate/valleys.hpp"

namespace psychograph::evaluate {

/// natural: the same segments come out of other samples, with gaps between them. reproducible: the same, of
/// customers without gaps. constructed: other samples give other segments.
enum class Verdict { natural, reproducible, constructed };
const char* to_string(Verdict verdict);

inline constexpr double least_stable = 0.80;    ///< mean adjusted Rand index of pairs of samples
inline constexpr double least_valid = 0.75;     ///< mean best Jaccard of a segment;
inline constexpr double least_doubtful = 0.60;  ///< from here on it is doubtful
inline constexpr double deepest_border =
    0.90;  ///< density there, over the lower peak's, where there is a gap
inline constexpr double most_chance =
    0.05;  ///< of a single false gap, over all pairs and numbers of segments
inline constexpr double least_share = 0.02;  ///< of customers in each segment that is recommended

/// Two segments that border on each other.
struct Border {
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t customers = 0;        ///< in the region between both
  double p = 1;                      ///< of one heap (the dip test)
  double p_holm = 1;                 ///< the same, of all borders of all numbers of segments together
  double depth = 1;                  ///< the density at the border, over the lower peak's
  std::vector<std::int64_t> counts;  ///< [valley_bins] from a to b
  [[nodiscard]] bool gap() const { return p_holm < most_chance && depth <= deepest_border; }
  void archive(core::StateArchive& archive);
};

/// What is known of one number of segments. Segments are numbered by falling size.
struct Judgement {
  std::int64_t k = 0;
  std::string error;               ///< why there is none, and nothing below
  cluster::Fitted fitted;          ///< of the customers that are looked at
  std::vector<std::int64_t> size;  ///< [k] customers in each segment
  double inertia = 0;              ///< of everybody about the nearest centre
  Stability stability;
  bool gaps_looked_for = false;
  std::vector<Border> borders;     ///< of the segments of one half, in the other
  std::vector<std::int64_t> half;  ///< [k] which of the half's segments that is, by whom they share
  double gap = 0;        ///< log inertia of customers without segments, in the mean, less that of these
  double gap_error = 0;  ///< its deviation over the references; NaN where these are not compared
  Verdict verdict = Verdict::constructed;
  double seconds_fitting = 0;  ///< volatile: of all that it took, the fits

  [[nodiscard]] bool stable() const { return stability.mean >= least_stable; }
  [[nodiscard]] bool valid() const;
  /// Of one half's segments: it has borders, and gaps at all of them.
  [[nodiscard]] bool separated(std::int64_t half_segment) const;
  [[nodiscard]] bool separated() const;
  /// Beyond what chance does to references.
  [[nodiscard]] bool beats_reference() const { return gap > 2 * gap_error; }
  [[nodiscard]] double smallest_share() const;
  /// All but the verdict, and what it is given by.
  void archive(core::StateArchive& archive);
};

/// Borders with a p of their own become gaps or none; then verdicts are given.
void judge(std::vector<Judgement>& judgements);

/// The largest natural number of segments; else the largest reproducible one whose segments hold 2 % of
/// customers each; else none.
std::optional<std::int64_t> recommended(const std::vector<Judgement>& judgements);

}  // namespace psychograph::evaluate

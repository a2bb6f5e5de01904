// What a data team should do with last quarter's model, and why.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace psychograph::quarters {

struct Comparison;

/// A figure's limits. Below `refresh` nothing need be done; from `investigate` on somebody should find out
/// what happened.
struct Limit {
  const char* figure;
  double refresh;
  double investigate;
};
/// The population stability index's limits are the usual ones of credit scoring.
inline constexpr Limit stability_limit{"stability index of a feature", 0.10, 0.25};
inline constexpr Limit mean_shift_limit{"shift of a feature's mean, in earlier deviations", 0.25, 0.50};
inline constexpr Limit share_limit{"change of a segment's share of all customers", 0.03, 0.10};
inline constexpr Limit centroid_limit{"shift of a centroid, root mean square in earlier encoded units", 0.25,
                                      0.50};
inline constexpr Limit switched_limit{"share of the staying customers who changed their segment", 0.20, 0.50};
inline constexpr std::array<Limit, 5> limits{stability_limit, mean_shift_limit, share_limit, centroid_limit,
                                             switched_limit};

enum class Advice { keep, refresh, investigate };
/// "keep the model", "refresh the model", "investigate".
const char* to_string(Advice advice);

struct Verdict {
  Advice advice = Advice::keep;
  std::vector<std::string> reasons;  ///< the gravest first; none where the model is kept
};

/// From everything else that the comparison holds: the gravest of its figures decides, and every birth,
/// death, split or merge is to be investigated. Local.
Verdict judge(const Comparison& comparison);

}  // namespace psychograph::quarters

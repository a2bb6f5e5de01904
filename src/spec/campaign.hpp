// What is measured of a campaign, as plain values: who got what, and what came of it. See docs/measure.md for
// every key.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "spec/spec.hpp"

namespace psychograph::spec {

struct Campaign {
  Input input;                          ///< the table of who was in the campaign; its `id` is always there
  std::string arm;                      ///< the column that says what somebody got
  std::string control;                  ///< the arm that got nothing; empty: there was none
  std::vector<std::string> outcomes;    ///< columns of numbers or flags
  std::vector<std::string> covariates;  ///< columns of numbers from before the campaign
  std::vector<std::string> by;          ///< columns whose values are groups
  std::vector<std::pair<std::string, double>> ratios;  ///< arms and their planned parts; empty: all alike
  double smallest_deviation = 0.005;  ///< of an arm's share from the planned one, that matters
  double smallest_lift = 0.1;         ///< that matters, as a part of the control's mean
  std::string segments;               ///< a result, whose segments are groups; may be empty
  Privacy privacy;
  std::string output_path;
  std::string effective;  ///< all of it as TOML
};

}  // namespace psychograph::spec

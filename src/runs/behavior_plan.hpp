// What follows from the spec and from what all events have shown: windows, levels, periods, groups.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behavior/deal.hpp"
#include "behavior/figures.hpp"
#include "behavior/levels.hpp"
#include "spec/events.hpp"

namespace psychograph::runs {

struct BehaviorPlan {
  behavior::FigurePlan figures;
  std::vector<std::vector<std::string>> channels;    ///< by block, in order
  std::vector<std::vector<std::string>> categories;  ///< likewise
  std::vector<std::vector<std::string>> shared;      ///< by block: categories with a share of their own
  std::vector<std::string> groups;                   ///< in order
};

/// Precondition: there are events. Local; the same on every rank. Throws a usage or data error where the
/// window is empty, or there are too many periods.
BehaviorPlan plan_behavior(const spec::Events& spec, const behavior::Dealt& dealt,
                           const std::vector<behavior::EventLevels>& levels, const behavior::Levels& groups);

}  // namespace psychograph::runs

// Names for combinations of the three scores. Local and pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spec/events.hpp"

namespace psychograph::spec {

/// The scores of recency, frequency and monetary, 1 to the number of scores.
using Scores = std::array<std::int64_t, 3>;

/// The names for scores of 1 to 5 that stand without any rule in the file: on recency and frequency.
std::vector<RfmRule> usual_rfm_rules();

/// Which rule fits; none where there is no such rule. Precondition: `find_rule_fault` finds nothing.
std::optional<std::size_t> rule_of(std::span<const RfmRule> rules, const Scores& scores);

/// What is wrong with rules for scores of 1 to `scores`, where some combination of them has no name, or two;
/// empty where nothing is.
std::string find_rule_fault(std::span<const RfmRule> rules, std::int64_t scores);

}  // namespace psychograph::spec

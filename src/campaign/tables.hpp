// What is found of a campaign, as tables.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "campaign/findings.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::campaign {

/// By their paths in the file. What is withheld is empty. Local.
std::vector<std::pair<std::string, results::TidyTable>> tables(const Question& question,
                                                               const Findings& findings);

/// "gains", "loses", "no gain shown"; "too few to tell" where there is no figure.
const char* verdict_of(const TargetingGain& gain);

}  // namespace psychograph::campaign

// A campaign's figures in words, for a terminal.
#pragma once

#include <string>
#include <vector>

#include "campaign/findings.hpp"

namespace psychograph::runs {

/// The arms, the lifts of everybody, and of each grouping how many groups show one, whether they differ, and
/// what choosing an arm for each would have gained. Local.
std::string measure_text(const campaign::Question& question, const campaign::Findings& findings);

}  // namespace psychograph::runs

// A plan for other programs.
#pragma once

#include <string>

#include "planning/report.hpp"

namespace psychograph::runs {

/// One JSON object: sizes, bytes, seconds of the stages and of an iteration, what to ask Slurm for.
std::string as_json(const planning::Plan& plan);

}  // namespace psychograph::runs

// What `compare` has found, for people.
#pragma once

#include <string>

#include "runs/comparison_tables.hpp"

namespace psychograph::runs {

/// A line a run, and what each series comes to.
std::string in_words(const Compared& compared);

}  // namespace psychograph::runs

// Figures of a feature for people.
#pragma once

#include "features/schema.hpp"

namespace psychograph::features {

/// `value`, in the user's units, rounded to some ten-thousandth of how far apart customers usually are: what
/// is smaller is left of rounding, and says nothing. Never -0.
double shown(const Statistics& statistics, double value);

}  // namespace psychograph::features

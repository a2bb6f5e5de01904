// Segment against segment, for a chosen few features.
#pragma once

#include <cstddef>
#include <string>

namespace psychograph::insight {

struct Profile;

/// A, B, ... Z, AA, AB: what a segment is called in letters.
std::string letter_of(std::size_t segment);

/// Writes into every row of the feature the letters of the segments that this one is above: Welch's t of
/// means, pooled z of shares, each row's pairs together at 5 % by Holm's rule. Local.
void add_letters(Profile& profile, std::size_t feature);

}  // namespace psychograph::insight

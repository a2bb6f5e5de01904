// Whether segments stand for something that they were not made of: sex, age, origin.
#pragma once

#include "insight/codebook.hpp"
#include "insight/profile.hpp"
#include "insight/released.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::insight {

/// A row a feature that the segments were not made of, as a proxy of which they might serve: feature, label,
/// effect and effect_kind (how much of it the segments tell: eta2 or tau), correct (of those with an answer,
/// the share whose answer is the most frequent one of their segment: who guessed so would be right) and
/// correct_without (the share of the most frequent answer of all; both NaN of numbers), words. Local.
results::TidyTable audit_table(const Released<Profile>& profile, const Codebook& codebook);

}  // namespace psychograph::insight

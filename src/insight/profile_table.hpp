// The profile as a table that people and programs read.
#pragma once

#include "insight/codebook.hpp"
#include "insight/profile.hpp"
#include "insight/released.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::insight {

/// A row a feature, level and segment ("all": everybody), in the codebook's words; columns: docs/profile.md.
/// Local.
results::TidyTable profile_table(const Released<Profile>& profile, const Codebook& codebook);

}  // namespace psychograph::insight

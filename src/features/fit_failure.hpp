// Why a feature can't be fitted. Known on all ranks alike, so all throw.
#pragma once

#include <cstdint>
#include <string>

#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Throws the data error `files: column "name" message`.
[[noreturn]] void fail_fit(const io::Shard& shard, const FittedFeature& fitted, const std::string& message);

/// Throws the data error for the missing cell in global row `first_missing`, where cells are missing and the
/// rule is `error`.
void fail_at_missing(const io::Shard& shard, const FittedFeature& fitted, std::int64_t first_missing);

}  // namespace psychograph::features

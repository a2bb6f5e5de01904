#include "features/fit_failure.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace psychograph::features {

void fail_fit(const io::Shard& shard, const FittedFeature& fitted, const std::string& message) {
  throw core::data_error(fmt::format("{}: {} \"{}\" {}", io::files_name(shard.table()),
                                     fitted.feature.construct ? "construct" : "column", fitted.feature.name,
                                     message));
}

void fail_at_missing(const io::Shard& shard, const FittedFeature& fitted, std::int64_t first_missing) {
  if (fitted.feature.missing != spec::Missing::error || fitted.statistics.missing == 0) return;
  throw core::data_error(fmt::format("{}: the cell is missing, and the feature's rule is missing = \"error\"",
                                     io::cell_name(shard.table(), fitted.feature.name, first_missing)));
}

}  // namespace psychograph::features

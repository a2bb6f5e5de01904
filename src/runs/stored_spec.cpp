#include "runs/stored_spec.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "results/layout.hpp"

namespace psychograph::runs {

spec::Spec parse_stored_spec(const results::StoredResult& result, const std::string& path,
                             const std::vector<spec::Override>& overrides) {
  const auto name = fmt::format("{} {}", path, results::layout::spec);
  try {
    (void)spec::parse(result.spec, name, {}, spec::Purpose::segment);
  } catch (const core::Error& error) {  // it was well-formed when it was written
    throw core::data_error(error.what());
  }
  return spec::parse(result.spec, name, overrides, spec::Purpose::segment);
}

}  // namespace psychograph::runs

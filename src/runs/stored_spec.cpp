#include "runs/stored_spec.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "results/layout.hpp"
#include "runs/json_text.hpp"

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

ResultAgain read_again(const comm::Communicator& world, const std::string& path,
                       const std::vector<std::string>& inputs, const std::vector<std::string>& sets) {
  ResultAgain again{results::read_result(world, path), {}};
  std::vector<spec::Override> overrides;
  for (const auto& set : sets) overrides.push_back(spec::parse_override(set));
  // A JSON list of strings is one in TOML too.
  if (!inputs.empty()) overrides.push_back({"input.files", json_text(inputs)});
  again.spec = parse_stored_spec(again.stored, path, overrides);
  if (!inputs.empty()) again.spec.input.files = inputs;  // they may be no UTF-8, which TOML must be
  return again;
}

}  // namespace psychograph::runs

#include "jobs/spec_options.hpp"

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "comm/run_on_all_ranks.hpp"

namespace psychograph::jobs {

void add_spec_options(CLI::App& job, SpecOptions& options) {
  job.add_option("spec", options.path, "The spec, in TOML (docs/spec.md)")
      ->required()
      ->type_name("SPEC.toml");
  job.add_option("--input", options.inputs, "Customer tables, instead of input.files (globs)")
      ->type_name("FILE ...");
  job.add_option("--set", options.sets, "Override a key of the spec, as --set cluster.k=6")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

spec::Spec load_spec(const comm::Communicator& world, const SpecOptions& options, spec::Purpose purpose) {
  const auto text = comm::run_on_root(world, [&] { return spec::read_spec_file(options.path); });
  std::vector<spec::Override> overrides;
  for (const auto& set : options.sets) overrides.push_back(spec::parse_override(set));
  // A JSON string or list of strings is one in TOML too.
  if (!options.inputs.empty()) overrides.push_back({"input.files", nlohmann::json(options.inputs).dump()});
  if (!options.output.empty()) overrides.push_back({"output.path", nlohmann::json(options.output).dump()});
  if (options.k) overrides.push_back({"cluster.k", fmt::format("{}", *options.k)});
  if (options.seed) overrides.push_back({"cluster.seed", fmt::format("{}", *options.seed)});
  return spec::parse(text, options.path, overrides, purpose);
}

}  // namespace psychograph::jobs

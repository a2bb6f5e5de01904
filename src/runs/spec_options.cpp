#include "runs/spec_options.hpp"

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "io/table.hpp"
#include "runs/json_text.hpp"

namespace psychograph::runs {

spec::Spec load_spec(const comm::Communicator& world, const SpecOptions& options, spec::Purpose purpose) {
  const auto text = comm::run_on_root(world, [&] { return spec::read_spec_file(options.path); });
  std::vector<spec::Override> overrides;
  for (const auto& set : options.sets) overrides.push_back(spec::parse_override(set));
  // A JSON string or list of strings is one in TOML too.
  if (!options.inputs.empty()) overrides.push_back({"input.files", json_text(options.inputs)});
  if (!options.output.empty()) overrides.push_back({"output.path", json_text(options.output)});
  if (options.k) overrides.push_back({"cluster.k", *options.k});
  if (options.seed) overrides.push_back({"cluster.seed", fmt::format("{}", *options.seed)});
  auto spec = spec::parse(text, options.path, overrides, purpose);
  // Paths may be no UTF-8, which TOML must be.
  if (!options.inputs.empty()) spec.input.files = options.inputs;
  if (!options.output.empty()) spec.output_path = options.output;
  return spec;
}

io::FileUse files_of(const SpecOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {}};
  use.read.push_back(options.path);
  use.read.insert(use.read.end(), spec.codebooks.begin(), spec.codebooks.end());
  if (spec.cluster.init == spec::Init::file) use.read.push_back(spec.cluster.init_file);
  return use;
}

}  // namespace psychograph::runs

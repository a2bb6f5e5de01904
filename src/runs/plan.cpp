#include "runs/plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/serialization/string.hpp>
#include <cerrno>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/atomic_path.hpp"
#include "planning/batch.hpp"
#include "planning/calibrate.hpp"
#include "planning/problem.hpp"
#include "planning/report.hpp"
#include "runs/memory.hpp"
#include "runs/plan_json.hpp"
#include "runs/spec_options.hpp"

namespace psychograph::runs {
namespace {

/// From the numbers alone: columns of float, and an id.
planning::Problem problem_of(const PlanOptions& options) {
  planning::Problem problem;
  problem.customers = *options.customers;
  problem.columns = *options.features;
  problem.cells_read = *options.features;
  problem.bytes_read = 4 * *options.features + 8;
  problem.cluster.k = *options.k;
  return problem;
}

void check(const PlanOptions& options) {
  const bool has_spec = !options.spec.path.empty();
  const bool has_numbers = options.customers && options.features && options.k;
  if (has_spec && (options.customers || options.features)) {
    throw core::usage_error(
        "--customers and --features are for a plan without a spec: leave out one or the other");
  }
  if (!has_spec && !has_numbers) {
    throw core::usage_error("what is to be planned? Give a spec, or --customers, --features and --k");
  }
  if (!has_spec && (!options.spec.inputs.empty() || !options.spec.sets.empty())) {
    throw core::usage_error("--input and --set need a spec");
  }
  for (const auto& [name, share] : {std::pair{"--compared", options.assumptions.compared},
                                    std::pair{"--moved", options.assumptions.moved}}) {
    if (!std::isfinite(share)) throw core::usage_error(fmt::format("{} must be a finite number", name));
  }
  if (options.customers && *options.k > *options.customers) {
    throw core::usage_error(
        fmt::format("--k {} is more than --customers {}", *options.k, *options.customers));
  }
}

planning::Placement placement_of(const PlanOptions& options) {
  planning::Placement placement;
  const auto ranks = options.ranks.value_or(std::numeric_limits<std::int64_t>::max());
  placement.ranks_per_node =
      options.ranks_per_node.value_or(std::min<std::int64_t>(ranks, planning::usable_cores()));
  placement.nodes = options.nodes.value_or(1);
  if (options.ranks) placement.nodes = (ranks + placement.ranks_per_node - 1) / placement.ranks_per_node;
  if (options.ranks && placement.ranks() != ranks) {
    throw core::usage_error(fmt::format("--ranks {} are not whole nodes of {} ranks (--ranks-per-node)",
                                        ranks, placement.ranks_per_node));
  }
  return placement;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  if (!file && errno == EACCES)
    throw core::environment_error(
        fmt::format("--constants {}: can't be read: {}", path, std::strerror(errno)));
  std::ostringstream text;
  if (!file || file.peek() == std::ifstream::traits_type::eof() || !(text << file.rdbuf())) {
    throw core::usage_error(fmt::format("--constants {}: can't be read", path));
  }
  return text.str();
}

/// `spec` is null in a plan by numbers.
io::FileUse files_of(const PlanOptions& options, const spec::Spec* spec) {
  io::FileUse use;
  if (spec != nullptr) use = files_of(options.spec, *spec);
  if (!options.constants.empty()) use.read.push_back(options.constants);
  if (!options.save_constants.empty())
    use.written.push_back({"--save-constants", options.save_constants, io::Output::Kind::text});
  return use;
}

planning::Constants constants_of(const comm::Communicator& world, const PlanOptions& options,
                                 const planning::Problem& problem, double process_bytes, Reporter& reporter) {
  if (options.constants.empty()) {
    reporter.stage("measuring this machine, for a second or two");
    return planning::calibrate(world, problem.cluster.k, problem.columns, process_bytes);
  }
  const auto text = comm::run_on_root(world, [&] { return read_text(options.constants); });
  auto constants = planning::from_toml(text, options.constants);
  if (constants.k != static_cast<double>(problem.cluster.k) ||
      constants.p != static_cast<double>(problem.columns)) {
    reporter.stage(fmt::format("{} was measured with k = {} and {} columns: other sizes differ a little",
                               options.constants, constants.k, constants.p));
  }
  return constants;
}

/// What the batch job runs. Of a plan by numbers there is no spec yet.
std::string command_of(const PlanOptions& options) {
  using planning::quoted;
  std::string command = "segment " + (options.spec.path.empty() ? "SPEC.toml" : quoted(options.spec.path));
  for (const auto& input : options.spec.inputs) command += " --input " + quoted(input);
  for (const auto& set : options.spec.sets) command += " --set " + quoted(set);
  if (options.restarts) command += fmt::format(" --set cluster.restarts={}", *options.restarts);
  if (options.k) command += fmt::format(" --k {}", *options.k);
  return command;
}

}  // namespace

void plan(const comm::Communicator& world, const PlanOptions& options, Reporter& reporter) {
  const double process_bytes = planning::resident_bytes();
  check(options);
  planning::Plan plan;
  plan.placement = placement_of(options);
  plan.assumptions = options.assumptions;
  plan.command = command_of(options);
  std::int64_t most_iterations = spec::Cluster{}.max_iterations;
  if (options.spec.path.empty()) {
    reporter.open([&] { return files_of(options, nullptr); });
    plan.problem = problem_of(options);
  } else {
    auto spec_options = options.spec;
    if (options.k) spec_options.k = fmt::format("{}", *options.k);
    const auto spec = load_spec(world, spec_options, spec::Purpose::segment);
    reporter.open([&] { return files_of(options, &spec); });
    plan.problem = planning::problem_of(world, spec);
    most_iterations = spec.cluster.max_iterations;
  }
  plan.problem.cluster.restarts = options.restarts.value_or(plan.problem.cluster.restarts);
  plan.assumptions.iterations =
      options.iterations.value_or(std::min(plan.assumptions.iterations, most_iterations));
  plan.constants = constants_of(world, options, plan.problem, process_bytes, reporter);
  if (!options.save_constants.empty())
    comm::run_on_root(world, [&] {
      io::write_whole(options.save_constants,
                      planning::to_toml(plan.constants, boost::mpi::environment::processor_name()));
    });
  plan.node_bytes = options.node_memory ? static_cast<double>(*options.node_memory) : planning::node_bytes();
  plan.placement.scratch = !plan.fits();
  reporter.summary(options.json ? as_json(plan) : planning::report(plan));
}

}  // namespace psychograph::runs

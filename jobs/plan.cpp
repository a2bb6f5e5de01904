// psychograph plan: what a `segment` job of a given size takes, before it is sent to a cluster.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
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
#include "jobs/jobs.hpp"
#include "jobs/memory_options.hpp"
#include "jobs/plan_json.hpp"
#include "jobs/spec_options.hpp"
#include "planning/batch.hpp"
#include "planning/calibrate.hpp"
#include "planning/problem.hpp"
#include "planning/report.hpp"

namespace psychograph::jobs {
namespace {

struct Options {
  SpecOptions spec;
  std::optional<std::int64_t> customers;
  std::optional<std::int64_t> features;
  std::optional<std::int64_t> restarts;
  std::optional<std::int64_t> ranks;
  std::optional<std::int64_t> nodes;
  std::optional<std::int64_t> ranks_per_node;
  std::optional<std::int64_t> iterations;
  planning::Assumptions assumptions;
  std::optional<std::uint64_t> node_memory;
  std::string constants;
  std::string save_constants;
  bool json = false;
};

/// From the numbers alone: columns of float, and an id.
planning::Problem problem_of(const Options& options) {
  planning::Problem problem;
  problem.customers = *options.customers;
  problem.columns = *options.features;
  problem.cells_read = *options.features;
  problem.bytes_read = 4 * *options.features + 8;
  problem.k = *options.spec.k;
  problem.restarts = spec::Cluster{}.restarts;
  return problem;
}

void check(const Options& options) {
  const bool has_spec = !options.spec.path.empty();
  const bool has_numbers = options.customers && options.features && options.spec.k;
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
  if (options.customers && *options.spec.k > *options.customers) {
    throw core::usage_error(
        fmt::format("--k {} is more than --customers {}", *options.spec.k, *options.customers));
  }
}

planning::Placement placement_of(const Options& options) {
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
io::FileUse files_of(const Options& options, const spec::Spec* spec) {
  io::FileUse use;
  if (spec != nullptr) use = files_of(options.spec, *spec);
  if (!options.constants.empty()) use.read.push_back(options.constants);
  if (!options.save_constants.empty())
    use.written.push_back({"--save-constants", options.save_constants, io::Output::Kind::text});
  return use;
}

planning::Constants constants_of(const comm::Communicator& world, const Options& options,
                                 const planning::Problem& problem, double process_bytes, Reporter& reporter) {
  if (options.constants.empty()) {
    reporter.stage("measuring this machine, for a second or two");
    return planning::calibrate(world, problem.k, problem.columns, process_bytes);
  }
  const auto text = comm::run_on_root(world, [&] { return read_text(options.constants); });
  auto constants = planning::from_toml(text, options.constants);
  if (constants.k != static_cast<double>(problem.k) || constants.p != static_cast<double>(problem.columns)) {
    reporter.stage(fmt::format("{} was measured with k = {} and {} columns: other sizes differ a little",
                               options.constants, constants.k, constants.p));
  }
  return constants;
}

/// What the batch job runs. Of a plan by numbers there is no spec yet.
std::string command_of(const Options& options) {
  using planning::quoted;
  std::string command = "segment " + (options.spec.path.empty() ? "SPEC.toml" : quoted(options.spec.path));
  for (const auto& input : options.spec.inputs) command += " --input " + quoted(input);
  for (const auto& set : options.spec.sets) command += " --set " + quoted(set);
  if (options.restarts) command += fmt::format(" --set cluster.restarts={}", *options.restarts);
  if (options.spec.k) command += fmt::format(" --k {}", *options.spec.k);
  return command;
}

void plan(const comm::Communicator& world, const Options& options, Reporter& reporter) {
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
    const auto spec = load_spec(world, options.spec, spec::Purpose::segment);
    reporter.open([&] { return files_of(options, &spec); });
    plan.problem = planning::problem_of(world, spec);
    most_iterations = spec.cluster.max_iterations;
  }
  plan.problem.restarts = options.restarts.value_or(plan.problem.restarts);
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

void add_placement_options(CLI::App& job, Options& options) {
  const CLI::Range some(std::int64_t{1}, std::int64_t{10'000'000});
  auto* ranks = job.add_option("--ranks", options.ranks, "Ranks of all nodes together")->check(some);
  job.add_option("--nodes", options.nodes, "Number of nodes (default 1)")->check(some)->excludes(ranks);
  job.add_option("--ranks-per-node", options.ranks_per_node, "Default: the cores that may be used here")
      ->check(some);
  job.add_option("--node-memory", options.node_memory,
                 "What a node's ranks may have together, as 192G (default: the memory of this machine)")
      ->type_name("SIZE")
      ->transform(size_in_bytes());
}

}  // namespace

Job plan_job(CLI::App& job) {
  auto options = std::make_shared<Options>();
  add_spec_options(job, options->spec);
  job.get_option("spec")->required(false);
  constexpr auto largest = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  const CLI::Range whole(std::int64_t{1}, std::int64_t{1'000'000});
  job.add_option("--customers", options->customers, "Without a spec: how many")
      ->check(CLI::Range(std::int64_t{1}, largest));
  job.add_option("--features", options->features, "Without a spec: encoded columns")->check(whole);
  job.add_option("--k", options->spec.k, "Number of segments; with a spec instead of cluster.k")
      ->check(whole);
  add_placement_options(job, *options);
  job.add_option("--restarts", options->restarts, "Instead of cluster.restarts (8)")->check(whole);
  job.add_option("--iterations", options->iterations,
                 "To expect of a restart (default 100, or cluster.max_iterations if that is less)")
      ->check(whole);
  job.add_option("--compared", options->assumptions.compared,
                 "Share of the customers who are compared with the centroids in an iteration, to expect")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  job.add_option("--moved", options->assumptions.moved, "Share who change segment in an iteration, to expect")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  auto* constants = job.add_option("--constants", options->constants,
                                   "What the machine can do, from this file: nothing is measured")
                        ->type_name("FILE");
  job.add_option("--save-constants", options->save_constants, "Write what has been measured to FILE (TOML)")
      ->check([](const std::string& path) { return path.empty() ? "an empty path" : std::string(); })
      ->type_name("FILE")
      ->excludes(constants);
  job.add_flag("--json", options->json, "The plan as a JSON object");
  return [options](const comm::Communicator& world, Reporter& reporter) { plan(world, *options, reporter); };
}

}  // namespace psychograph::jobs

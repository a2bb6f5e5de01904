// psychograph plan.
#include "runs/plan.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"

namespace psychograph::jobs {
namespace {

void add_placement_options(CLI::App& job, runs::PlanOptions& options) {
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
  auto options = std::make_shared<runs::PlanOptions>();
  add_spec_options(job, options->spec);
  job.get_option("spec")->required(false);
  constexpr auto largest = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  const CLI::Range whole(std::int64_t{1}, std::int64_t{1'000'000});
  job.add_option("--customers", options->customers, "Without a spec: how many")
      ->check(CLI::Range(std::int64_t{1}, largest));
  job.add_option("--features", options->features, "Without a spec: encoded columns")->check(whole);
  job.add_option("--k", options->k, "Number of segments; with a spec instead of cluster.k")->check(whole);
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
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::plan(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

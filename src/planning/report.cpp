#include "planning/report.hpp"

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "core/printable.hpp"
#include "planning/batch.hpp"

namespace psychograph::planning {
namespace {

/// The kernel needs some of a node's memory, and other programs do.
constexpr double usable_share = 0.95;

std::string sizes(const Plan& plan) {
  const auto& problem = plan.problem;
  const auto ranks = plan.placement.ranks();
  return fmt::format(
      "{} customers, {} encoded columns, k = {}\n"
      "{} rank{} on {} node{}, {} a node: {} customers a rank\n\n",
      problem.customers, problem.columns, problem.cluster.k, ranks, ranks == 1 ? "" : "s",
      plan.placement.nodes, plan.placement.nodes == 1 ? "" : "s", plan.placement.ranks_per_node,
      (problem.customers + ranks - 1) / ranks);
}

std::string memory_lines(const Plan& plan) {
  const auto needed = memory(plan.problem, plan.placement, plan.constants);
  return fmt::format("memory a rank    {:>10}   {} of customers, {} besides\nmemory a node    {:>10}\n",
                     bytes_text(needed.rank()), bytes_text(needed.rows), bytes_text(needed.fixed),
                     bytes_text(plan.node_needs()));
}

/// Of a plan that does not fit: how it would, and what is done instead.
std::string scratch_lines(const Plan& plan) {
  const auto nodes = plan.fitting_nodes();
  if (!plan.can_run()) {
    const auto most = plan.most_ranks_a_node();
    return fmt::format("a node has       {:>10}   too little, even with customers in scratch: {}\n",
                       bytes_text(plan.node_bytes),
                       most > 0 ? fmt::format("at most {} ranks a node (--ranks-per-node {})", most, most)
                                : std::string("fewer segments or columns, or larger nodes"));
  }
  const auto rows = memory(plan.problem, plan.placement, plan.constants).rows;
  auto text = fmt::format("a node has       {:>10}   too little: customers are kept in scratch, {} a node\n",
                          bytes_text(plan.node_bytes),
                          bytes_text(rows * static_cast<double>(plan.placement.ranks_per_node)));
  text += nodes > 0
              ? fmt::format("in memory with   {:>10}   (--nodes {})\n", fmt::format("{} nodes", nodes), nodes)
              : std::string("in memory with   fewer ranks a node only\n");
  return text;
}

std::string stage_line(const char* name, double seconds, const std::string& note) {
  return fmt::format("{:<22}{:>9}{}{}\n", name, seconds_text(seconds), note.empty() ? "" : "   ", note);
}

std::string stage_lines(const Plan& plan) {
  const auto& assumptions = plan.assumptions;
  const auto expected = stages(plan.problem, assumptions, plan.placement, plan.constants);
  const auto each = iteration(plan.problem, assumptions, plan.placement, plan.constants);
  const auto restarts = plan.problem.cluster.init == spec::Init::file ? 1 : plan.problem.cluster.restarts;
  const auto rounds = cluster::algorithm(plan.problem.cluster.algorithm).work(plan.problem.cluster).rounds;
  const auto times = fmt::format("{} restart{}{}", restarts, restarts == 1 ? "" : "s",
                                 rounds > 1 ? fmt::format(" of each of {} splits", rounds) : "");
  auto text = fmt::format("\n{:<22}{:>9}\n", "stage", "expected");
  text += stage_line("reading", expected.read, "from a file system that nobody has read it from before");
  text += stage_line("statistics, encoding", expected.encode, "");
  text += stage_line("seeding", expected.seed, times);
  text +=
      stage_line("iterations", expected.iterate,
                 fmt::format("{} of {}, {} each: comparing {}, others {}, sums {}, message {}, centroids {}",
                             times, assumptions.iterations, seconds_text(each.total()),
                             seconds_text(each.rows), seconds_text(each.skipped), seconds_text(each.moved),
                             seconds_text(each.message), seconds_text(each.centroids)));
  text += stage_line("assignment", expected.finish, "");
  text += stage_line("profile", expected.profile, "");
  text += stage_line("writing", expected.write, "");
  return text + stage_line("total", expected.total(), "");
}

/// None where no job of this kind could run.
std::string batch_lines(const Plan& plan) {
  if (!plan.can_run()) return "";
  return fmt::format(
      "\n#SBATCH --nodes={}\n#SBATCH --ntasks-per-node={}\n#SBATCH --cpus-per-task=1\n#SBATCH --mem={}\n"
      "#SBATCH --time={}\nsrun --mpi=pmix --kill-on-bad-exit=1 psychograph {}\n",
      plan.placement.nodes, plan.placement.ranks_per_node, plan.memory_limit(), plan.time_limit(),
      core::printable(plan.whole_command()));
}

std::string assumed_lines(const Plan& plan) {
  const auto& constants = plan.constants;
  return fmt::format(
      "\nAssumed: {} iterations a restart, in which {:.0f}% of the customers are compared and {:.0f}% change "
      "segment;\na file system of {:.2g} GB/s to read and {:.2g} GB/s to write, an all-reduce of {} a step "
      "and "
      "{:.2g} GB/s.\nTime has a margin of two, memory of an eighth.\n",
      plan.assumptions.iterations, 100 * plan.assumptions.compared, 100 * plan.assumptions.moved,
      constants.read / 1e9, constants.write / 1e9, seconds_text(constants.latency), constants.message / 1e9);
}

}  // namespace

double Plan::node_needs() const {
  return memory(problem, placement, constants).rank() * static_cast<double>(placement.ranks_per_node);
}

bool Plan::fits() const { return node_bytes <= 0 || node_needs() <= usable_share * node_bytes; }

std::int64_t Plan::most_ranks_a_node() const {
  if (node_bytes <= 0) return placement.ranks_per_node;
  return static_cast<std::int64_t>(usable_share * node_bytes / memory(problem, placement, constants).fixed);
}

std::int64_t Plan::fitting_nodes() const {
  return least_nodes(problem, placement, constants, usable_share * node_bytes);
}

std::string Plan::memory_limit() const {
  return fits() ? planning::memory_limit(node_needs(), node_bytes)
                : planning::memory_limit(usable_share * node_bytes, node_bytes);
}

std::string Plan::time_limit() const {
  return planning::time_limit(stages(problem, assumptions, placement, constants).total());
}

std::string Plan::whole_command() const {
  if (fits()) return command;
  return command + " --memory " + memory_option(node_bytes, static_cast<double>(placement.ranks_per_node));
}

std::string report(const Plan& plan) {
  return sizes(plan) + memory_lines(plan) + (plan.fits() ? "" : scratch_lines(plan)) + stage_lines(plan) +
         batch_lines(plan) + assumed_lines(plan);
}

}  // namespace psychograph::planning

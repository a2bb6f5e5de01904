// A plan in words: memory, time by stages, and the batch job, as `psychograph plan` prints it.
#pragma once

#include <cstdint>
#include <string>

#include "planning/model.hpp"

namespace psychograph::planning {

struct Plan {
  Problem problem;
  Assumptions assumptions;
  Placement placement;
  Constants constants;
  double node_bytes = 0;  ///< memory of a node; 0: not known
  std::string command;    ///< what the batch job runs, after "psychograph "

  /// Of a node's ranks together.
  [[nodiscard]] double node_needs() const;
  /// Whether that is in memory; else the plan has to be one with rows in scratch.
  [[nodiscard]] bool fits() const;
  /// How many ranks a node has memory for once their customers lie in scratch. The plan is none that can be
  /// carried out where that is less than it has.
  [[nodiscard]] std::int64_t most_ranks_a_node() const;
  [[nodiscard]] bool can_run() const { return most_ranks_a_node() >= placement.ranks_per_node; }
  /// The least number of nodes on which it would; 0 where none is.
  [[nodiscard]] std::int64_t fitting_nodes() const;
  /// For Slurm, and what follows "psychograph ".
  [[nodiscard]] std::string memory_limit() const;
  [[nodiscard]] std::string time_limit() const;
  [[nodiscard]] std::string whole_command() const;
};

/// Precondition: placement.scratch is !fits().
std::string report(const Plan& plan);

}  // namespace psychograph::planning

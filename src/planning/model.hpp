// What a job of a given size costs on given nodes: seconds of each stage, bytes of memory. Pure functions of
// what the machine can do; docs/scaling.md tells the model in prose.
#pragma once

#include <cstdint>

#include "planning/constants.hpp"
#include "spec/spec.hpp"

namespace psychograph::planning {

/// What is to be clustered.
struct Problem {
  std::int64_t customers = 0;
  std::int64_t columns = 0;       ///< encoded ones
  std::int64_t cells_read = 0;    ///< of each customer
  std::int64_t bytes_read = 0;    ///< of each customer, as they lie in memory
  std::int64_t weight_bytes = 0;  ///< of each customer, for a weight or whether they take part
  std::int64_t kept_bytes = 0;    ///< of each customer, besides, as long as there are rows
  std::int64_t key_bytes = 0;     ///< of each customer, while ids are compared or looked up
  std::int64_t files = 1;         ///< that the table lies in
  spec::Cluster cluster;
};

/// What can't be known beforehand.
struct Assumptions {
  std::int64_t iterations = 100;  ///< of each restart
  double compared = 0.5;          ///< share of the customers who are compared with the centroids, on average
  double moved = 0.03;            ///< share who change segment, on average
};

/// Where it is to run.
struct Placement {
  std::int64_t nodes = 1;
  std::int64_t ranks_per_node = 1;
  bool scratch = false;  ///< rows lie in scratch, not in memory
  [[nodiscard]] std::int64_t ranks() const { return nodes * ranks_per_node; }
};

/// Seconds of one iteration.
struct Iteration {
  double rows = 0;       ///< those that are compared with the centroids
  double skipped = 0;    ///< a look at the others
  double moved = 0;      ///< sums of those who change segment
  double message = 0;    ///< the all-reduce
  double centroids = 0;  ///< the new ones
  [[nodiscard]] double total() const { return rows + skipped + moved + message + centroids; }
};
Iteration iteration(const Problem& problem, const Assumptions& assumptions, const Placement& placement,
                    const Constants& constants);

/// Seconds of a whole job.
struct Stages {
  double read = 0;     ///< from the file system, if the table is in nobody's cache
  double encode = 0;   ///< statistics and encoding
  double seed = 0;     ///< all restarts
  double iterate = 0;  ///< all restarts
  double finish = 0;   ///< numbering, assignment, distances
  double profile = 0;  ///< what the segments look like
  double write = 0;
  [[nodiscard]] double total() const { return read + encode + seed + iterate + finish + profile + write; }
};
Stages stages(const Problem& problem, const Assumptions& assumptions, const Placement& placement,
              const Constants& constants);

/// Bytes at the peak.
struct Memory {
  double fixed = 0;  ///< of a rank, whatever its customers
  double rows = 0;   ///< of a rank's customers
  [[nodiscard]] double rank() const { return fixed + rows; }
};
Memory memory(const Problem& problem, const Placement& placement, const Constants& constants);
/// How much more than that should be allowed.
inline constexpr double memory_margin = 1.125;

/// The least number of nodes, with as many ranks each, on which a node's ranks fit into `bytes`; 0 where no
/// number does.
std::int64_t least_nodes(const Problem& problem, const Placement& placement, const Constants& constants,
                         double bytes);

}  // namespace psychograph::planning

#include "planning/model.hpp"

#include <algorithm>
#include <cmath>

#include "cluster/algorithms.hpp"
#include "cluster/seeding.hpp"
#include "io/id_slices.hpp"
#include "io/shard.hpp"

namespace psychograph::planning {
namespace {

/// What one of a node's ranks gets of something that cores share. A node with more ranks than cores were
/// measured is taken for a larger one of the same kind.
double share_of(double core, double node, double cores, const Placement& placement) {
  return std::min(core, node / std::min(static_cast<double>(placement.ranks_per_node), cores));
}

/// One rank's costs: that of the rank with most customers.
class Rank {
 public:
  Rank(const Problem& problem, const Placement& placement, const Constants& constants)
      : constants_(constants),
        rows_(std::ceil(static_cast<double>(problem.customers) / static_cast<double>(placement.ranks()))),
        p_(static_cast<double>(problem.columns)),
        seeding_(constants.kernel_core / constants.seed),
        steps_(std::log2(static_cast<double>(placement.ranks()))),
        screen_(constants.screen),
        kernel_(share_of(constants.kernel_core, constants.kernel_node, constants.cores, placement)),
        bandwidth_(share_of(constants.bandwidth_core, constants.bandwidth_node, constants.cores, placement)) {
    if (!placement.scratch) return;
    bandwidth_ = std::min(bandwidth_, constants.scratch / static_cast<double>(placement.ranks_per_node));
  }

  [[nodiscard]] double rows() const { return rows_; }
  [[nodiscard]] double p() const { return p_; }

  /// All rows against k centroids, which come in groups of 16.
  [[nodiscard]] double compare(double k) const { return pass(k, kernel_); }
  /// The same whole numbers first, where there are centroids enough.
  [[nodiscard]] double screen(double k) const { return k > 16 ? pass(k, kernel_ * screen_) : compare(k); }
  /// All rows against candidates, whose squared distances are kept.
  [[nodiscard]] double compare_candidates(double candidates) const {
    return pass(candidates, kernel_ / seeding_);
  }
  [[nodiscard]] double cells(double seconds) const { return rows_ * p_ * seconds; }
  /// All-reduces of `bytes` together.
  [[nodiscard]] double messages(double count, double bytes) const {
    return steps_ * (count * constants_.latency + bytes / constants_.message);
  }

 private:
  [[nodiscard]] double pass(double k, double rate) const {
    const double operations = 2 * std::ceil(k / 16) * 16 * p_;
    return rows_ * std::max(4 * p_ / bandwidth_, operations / rate);
  }

  const Constants& constants_;
  double rows_;
  double p_;
  double seeding_;
  double steps_;
  double screen_;
  double kernel_;
  double bandwidth_;
};

/// Rounds of sampling, each followed by a pass with what was drawn; then candidates against one another, on
/// every rank alike.
double seed_parallel(const Rank& rank, double k, const Constants& constants) {
  const double drawn = cluster::candidates_a_round(static_cast<std::int64_t>(k));
  const double candidates = 1 + cluster::sampling_rounds * drawn;
  const double trials = 2 + std::floor(std::log(k));
  return rank.compare_candidates(1) +
         cluster::sampling_rounds * (rank.compare_candidates(drawn) + 2 * rank.rows() * constants.sample) +
         rank.messages(4 * cluster::sampling_rounds, 4 * candidates * rank.p()) +
         k * trials * candidates * rank.p() / constants.reduce;
}

double seed(const Rank& rank, spec::Init init, double k, const Constants& constants) {
  switch (init) {
    case spec::Init::file:
      return 0;
    case spec::Init::random:
      return rank.rows() * constants.sample + rank.messages(2, 8 * k * rank.p());
    case spec::Init::kmeans_plus_plus:
      return k * (rank.compare_candidates(1) + 2 * rank.rows() * constants.sample +
                  rank.messages(4, 4 * rank.p()));
    case spec::Init::kmeans_parallel:
      break;
  }
  return seed_parallel(rank, k, constants);
}

cluster::Work work_of(const Problem& problem) {
  return cluster::algorithm(problem.cluster.algorithm).work(problem.cluster);
}

/// What a step of the fit looks at.
Problem part_of(const Problem& problem) {
  auto part = problem;
  part.customers =
      static_cast<std::int64_t>(std::ceil(static_cast<double>(problem.customers) * work_of(problem).share));
  return part;
}

}  // namespace

Iteration iteration(const Problem& problem, const Assumptions& assumptions, const Placement& placement,
                    const Constants& constants) {
  const Rank rank(part_of(problem), placement, constants);
  const auto k = static_cast<double>(work_of(problem).k);
  const double numbers = k * rank.p() + 2 * k + 4;
  Iteration result;
  // All of them, or those whose bounds have failed, whichever is sooner done.
  const double all = rank.screen(k);
  const double some = assumptions.compared * rank.compare(k);
  result.rows = std::min(all, some);
  result.skipped = some < all ? (1 - assumptions.compared) * rank.rows() * constants.skip : 0;
  result.moved = assumptions.moved * rank.cells(constants.move);
  result.message = rank.messages(1, 8 * numbers);
  result.centroids = k * rank.p() * constants.centroid;
  return result;
}

Stages stages(const Problem& problem, const Assumptions& assumptions, const Placement& placement,
              const Constants& constants) {
  const Rank rank(problem, placement, constants);
  const auto k = static_cast<double>(problem.cluster.k);
  const auto n = static_cast<double>(problem.customers);
  const auto work = work_of(problem);
  const Rank part_rank(part_of(problem), placement, constants);
  const auto part_k = static_cast<double>(work.k);
  const double restarts = problem.cluster.init == spec::Init::file
                              ? 1
                              : static_cast<double>(std::max<std::int64_t>(problem.cluster.restarts, 1));
  const auto usual = iteration(problem, assumptions, placement, constants);
  // In the first iteration all are compared, and all change segment.
  const auto first = iteration(problem, {1, 1, 1}, placement, constants);
  const double told = rank.cells(constants.square);  // distances
  Stages result;
  result.read = n * static_cast<double>(problem.bytes_read) / constants.read;
  result.encode = rank.rows() * static_cast<double>(problem.cells_read) / constants.encode;
  result.seed = work.rounds * restarts * seed(part_rank, problem.cluster.init, part_k, constants);
  result.iterate = work.rounds * restarts *
                   (first.total() + static_cast<double>(assumptions.iterations - 1) * usual.total() +
                    part_rank.compare(part_k) + part_rank.cells(constants.square));
  // Numbered by size, numbered once more to see that it stands, and assigned with runner-up.
  result.finish = 3 * rank.compare(k) + 2 * told + 3 * rank.rows() * constants.sample;
  // It looks at the cells as often as statistics and encoding do.
  result.profile = result.encode;
  result.write = n * 24 / constants.write;
  return result;
}

Memory memory(const Problem& problem, const Placement& placement, const Constants& constants) {
  const auto rows =
      std::ceil(static_cast<double>(problem.customers) / static_cast<double>(placement.ranks()));
  const auto p = static_cast<double>(problem.columns);
  const auto weight = static_cast<double>(problem.weight_bytes);
  const auto kept = static_cast<double>(problem.kept_bytes);
  // Encoded rows with the assignment beside them; or, before there are any, the keys of ids.
  const auto work = work_of(problem);
  const double encoded =
      rows * ((1 + work.copies) * (4 * p + weight) + 16 + kept + static_cast<double>(work.row_bytes));
  const double keys =
      problem.key_bytes == 0
          ? 0
          : rows * (static_cast<double>(problem.key_bytes) + weight) +
                std::min(rows, static_cast<double>(io::usual_rows_a_slice)) * io::slice_row_bytes;
  // Blocks on their way from or to a file, code; sums, centroids, messages and candidates.
  constexpr double blocks = 5 << 20;
  const double centroids = 40 * static_cast<double>(problem.cluster.k) * p;
  // HDF5's table of a file's metadata, of those that are held open; and what is known of every file.
  constexpr double open_file = 700e3;
  constexpr double known_file = 1e3;
  const auto files = static_cast<double>(problem.files);
  const double held = std::min(std::ceil(files / static_cast<double>(placement.ranks())) + 1,
                               static_cast<double>(io::most_held_files) + 2);
  const double all_files = files > 1 ? files * known_file + held * open_file : 0;
  const auto of_rank = static_cast<double>(work.rank_bytes);
  return {constants.process + blocks + centroids + all_files + of_rank, std::max(encoded, keys)};
}

std::int64_t least_nodes(const Problem& problem, const Placement& placement, const Constants& constants,
                         double bytes) {
  const auto ranks = static_cast<double>(placement.ranks_per_node);
  const auto one = memory(problem, {1, 1}, constants);
  const double room = bytes / ranks - one.fixed;
  if (room <= 0) return 0;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(one.rows / room / ranks)));
}

}  // namespace psychograph::planning

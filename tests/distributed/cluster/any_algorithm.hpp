// What is the same of every algorithm: the way from rows to segments, and what each test file says of its own
// algorithm so that test_any_algorithm.cpp can hold it to all that holds for all.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "cluster/assign.hpp"
#include "cluster/restarts.hpp"
#include "comm/communicator.hpp"
#include "kernel/data.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster::testing_algorithms {

/// Rows [n, p] on every rank, of which each takes its share.
struct Rows {
  std::vector<float> cells;
  std::size_t p = 1;
  std::vector<double> weights = {};            ///< empty: all 1
  std::vector<core::ColumnBlock> blocks = {};  ///< empty: every column is a feature of numbers

  [[nodiscard]] std::int64_t n() const { return static_cast<std::int64_t>(cells.size() / p); }
};

struct Outcome {
  Fitted fitted;
  Segments segments;
};

/// How a fit is run; what is left out is as users have it.
struct Way {
  std::optional<core::Centroids> start = {};  ///< of one restart; none: drawn
  std::optional<Progress> progress = {};      ///< to go on from
  Observer observer = {};
  kernel::Search search = kernel::Search::automatic;
  std::function<void(std::int64_t cluster, std::int64_t global_row)> reseeded = {};
};

/// The whole of it on the ranks of `comm`.
Outcome run(const comm::Communicator& comm, const Rows& rows, const spec::Cluster& options,
            const Way& way = {});

/// All bits of a distributed outcome are those of one rank.
void expect_same_bits(const comm::Communicator& world, const Outcome& distributed, const Outcome& serial);

/// The distributed outcome is that of one rank, whatever the instruction set.
void expect_same_bits_everywhere(const Rows& rows, const spec::Cluster& options);

/// From points all along its way a run goes on to the same outcome.
void expect_to_go_on(const Rows& rows, const spec::Cluster& options);

/// A state of which any one word is another: a fault that is told, or a fit that comes to an end on all ranks
/// together.
void expect_to_refuse_others(const Rows& rows, const spec::Cluster& options);

/// A figure of another program: the objective on the complete rows of the 25 items of bfi, as they are or
/// divided by their deviations. It must come out between `lowest` and `highest` times `figure`.
struct Reference {
  std::int64_t k;
  bool standardised;
  double figure;
  double lowest;
  double highest;
};

/// What a test file says of its algorithm.
struct Known {
  /// The objective that it should find for values on a line, by plain means in double. Values are sorted.
  std::function<double(const std::vector<double>& line, std::int64_t k)> oracle;
  std::vector<Reference> references;
};

std::map<spec::Algorithm, Known>& known();

/// Of a static object in an algorithm's test file.
struct Registration {
  Registration(spec::Algorithm algorithm, Known what) { known().emplace(algorithm, std::move(what)); }
};

/// The least inertia of k = 1: of each stretch [first, last) of a line.
double inertia_of(const std::vector<double>& line, std::size_t first, std::size_t last);

/// The least inertia that k stretches of a line can have: by dynamic programming (Wang and Song 2011).
double least_on_a_line(const std::vector<double>& line, std::int64_t k);

}  // namespace psychograph::cluster::testing_algorithms

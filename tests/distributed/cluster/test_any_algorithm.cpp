// Every algorithm that a spec may name is held to what users are promised of all.
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "distributed/bfi_rows.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster::testing_algorithms {

std::map<spec::Algorithm, Known>& known() {
  static std::map<spec::Algorithm, Known> all;
  return all;
}

double inertia_of(const std::vector<double>& line, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += line[i];
  const double mean = sum / static_cast<double>(last - first);
  double inertia = 0;
  for (std::size_t i = first; i < last; ++i) inertia += (line[i] - mean) * (line[i] - mean);
  return inertia;
}

double least_on_a_line(const std::vector<double>& line, std::int64_t k) {
  const std::size_t n = line.size();
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::int64_t c = 0; c < k; ++c) {
    std::vector<double> next(n + 1, std::numeric_limits<double>::infinity());
    for (std::size_t last = 1; last <= n; ++last) {
      for (std::size_t first = 0; first < last; ++first)
        next[last] = std::min(next[last], best[first] + inertia_of(line, first, last));
    }
    best = std::move(next);
  }
  return best[n];
}

Outcome run(const comm::Communicator& comm, const Rows& rows, const spec::Cluster& options, const Way& way) {
  const auto range = comm::local_range(rows.n(), comm.rank(), comm.size());
  auto matrix = testing_rows::matrix_of(rows.cells, rows.p, range);
  const auto weights =
      rows.weights.empty()
          ? std::span<const double>()
          : std::span(rows.weights).subspan(static_cast<std::size_t>(range.begin), matrix.rows());
  const auto data = kernel::describe_data(comm, matrix, weights, range, rows.blocks);
  const FitInput input{comm, data, matrix, options, way.reseeded, way.search};
  const Starts given{1, [&](std::int64_t) { return *way.start; }};
  auto progress = way.progress.value_or(Progress{});
  auto fitted =
      fit_best(input, way.start ? given : drawn_starts(comm, data, options), progress, way.observer);
  auto segments = assign_by_size(comm, data, fitted.model);
  const auto fresh = testing_rows::matrix_of(rows.cells, rows.p, range);
  for (std::size_t i = 0; i < matrix.rows(); ++i)
    EXPECT_EQ(matrix.at(i, 0), fresh.at(i, 0)) << "the rows lie in another order";
  return {std::move(fitted), std::move(segments)};
}

void expect_same_bits(const comm::Communicator& world, const Outcome& distributed, const Outcome& serial) {
  EXPECT_EQ(distributed.segments.model, serial.segments.model);
  EXPECT_EQ(distributed.segments.size, serial.segments.size);
  EXPECT_EQ(distributed.segments.inertia, serial.segments.inertia);
  EXPECT_EQ(distributed.segments.total_inertia, serial.segments.total_inertia);
  EXPECT_EQ(distributed.fitted.objective, serial.fitted.objective);
  EXPECT_EQ(distributed.fitted.iterations, serial.fitted.iterations);
  EXPECT_EQ(distributed.fitted.converged, serial.fitted.converged);
  EXPECT_EQ(distributed.fitted.restart, serial.fitted.restart);
  const auto n = static_cast<std::int64_t>(serial.segments.assignment.label.size());
  const auto range = comm::local_range(n, world.rank(), world.size());
  const auto same = [&](const auto& mine, const auto& all) {
    EXPECT_EQ(static_cast<std::int64_t>(mine.size()), range.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
      const auto other = all[static_cast<std::size_t>(range.begin) + i];
      const bool both_none = mine[i] != mine[i] && other != other;
      if (mine[i] != other && !both_none) return false;
    }
    return true;
  };
  EXPECT_TRUE(same(distributed.segments.assignment.label, serial.segments.assignment.label));
  EXPECT_TRUE(same(distributed.segments.assignment.runner_up, serial.segments.assignment.runner_up));
  EXPECT_TRUE(same(distributed.segments.assignment.distance, serial.segments.assignment.distance));
  EXPECT_TRUE(same(distributed.segments.assignment.margin, serial.segments.assignment.margin));
  const auto& mine = distributed.segments.assignment.membership;
  const auto& all = serial.segments.assignment.membership;
  const auto k = all.size() / std::max<std::size_t>(1, serial.segments.assignment.label.size());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const auto other = all[static_cast<std::size_t>(range.begin) * k + i];
    EXPECT_TRUE(mine[i] == other || (mine[i] != mine[i] && other != other));
  }
}

namespace {

comm::Communicator only_me() { return {MPI_COMM_SELF, boost::mpi::comm_attach}; }

/// Hears of every point of a run.
Observer every_point(std::function<void(const Progress&)> reached) {
  return {.wants_progress = [] { return true; }, .reached = std::move(reached)};
}

}  // namespace

void expect_same_bits_everywhere(const Rows& rows, const spec::Cluster& options) {
  const comm::Communicator world;
  const auto alone = only_me();
  const auto serial = run(alone, rows, options);
  expect_same_bits(world, run(world, rows, options), serial);
  for (const auto& target : core::targets()) {
    core::force_target(target);
    expect_same_bits(alone, run(alone, rows, options), serial);
  }
  core::force_target("");
}

void expect_to_go_on(const Rows& rows, const spec::Cluster& options) {
  const comm::Communicator world;
  std::vector<core::Words> passed;
  const auto whole =
      run(only_me(), rows, options,
          {.observer = every_point([&](const Progress& now) { passed.push_back(core::to_words(now)); })});
  EXPECT_GT(passed.size(), 10U);
  const std::size_t step = passed.size() / 25 + 1;
  for (std::size_t i = 0; i < passed.size(); i += step) {
    const auto point = core::from_words<Progress>(passed[i]);
    EXPECT_EQ(find_fault(point, options, options.restarts, rows.p), "");
    expect_same_bits(world, run(world, rows, options, {.progress = point}), whole);
  }
}

void expect_to_refuse_others(const Rows& rows, const spec::Cluster& options) {
  const comm::Communicator world;
  auto few = options;
  few.restarts = 2;
  few.max_iterations = 8;
  std::optional<Progress> seen;
  (void)run(world, rows, few, {.observer = every_point([&](const Progress& now) {
                                 if (now.fit && now.steps > 1) seen = now;
                               })});
  EXPECT_TRUE(seen.has_value());
  if (!seen) return;
  EXPECT_EQ(find_fault(*seen, few, 2, rows.p), "");
  EXPECT_NE(find_fault(*seen, few, 2, rows.p + 1), "");
  auto fewer = *seen;
  fewer.fit->pop_back();
  EXPECT_NE(find_fault(fewer, few, 2, rows.p), "");
  for (std::size_t i = 0; i < seen->fit->size(); ++i) {
    for (const auto word : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3},
                            std::uint64_t{4}, ~std::uint64_t{0}, ~std::uint64_t{0} >> 1U,
                            std::bit_cast<std::uint64_t>(std::nan("")), std::bit_cast<std::uint64_t>(1e15)}) {
      auto other = *seen;
      other.fit->at(i) = word;
      if (!find_fault(other, few, 2, rows.p).empty()) continue;
      try {
        const bool first = world.rank() == 0;
        (void)run(
            world, rows, few,
            {.progress = other,
             .observer = {
                 .wants_progress = [&] { return first; },
                 .reached = [&](const Progress&) { (void)comm::max_over_ranks(world, std::int64_t{1}); }}});
      } catch (const core::Error& error) {
        EXPECT_EQ(error.code(), core::ExitCode::data) << error.what();
      }
    }
  }
}

namespace {

class AnyAlgorithm : public testing::TestWithParam<spec::Algorithm> {
 protected:
  [[nodiscard]] static spec::Cluster options(std::int64_t k) {
    spec::Cluster options;
    options.algorithm = GetParam();
    options.k = k;
    options.restarts = 3;
    options.micro_clusters = 60;
    return options;
  }
  const comm::Communicator world_;
  const comm::Communicator alone_ = only_me();
};

/// Weights between .1 and 3.4; every seventh customer takes no part.
std::vector<double> some_weights(std::size_t n) {
  std::mt19937 random(5);
  std::vector<double> weights;
  for (std::size_t i = 0; i < n; ++i)
    weights.push_back(i % 7 == 0 ? 0.0 : 0.1 + static_cast<double>(random() % 100) / 30);
  return weights;
}

TEST_P(AnyAlgorithm, HasAnOracleAndReferences) {
  const auto found = known().find(GetParam());
  EXPECT_TRUE(found != known().end()) << "no test file registers " << to_string(GetParam());
  if (found == known().end()) return;
  EXPECT_TRUE(found->second.oracle);
  EXPECT_FALSE(found->second.references.empty());
}

TEST_P(AnyAlgorithm, GivesTheSameBitsOnAnyNumberOfRanks) {
  for (const bool coarse : {false, true}) {
    for (const bool weighted : {false, true}) {
      const std::size_t n = 1231, p = 3;
      const Rows rows{testing_rows::random_rows(n, p, 11, coarse), p,
                      weighted ? some_weights(n) : std::vector<double>()};
      auto wanted = options(9);
      wanted.refine = coarse;
      expect_same_bits(world_, run(world_, rows, wanted), run(alone_, rows, wanted));
    }
  }
}

TEST_P(AnyAlgorithm, GivesTheSameBitsOnEveryInstructionSet) {
  const std::size_t p = 5;
  const Rows rows{testing_rows::random_rows(700, p, 12), p};
  const auto first = run(world_, rows, options(6));
  for (const auto& target : core::targets()) {
    core::force_target(target);
    const auto again = run(world_, rows, options(6));
    EXPECT_EQ(again.segments.model, first.segments.model) << target;
    EXPECT_EQ(again.segments.total_inertia, first.segments.total_inertia) << target;
    EXPECT_EQ(again.segments.assignment.margin, first.segments.assignment.margin) << target;
  }
  core::force_target("");
}

TEST_P(AnyAlgorithm, GoesOnFromWhereverItWas) {
  const Rows rows{testing_rows::random_rows(600, 3, 5), 3, some_weights(600)};
  for (const double tolerance : {0.0, 1e-3}) {
    auto wanted = options(6);
    wanted.tolerance = tolerance;
    expect_to_go_on(rows, wanted);
  }
}

TEST_P(AnyAlgorithm, RefusesAStateThatItNeverComesTo) {
  expect_to_refuse_others({testing_rows::random_rows(200, 2, 6), 2}, options(4));
}

TEST_P(AnyAlgorithm, RecoversPlantedSegments) {
  // Four clumps far apart, of different sizes and weights.
  const std::size_t n = 420, p = 4;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  Rows rows{{}, p, {}};
  std::vector<std::int32_t> planted;
  for (std::size_t i = 0; i < n; ++i) {
    const auto clump = static_cast<std::int32_t>(i % 10 < 4 ? 0 : i % 10 < 7 ? 1 : i % 10 < 9 ? 2 : 3);
    planted.push_back(clump);
    rows.weights.push_back(1 + static_cast<double>(i % 3));
    for (std::size_t j = 0; j < p; ++j)
      rows.cells.push_back(normal(random) + (static_cast<std::size_t>(clump) == j ? 40.0F : 0.0F));
  }
  const auto outcome = run(world_, rows, options(4));
  const auto range = comm::local_range(rows.n(), world_.rank(), world_.size());
  for (std::size_t i = 0; i < outcome.segments.assignment.label.size(); ++i)
    EXPECT_EQ(outcome.segments.assignment.label[i], planted[static_cast<std::size_t>(range.begin) + i]) << i;
}

TEST_P(AnyAlgorithm, TakesAWeightOfTwoForARowTwice) {
  const std::size_t n = 60, p = 2;
  Rows weighted{testing_rows::random_rows(n, p, 21), p, std::vector<double>(n, 1.0)};
  for (std::size_t i = 0; i < n; ++i) weighted.cells[i * p] += static_cast<float>(i % 3) * 100;
  std::fill_n(weighted.weights.begin(), 10, 2.0);
  Rows repeated{weighted.cells, p};
  repeated.cells.insert(repeated.cells.end(), weighted.cells.begin(), weighted.cells.begin() + 10 * p);
  const auto one = run(world_, weighted, options(3));
  const auto other = run(world_, repeated, options(3));
  EXPECT_NEAR(one.fitted.objective, other.fitted.objective, 1e-9 * other.fitted.objective);
}

TEST_P(AnyAlgorithm, KnowsOneSegment) {
  const std::size_t n = 50, p = 2;
  const Rows rows{testing_rows::random_rows(n, p, 8), p, some_weights(n)};
  const auto outcome = run(world_, rows, options(1));
  const auto total = std::accumulate(rows.weights.begin(), rows.weights.end(), 0.0);
  for (std::size_t j = 0; j < p; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += rows.weights[i] * static_cast<double>(rows.cells[i * p + j]);
    EXPECT_NEAR(outcome.segments.centroids().at(0, j), sum / total, 1e-6);
  }
  EXPECT_EQ(outcome.segments.size, std::vector<std::int64_t>{n - (n + 6) / 7});
}

TEST_P(AnyAlgorithm, LeavesRanksWithoutRows) {
  for (const auto& weights : {std::vector<double>(), std::vector<double>{0.5, 3.25}}) {
    const Rows rows{{0, 1, 10, 11}, 2, weights};  // two rows
    const auto outcome = run(world_, rows, options(2));
    EXPECT_EQ(outcome.segments.size, (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(outcome.segments.total_inertia, 0.0);
    expect_same_bits(world_, outcome, run(alone_, rows, options(2)));
  }
}

TEST_P(AnyAlgorithm, RefusesMoreSegmentsThanDistinctRows) {
  Rows rows{{}, 2};
  for (int i = 0; i < 12; ++i)
    rows.cells.insert(rows.cells.end(), {static_cast<float>(i % 6), static_cast<float>(i % 6) / 2});
  EXPECT_EQ(run(world_, rows, options(6)).segments.size, std::vector<std::int64_t>(6, 2));
  for (const bool weighted : {false, true}) {
    if (weighted) rows.weights = some_weights(12);
    for (std::size_t i = 0; i < rows.weights.size(); ++i) rows.weights[i] += 0.3;
    try {
      (void)run(world_, rows, options(7));
      ADD_FAILURE() << "7 segments of 6 distinct rows";
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::data);
      EXPECT_NE(std::string(error.what()).find("fewer distinct rows than k: there are 6"), std::string::npos)
          << error.what();
    }
  }
}

TEST_P(AnyAlgorithm, AgreesWithItsOracle) {
  const auto found = known().find(GetParam());
  if (found == known().end()) return;
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    std::vector<double> line;
    for (int i = 0; i < 60; ++i)
      line.push_back(std::round(64 * std::exp(1 + static_cast<double>(random() % 1000) / 250)) / 64);
    std::sort(line.begin(), line.end());
    for (const std::int64_t k : {1, 2, 3, 5}) {
      auto wanted = options(k);
      wanted.restarts = 60;
      wanted.refine = true;
      const auto outcome = run(world_, {std::vector<float>(line.begin(), line.end()), 1}, wanted);
      const double expected = found->second.oracle(line, k);
      EXPECT_NEAR(outcome.fitted.objective, expected, 1e-9 * expected) << "k = " << k << ", seed " << seed;
    }
  }
}

TEST_P(AnyAlgorithm, ComesOutWhereOtherProgramsDo) {
  const auto found = known().find(GetParam());
  if (found == known().end()) return;
  for (const auto& reference : found->second.references) {
    const Rows rows{testing_rows::bfi(reference.standardised), testing_rows::bfi_items};
    EXPECT_EQ(rows.n(), 2436);
    auto wanted = options(reference.k);
    wanted.restarts = 12;
    const auto outcome = run(world_, rows, wanted);
    EXPECT_GE(outcome.fitted.objective, reference.lowest * reference.figure) << "k = " << reference.k;
    EXPECT_LE(outcome.fitted.objective, reference.highest * reference.figure) << "k = " << reference.k;
  }
}

/// Mixtures are not of means of numbers, and others not of all of them, or not as they are: these have suites
/// of their own.
std::vector<spec::Algorithm> with_centroids() {
  auto all = spec::all_algorithms();
  std::erase_if(all, [](spec::Algorithm id) {
    return algorithm(id).rises || algorithm(id).unit_rows || id == spec::Algorithm::trimmed ||
           id == spec::Algorithm::medoids || id == spec::Algorithm::kmedians ||
           id == spec::Algorithm::reduced_kmeans || id == spec::Algorithm::factor_kmeans;
  });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Every, AnyAlgorithm, testing::ValuesIn(with_centroids()),
                         [](const auto& info) { return std::string(to_string(info.param)); });

}  // namespace
}  // namespace psychograph::cluster::testing_algorithms

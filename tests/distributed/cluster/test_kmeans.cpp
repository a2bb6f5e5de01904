// Distributed k-means against a plain Lloyd of ten lines, and against itself on one rank, bit by bit.
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "cluster/assign.hpp"
#include "cluster/restarts.hpp"
#include "cluster/seeding.hpp"
#include "cluster/transfer.hpp"
#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::cluster {
namespace {

using testing_rows::matrix_of;
using testing_rows::random_rows;

using testing_algorithms::expect_same_bits;
using testing_algorithms::Rows;
using testing_algorithms::run;

/// Lloyd in double, nothing else: the oracle.
std::vector<std::size_t> plain_lloyd(const std::vector<float>& rows, std::size_t p,
                                     std::vector<double> centres, std::size_t k) {
  const std::size_t n = rows.size() / p;
  std::vector<std::size_t> labels(n, k);
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> square(k, 0.0);
      for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t j = 0; j < p; ++j)
          square[c] += std::pow(static_cast<double>(rows[i * p + j]) - centres[c * p + j], 2);
      }
      const auto best =
          static_cast<std::size_t>(std::min_element(square.begin(), square.end()) - square.begin());
      moved = moved || labels[i] != best;
      labels[i] = best;
    }
    std::vector<double> sums(k * p, 0.0), counts(k, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      counts[labels[i]] += 1;
      for (std::size_t j = 0; j < p; ++j) sums[labels[i] * p + j] += static_cast<double>(rows[i * p + j]);
    }
    for (std::size_t i = 0; i < k * p; ++i) centres[i] = sums[i] / counts[i / p];
  }
  return labels;
}

// R's kmeans (Hartigan-Wong), the lowest of 300 random starts.
const testing_algorithms::Registration kmeans_is_known(spec::Algorithm::kmeans,
                                                       {testing_algorithms::least_on_a_line,
                                                        {{3, true, 49612.5722101235, 1 - 1e-6, 1 + 1e-4},
                                                         {5, true, 46219.2010107632, 1 - 1e-4, 1 + 1e-3}}});

spec::Cluster options_of(std::int64_t k, spec::Init init = spec::Init::kmeans_parallel) {
  spec::Cluster options;
  options.k = k;
  options.init = init;
  options.restarts = 3;
  return options;
}

TEST(KMeans, EqualsAPlainLloydLabelByLabel) {
  const comm::Communicator world;
  for (const unsigned seed : {1U, 2U, 3U}) {
    const std::size_t n = 700, p = 4, k = 6;
    const auto rows = random_rows(n, p, seed);
    core::Centroids start(k, p);
    std::vector<double> centres;
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < p; ++j)
        centres.push_back(start.at(c, j) = static_cast<double>(rows[c * 97 * p + j]));
    }
    const auto expected = plain_lloyd(rows, p, centres, k);
    const auto outcome = run(world, {rows, p}, options_of(k), {.start = start});
    EXPECT_TRUE(outcome.fitted.converged);
    // Segments are numbered by size, the oracle's clusters by start: names map one to one.
    const auto range = comm::local_range(n, world.rank(), world.size());
    std::vector<std::int64_t> name(k, -1);
    for (std::size_t i = 0; i < outcome.segments.assignment.label.size(); ++i) {
      name[expected[static_cast<std::size_t>(range.begin) + i]] = outcome.segments.assignment.label[i];
    }
    comm::max_over_ranks(world, name);
    for (std::size_t i = 0; i < outcome.segments.assignment.label.size(); ++i) {
      EXPECT_EQ(outcome.segments.assignment.label[i],
                name[expected[static_cast<std::size_t>(range.begin) + i]])
          << i;
    }
  }
}

class SameBits : public testing::TestWithParam<spec::Init> {};

TEST_P(SameBits, OnAnyNumberOfRanks) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  for (const bool coarse : {false, true}) {
    for (const bool weighted : {false, true}) {
      const std::size_t n = 531, p = 3;
      const auto rows = random_rows(n, p, 11, coarse);
      std::vector<double> weights;
      std::mt19937 random(5);
      // Weight 0: takes no part.
      for (std::size_t i = 0; weighted && i < n; ++i)
        weights.push_back(i % 7 == 0 ? 0.0 : 0.1 + static_cast<double>(random() % 100) / 30);
      auto options = options_of(9, GetParam());
      options.refine = coarse;
      const Rows table{rows, p, weights};
      expect_same_bits(world, run(world, table, options), run(alone, table, options));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryInit, SameBits,
                         testing::Values(spec::Init::kmeans_parallel, spec::Init::kmeans_plus_plus,
                                         spec::Init::random));

TEST(KMeans, EverySearchGivesTheSameBits) {
  const comm::Communicator world;
  for (const bool coarse : {false, true}) {
    for (const bool weighted : {false, true}) {
      // Enough rows for sorted blocks; on the coarse grid with customers who lie between two centroids for
      // ever.
      const std::size_t n = 6000, p = 4;
      const auto rows = random_rows(n, p, 21, coarse);
      std::vector<double> weights;
      for (std::size_t i = 0; weighted && i < n; ++i)
        weights.push_back(i % 11 == 0 ? 0.0 : 1.0 + 0.1 * static_cast<double>(i % 3));
      std::vector<std::vector<double>> courses;
      std::vector<Fitted> fits;
      std::int64_t spared = 0;
      // First the plain way. The best set may know the screen (kernel/screen.hpp).
      const std::pair<kernel::Search, std::string> ways[] = {{kernel::Search::dense, core::targets().back()},
                                                             {kernel::Search::dense, ""},
                                                             {kernel::Search::bounded, ""},
                                                             {kernel::Search::automatic, ""}};
      for (const auto& [search, target] : ways) {
        core::force_target(target);
        auto& course = courses.emplace_back();
        const bool bounded = search == kernel::Search::bounded;
        const Observer observer{[&](std::int64_t, const Told& told) {
          course.insert(course.end(), {told.objective, static_cast<double>(told.moved)});
          if (bounded) spared += static_cast<std::int64_t>(n) - told.evaluated;
        }};
        auto options = options_of(25, spec::Init::random);
        options.refine = weighted;
        fits.push_back(
            run(world, {rows, p, weights}, options, {.observer = observer, .search = search}).fitted);
      }
      EXPECT_GT(spared, static_cast<std::int64_t>(n)) << "the bounds never held";
      for (std::size_t s = 1; s < fits.size(); ++s) {
        EXPECT_EQ(courses[s], courses[0]);
        EXPECT_EQ(fits[s].model, fits[0].model);
        EXPECT_EQ(fits[s].inertia, fits[0].inertia);
      }
    }
  }
}

TEST_P(SameBits, WithAsManyClustersAsDistinctRows) {
  const comm::Communicator world;
  const std::size_t p = 2;
  std::vector<float> rows;
  for (int i = 0; i < 12; ++i)
    rows.insert(rows.end(), {static_cast<float>(i % 6), static_cast<float>(i % 6) / 2});
  const auto outcome = run(world, {rows, p}, options_of(6, GetParam()));
  EXPECT_EQ(outcome.segments.size, std::vector<std::int64_t>(6, 2));
  EXPECT_EQ(outcome.segments.total_inertia, 0.0);
  try {
    (void)run(world, {rows, p}, options_of(7, GetParam()));
    ADD_FAILURE() << "7 clusters of 6 distinct rows";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::data);
    EXPECT_NE(std::string(error.what()).find("fewer distinct rows than k: there are 6"), std::string::npos)
        << error.what();
  }
}

TEST(KMeans, KeepsTheMeansOfLargeSums) {
  const comm::Communicator world;
  // Nine in ten rows near 50 and the others near 100: float sums lose the mean; these don't.
  const std::size_t n = 200'000, p = 2;
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::vector<float> rows;
  double sums[2] = {0, 0};
  for (std::size_t i = 0; i < n * p; ++i) {
    rows.push_back(static_cast<float>((i / p % 10 == 0 ? 100.0 : 50.0) + normal(random)));
    if (i % p == 0) sums[i / p % 10 == 0 ? 1 : 0] += static_cast<double>(rows.back());
  }
  core::Centroids start(2, p);
  for (std::size_t j = 0; j < p; ++j) start.at(0, j) = 100, start.at(1, j) = 50;
  auto options = options_of(2);
  options.max_iterations = 2;
  const auto outcome = run(world, {rows, p}, options, {.start = start});
  EXPECT_NEAR(outcome.segments.centroids().at(0, 0), sums[0] / (0.9 * n), 1e-9);
  EXPECT_NEAR(outcome.segments.centroids().at(1, 0), sums[1] / (0.1 * n), 1e-9);
}

TEST(KMeans, GivesAnEmptyClusterTheFarthestRow) {
  const comm::Communicator world;
  const std::size_t n = 40, p = 1;
  std::vector<float> rows;
  for (std::size_t i = 0; i < n; ++i) rows.push_back(static_cast<float>(i == 17 ? 500 : i % 3));
  core::Centroids start(3, p);
  start.at(0, 0) = 0;
  start.at(1, 0) = 1;
  start.at(2, 0) = 1e6;  // nobody's
  std::vector<std::int64_t> reseeded;
  const auto outcome =
      run(world, {rows, p}, options_of(3),
          {.start = start, .reseeded = [&](std::int64_t, std::int64_t row) { reseeded.push_back(row); }});
  EXPECT_EQ(reseeded, (std::vector<std::int64_t>{17}));
  EXPECT_EQ(centres(outcome.fitted.model).at(2, 0), 500.0);
}

TEST(KMeans, CountsOnBesideFarCells) {
  const comm::Communicator world;
  const std::size_t n = 500, p = 2, k = 3;
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> rows;
  for (std::size_t i = 0; i < n; ++i) {
    rows.push_back(i == 77 ? 3e15F : static_cast<float>(i % 2) * 0.37F + 0.01F * normal(random));
    rows.push_back(normal(random) * 0.01F);
  }
  std::vector<double> weights(n);
  for (auto& weight : weights) weight = std::exp(static_cast<double>(normal(random)));
  const auto own = comm::local_range(static_cast<std::int64_t>(n), world.rank(), world.size());
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  auto matrix = matrix_of(rows, p, own);
  EXPECT_TRUE(kernel::describe_data(world, matrix, {}, own).far_cells);
  const Rows table{rows, p, weights};
  const auto outcome = run(world, table, options_of(k));
  expect_same_bits(world, outcome, run(alone, table, options_of(k)));
  // The means of the groups, which one integer for rows of both sizes would have rounded to nothing.
  std::vector<long double> sums(2, 0), total(2, 0);
  for (std::size_t i = 0; i < n; ++i) {
    if (i == 77) continue;
    sums[i % 2] += static_cast<long double>(weights[i]) * static_cast<long double>(rows[i * p]);
    total[i % 2] += static_cast<long double>(weights[i]);
  }
  EXPECT_EQ(std::count(outcome.segments.size.begin(), outcome.segments.size.end(), 1), 1);
  for (std::size_t group = 0; group < 2; ++group) {
    const auto mean = static_cast<double>(sums[group] / total[group]);
    double nearest = 1;
    for (std::size_t c = 0; c < k; ++c)
      nearest = std::min(nearest, std::abs(outcome.segments.centroids().at(c, 0) - mean));
    EXPECT_LT(nearest, 1e-7) << group;
  }
}

TEST(KMeans, RefusesWeightsThatAreTooFarApart) {
  const comm::Communicator world;
  const auto rows = random_rows(20, 1, 3);
  std::vector<double> weights(20, 1.0);
  weights[11] = 1e-13;
  EXPECT_THROW(run(world, (Rows{rows, 1, weights}), options_of(2)), core::Error);
  weights[11] = 1.1e-12;
  EXPECT_NO_THROW(run(world, {rows, 1, weights}, options_of(2)));
}

TEST(KMeans, AWeightOfTwoIsARowTwice) {
  const comm::Communicator world;
  const std::size_t n = 60, p = 2;
  const auto rows = random_rows(n, p, 21);
  std::vector<float> doubled = rows;
  doubled.insert(doubled.end(), rows.begin(), rows.begin() + 10 * p);
  std::vector<double> weights(n, 1.0);
  std::fill_n(weights.begin(), 10, 2.0);
  core::Centroids start(4, p);
  for (std::size_t c = 0; c < 4; ++c) {
    for (std::size_t j = 0; j < p; ++j) start.at(c, j) = static_cast<double>(rows[c * 11 * p + j]);
  }
  const auto weighted = run(world, {rows, p, weights}, options_of(4), {.start = start});
  const auto repeated = run(world, {doubled, p}, options_of(4), {.start = start});
  EXPECT_NEAR(weighted.segments.total_inertia, repeated.segments.total_inertia, 1e-9);
}

TEST(BestTransfers, LeadToAnOptimumThatLloydKeeps) {
  const comm::Communicator world;
  const std::size_t n = 400, p = 5;
  const auto rows = random_rows(n, p, 31, true);
  auto options = options_of(5, spec::Init::random);
  const auto lloyd = run(world, {rows, p}, options);
  options.refine = true;
  const auto refined = run(world, {rows, p}, options);
  EXPECT_LE(refined.fitted.inertia, lloyd.fitted.inertia);
  const auto again = run(world, {rows, p}, options_of(5), {.start = centres(refined.fitted.model)});
  EXPECT_EQ(again.segments.total_inertia, refined.segments.total_inertia);
}

/// From every point that it passes, on every number of ranks: the same fit as one that was never stopped.
TEST(KMeans, GoesOnFromWhereItWas) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const std::size_t n = 900, p = 3;
  const auto rows = random_rows(n, p, 5);
  for (const bool refine : {false, true}) {
    for (const double tolerance : {0.0, 1e-3}) {
      auto options = options_of(7);
      options.refine = refine;
      options.tolerance = tolerance;
      std::vector<Progress> passed;
      const auto whole = run(alone, {rows, p}, options,
                             {.observer = {.wants_progress = [] { return true; },
                                           .reached = [&](const Progress& now) { passed.push_back(now); }}});
      EXPECT_GT(passed.size(), 15U);
      for (const auto& point : passed)
        expect_same_bits(world, run(world, {rows, p}, options, {.progress = point}), whole);
    }
  }
}

/// On a line, and the same to both sides: seven iterations take all customers of the middle cluster to its
/// neighbours, and bounds have put the rows in another order by then. Every place has many customers, with
/// weights that add up to the same.
TEST(KMeans, FillsAnEmptyClusterWhateverTheOrderOfRows) {
  const comm::Communicator world;
  std::vector<float> places{10, 11, 17, 24, 43, 54, 58, 66, 94, 104, 110, 117};
  std::vector<double> starts{55, 58, 68, 92};
  for (int i = 0; i < 40; ++i) {  // far away, and at rest: rows that need no look among those that do
    places.push_back(static_cast<float>(10'000 + 100 * i));
    starts.push_back(10'000 + 100 * i);
  }
  core::Centroids start(2 * starts.size() + 1, 1);
  for (std::size_t c = 0; c < starts.size(); ++c) {
    start.at(2 * c, 0) = -starts[c];
    start.at(2 * c + 1, 0) = starts[c];
  }
  std::vector<float> rows;
  std::vector<double> weights;
  for (int copy = 0; copy < 200; ++copy) {
    for (std::size_t i = 0; i < 2 * places.size(); ++i) {  // each tile of rows has some of all
      const auto mixed = i * 37 % (2 * places.size());
      rows.push_back((mixed % 2 == 0 ? -1.0F : 1.0F) * places[mixed / 2]);
      weights.push_back(static_cast<double>(copy % 5));
    }
  }
  std::vector<Fitted> fits;
  std::vector<std::vector<std::int64_t>> chosen;
  for (const auto search : {kernel::Search::dense, kernel::Search::bounded}) {
    auto& reseeded = chosen.emplace_back();
    std::int64_t number = 0;
    const auto outcome =
        run(world, {rows, 1, weights}, options_of(static_cast<std::int64_t>(start.k())),
            {.start = start,
             .observer = {.step = [&](std::int64_t, const Told& told) { number = told.number + 1; }},
             .search = search,
             .reseeded = [&](std::int64_t, std::int64_t row) {
               reseeded.insert(reseeded.end(), {number, row});
             }});
    fits.push_back(outcome.fitted);
  }
  EXPECT_EQ(chosen[0].size(), 2U);
  EXPECT_GE(chosen[0].front(), 4);
  EXPECT_EQ(chosen[1], chosen[0]);
  EXPECT_EQ(fits[1].model, fits[0].model);
  EXPECT_EQ(fits[1].inertia, fits[0].inertia);
}

}  // namespace
}  // namespace psychograph::cluster

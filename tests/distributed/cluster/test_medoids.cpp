// Medoids against every choice of customers.
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/algorithms.hpp"
#include "cluster/faster_pam.hpp"
#include "core/error.hpp"
#include "distributed/bfi_rows.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::Rows;
using testing_algorithms::run;

constexpr std::size_t medoid_columns = 3;

spec::Cluster medoids_of(std::int64_t k, spec::Metric metric) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::medoids;
  options.k = k;
  options.metric = metric;
  return options;
}

double medoid_distance(const Rows& rows, std::size_t i, std::size_t j, spec::Metric metric) {
  double sum = 0;
  for (std::size_t c = 0; c < rows.p; ++c) {
    const double apart =
        static_cast<double>(rows.cells[i * rows.p + c]) - static_cast<double>(rows.cells[j * rows.p + c]);
    sum += metric == spec::Metric::manhattan ? std::abs(apart) : apart * apart;
  }
  return metric == spec::Metric::manhattan ? sum : std::sqrt(sum);
}

/// The least sum that three customers as medoids can have.
double least_total(const Rows& rows, spec::Metric metric) {
  const auto n = static_cast<std::size_t>(rows.n());
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      for (std::size_t c = 0; c < b; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i)
          sum += (rows.weights.empty() ? 1.0 : rows.weights[i]) *
                 std::min({medoid_distance(rows, i, a, metric), medoid_distance(rows, i, b, metric),
                           medoid_distance(rows, i, c, metric)});
        least = std::min(least, sum);
      }
    }
  }
  return least;
}

std::vector<double> medoid_weights(std::size_t n) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < n; ++i) weights.push_back(0.5 + static_cast<double>(i % 4));
  return weights;
}

TEST(Medoids, FindTheLeastSum) {
  const comm::Communicator world;
  for (const auto metric : {spec::Metric::euclidean, spec::Metric::manhattan}) {
    for (const unsigned seed : {1U, 2U}) {
      const Rows rows{testing_rows::random_rows(60, medoid_columns, seed), medoid_columns,
                      seed == 2 ? medoid_weights(60) : std::vector<double>()};
      auto wanted = medoids_of(3, metric);
      wanted.restarts = 12;
      const auto outcome = run(world, rows, wanted);
      const double expected = least_total(rows, metric);
      EXPECT_NEAR(outcome.fitted.objective, expected, 1e-6 * expected);
    }
  }
}

TEST(Medoids, AreCustomersAndEverybodyGoesToTheNearest) {
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const Rows rows{testing_rows::random_rows(200, medoid_columns, 8), medoid_columns};
  const auto outcome = run(alone, rows, medoids_of(4, spec::Metric::manhattan));
  const auto& segments = outcome.segments;
  std::vector<std::size_t> medoids;
  for (std::size_t c = 0; c < 4; ++c) {
    for (std::size_t i = 0; i < 200; ++i) {
      bool same = true;
      for (std::size_t j = 0; j < medoid_columns; ++j)
        same =
            same && static_cast<double>(rows.cells[i * medoid_columns + j]) == segments.centroids().at(c, j);
      if (same) medoids.push_back(i);
    }
  }
  ASSERT_EQ(medoids.size(), 4U);
  double total = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < 4; ++c) {
      if (medoid_distance(rows, i, medoids[c], spec::Metric::manhattan) <
          medoid_distance(rows, i, medoids[best], spec::Metric::manhattan))
        best = c;
    }
    const double own = medoid_distance(rows, i, medoids[best], spec::Metric::manhattan);
    EXPECT_EQ(segments.assignment.label[i], static_cast<std::int32_t>(best)) << i;
    EXPECT_NEAR(segments.assignment.distance[i], own, 1e-5);
    total += own;
  }
  EXPECT_NEAR(outcome.fitted.objective, total, 1e-9 * total);
}

TEST(Medoids, GiveTheSameBitsOnAnyRanksAndInstructionSet) {
  Rows rows{testing_rows::random_rows(431, medoid_columns, 5, true), medoid_columns};
  expect_same_bits_everywhere(rows, medoids_of(5, spec::Metric::euclidean));
  rows.weights = medoid_weights(431);
  expect_same_bits_everywhere(rows, medoids_of(5, spec::Metric::manhattan));
}

/// Of more than a few thousand customers a start sees a sample, and is worth what all of them say.
TEST(Medoids, OfManyAreThoseOfSamples) {
  const comm::Communicator world;
  const Rows rows{testing_rows::random_rows(7000, medoid_columns, 4), medoid_columns};
  auto wanted = medoids_of(5, spec::Metric::euclidean);
  wanted.restarts = 2;
  const auto outcome = run(world, rows, wanted);
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  testing_algorithms::expect_same_bits(world, outcome, run(alone, rows, wanted));
  EXPECT_EQ(outcome.fitted.starts, 2);
  auto few = wanted;
  few.algorithm = spec::Algorithm::kmeans;
  const auto means = run(world, rows, few);
  double root = 0;  // no medoids are nearer than means, by squares; and not much farther
  root = outcome.fitted.inertia / means.fitted.inertia;
  EXPECT_GE(root, 1 - 1e-9);
  EXPECT_LT(root, 1.05);
}

TEST(Medoids, GoOnFromWhereverTheyWere) {
  expect_to_go_on({testing_rows::random_rows(300, medoid_columns, 9), medoid_columns},
                  medoids_of(4, spec::Metric::manhattan));
}

/// Of a start that has begun, it knows the number alone.
TEST(Medoids, RefuseAStateThatTheyNeverComeTo) {
  const auto options = medoids_of(3, spec::Metric::euclidean);
  const auto& own = algorithm(spec::Algorithm::medoids);
  const core::Words begun{1, 0, 0, 0};
  EXPECT_EQ(own.find_fault(options, 2, begun), "");
  for (std::size_t i = 0; i < begun.size(); ++i) {
    auto other = begun;
    other[i] = i == 0 ? 8 : ~std::uint64_t{0};
    bool refused = false;
    try {
      refused = !own.find_fault(options, 2, other).empty();
    } catch (const core::Error&) {
      refused = true;
    }
    EXPECT_TRUE(refused) << i;
  }
}

TEST(Medoids, OfFewerDistinctCustomersAreRefused) {
  const comm::Communicator world;
  Rows rows{{}, 1};
  for (int i = 0; i < 30; ++i) rows.cells.push_back(static_cast<float>(i % 3));
  EXPECT_EQ(run(world, rows, medoids_of(3, spec::Metric::euclidean)).fitted.objective, 0);
  EXPECT_THROW(run(world, rows, medoids_of(4, spec::Metric::euclidean)), core::Error);
}

/// A sample misses customers who are rare; they are looked for among all.
TEST(Medoids, OfManyWhoAreAlikeAreFoundAllTheSame) {
  const comm::Communicator world;
  Rows rows{std::vector<float>(20'000, 0.0F), 1};
  for (std::size_t i = 0; i < 4; ++i) rows.cells[4'500 * (i + 1)] = static_cast<float>(10 * (i + 1));
  auto wanted = medoids_of(5, spec::Metric::manhattan);
  wanted.restarts = 2;
  const auto outcome = run(world, rows, wanted);
  EXPECT_EQ(outcome.fitted.objective, 0);
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  testing_algorithms::expect_same_bits(world, outcome, run(alone, rows, wanted));
  try {
    (void)run(world, rows, medoids_of(6, spec::Metric::manhattan));
    ADD_FAILURE() << "there are only five different customers";
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("fewer distinct rows than k"), std::string::npos)
        << error.what();
  }
}

/// Of one customer who outweighs all others by far, and of as many medoids as there are places: what is left
/// to gain is lost in rounding, and swaps must end all the same.
TEST(FasterPam, EndsWhereRoundingDecides) {
  constexpr std::size_t n = 40;
  for (const double heavy : {1e9, 1e17}) {
    std::vector<float> place;
    std::vector<double> weights;
    for (std::size_t i = 0; i < n; ++i) {
      place.push_back(static_cast<float>(i % 5) * 0.3F + static_cast<float>(i % 3) * 0.7F);
      weights.push_back(i % 11 == 0 ? heavy * (1 + 0.1 * static_cast<double>(i))
                                    : 0.1 + static_cast<double>(i % 7) / 3);
    }
    std::vector<float> distances(n * n);
    for (std::size_t i = 0; i < n * n; ++i) distances[i] = std::abs(place[i / n] - place[i % n]);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t k = 2; k < 16; ++k) {
      std::vector<std::size_t> medoids(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k));
      faster_pam({distances, weights}, order, medoids);
      EXPECT_EQ(medoids.size(), k);
    }
  }
}

TEST(FasterPam, OfOneTakesTheMostCentral) {
  const std::vector<float> distances{0, 1, 4, 1, 0, 3, 4, 3, 0};
  const std::vector<double> weights{1, 1, 1};
  std::vector<std::size_t> order{0, 1, 2};
  std::vector<std::size_t> medoid{2};
  faster_pam({distances, weights}, order, medoid);
  EXPECT_EQ(medoid.front(), 1U);
}

}  // namespace
}  // namespace psychograph::cluster

// K-prototypes against a plain loop over names and numbers, and what is true of modes alone.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "distributed/cluster/any_algorithm.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits;
using testing_algorithms::Rows;
using testing_algorithms::run;

// Of numbers alone it is k-means: R's, the lowest of 300 random starts.
const testing_algorithms::Registration kprototypes_is_known(
    spec::Algorithm::kprototypes,
    {testing_algorithms::least_on_a_line, {{3, true, 49612.5722101235, 1 - 1e-6, 1 + 1e-4}}});

constexpr std::size_t names = 4;
constexpr std::size_t columns = 2 + names + 1;
const double half = std::sqrt(0.5);
const std::vector<double> zeros{-0.1, -0.2, -0.25, -0.15};

/// Two numbers, one of four names, one of two names.
struct Customer {
  double numbers[2];
  int name;
  int flag;
};

std::vector<Customer> draw(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Customer> customers;
  for (std::size_t i = 0; i < n; ++i) {
    const int group = static_cast<int>(random() % 3);
    customers.push_back({{std::round(8 * (normal(random) + group)) / 8, std::round(8 * normal(random)) / 8},
                         random() % 3 == 0 ? static_cast<int>(random() % names) : group,
                         random() % 4 == 0 ? 1 : (group == 2 ? 1 : 0)});
  }
  return customers;
}

Rows encoded(const std::vector<Customer>& customers) {
  Rows rows{
      {}, columns, {}, {{0, 1}, {1, 1}, {2, names, true, half, zeros}, {2 + names, 1, false, 1, {-0.5}}}};
  for (const auto& customer : customers) {
    for (const double number : customer.numbers) rows.cells.push_back(static_cast<float>(number));
    for (std::size_t l = 0; l < names; ++l)
      rows.cells.push_back(static_cast<float>(zeros[l] + (static_cast<int>(l) == customer.name ? half : 0)));
    rows.cells.push_back(customer.flag == 1 ? 0.5F : -0.5F);
  }
  return rows;
}

struct Prototype {
  double numbers[2];
  int name;
  int flag;
};

double cost(const Customer& customer, const Prototype& prototype) {
  double sum = 0;
  for (int j = 0; j < 2; ++j) sum += std::pow(customer.numbers[j] - prototype.numbers[j], 2);
  return sum + (customer.name != prototype.name ? 1 : 0) + (customer.flag != prototype.flag ? 1 : 0);
}

/// Huang's loop, nothing else: the oracle. Returns what it comes to from these prototypes.
double plain_kprototypes(const std::vector<Customer>& customers, std::vector<Prototype> prototypes) {
  double before = std::numeric_limits<double>::infinity();
  while (true) {
    double all = 0;
    std::vector<std::vector<Customer>> own(prototypes.size());
    for (const auto& customer : customers) {
      std::size_t best = 0;
      for (std::size_t c = 1; c < prototypes.size(); ++c) {
        if (cost(customer, prototypes[c]) < cost(customer, prototypes[best])) best = c;
      }
      own[best].push_back(customer);
      all += cost(customer, prototypes[best]);
    }
    if (all >= before) return before;
    before = all;
    for (std::size_t c = 0; c < prototypes.size(); ++c) {
      std::vector<int> of_name(names), of_flag(2);
      Prototype made{{0, 0}, 0, 0};
      for (const auto& customer : own[c]) {
        for (int j = 0; j < 2; ++j)
          made.numbers[j] += customer.numbers[j] / static_cast<double>(own[c].size());
        ++of_name[static_cast<std::size_t>(customer.name)];
        ++of_flag[static_cast<std::size_t>(customer.flag)];
      }
      made.name = static_cast<int>(std::max_element(of_name.begin(), of_name.end()) - of_name.begin());
      made.flag = of_flag[1] > of_flag[0] ? 1 : 0;
      if (!own[c].empty()) prototypes[c] = made;
    }
  }
}

spec::Cluster prototypes_of(std::int64_t k) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::kprototypes;
  options.k = k;
  options.restarts = 3;
  return options;
}

TEST(KPrototypes, ComesToWhatThePlainLoopDoes) {
  const comm::Communicator world;
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    const auto customers = draw(400, seed);
    const auto rows = encoded(customers);
    std::vector<Prototype> prototypes;
    core::Centroids start(3, columns);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto& customer = customers[7 * c];
      prototypes.push_back({{customer.numbers[0], customer.numbers[1]}, customer.name, customer.flag});
      for (std::size_t j = 0; j < columns; ++j)
        start.at(c, j) = static_cast<double>(rows.cells[7 * c * columns + j]);
    }
    const auto outcome = run(world, rows, prototypes_of(3), {.start = start});
    const double expected = plain_kprototypes(customers, prototypes);
    EXPECT_NEAR(outcome.fitted.objective, expected, 1e-5 * expected) << seed;
  }
}

TEST(KPrototypes, CentresHaveOneNameEach) {
  const comm::Communicator world;
  const auto rows = encoded(draw(500, 9));
  const auto outcome = run(world, rows, prototypes_of(5));
  const auto& centroids = outcome.segments.centroids();
  for (std::size_t c = 0; c < 5; ++c) {
    int ones = 0;
    for (std::size_t l = 0; l < names; ++l) {
      const double share = (centroids.at(c, 2 + l) - zeros[l]) / half;
      EXPECT_TRUE(std::abs(share) < 1e-12 || std::abs(share - 1) < 1e-12) << share;
      ones += share > 0.5 ? 1 : 0;
    }
    EXPECT_EQ(ones, 1);
    EXPECT_EQ(std::abs(centroids.at(c, 2 + names)), 0.5);
  }
}

TEST(KPrototypes, GivesTheSameBitsOfNamesOnAnyRanks) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  auto rows = encoded(draw(700, 11));
  for (const bool weighted : {false, true}) {
    if (weighted) {
      std::mt19937 random(2);
      for (std::int64_t i = 0; i < rows.n(); ++i)
        rows.weights.push_back(static_cast<double>(random() % 5) / 2);
    }
    expect_same_bits(world, run(world, rows, prototypes_of(6)), run(alone, rows, prototypes_of(6)));
  }
}

/// Half have the second name and half the third, in floats: the second it is, whatever others have.
TEST(KPrototypes, OfNamesThatAreAsManyTheFirstIsTheMode) {
  const comm::Communicator world;
  for (const double shift : {0.0, 0.013, 0.077, 0.171, 0.23}) {
    std::vector<double> away = zeros;
    for (std::size_t l = 0; l < names; ++l) away[l] -= shift / static_cast<double>(l + 1);
    Rows rows{{}, 1 + names, {}, {{0, 1}, {1, names, true, half, away}}};
    for (int i = 0; i < 80; ++i) {
      rows.cells.push_back(i < 40 ? -50.0F : 50.0F);
      const auto name = static_cast<std::size_t>(i < 40 ? 1 + i % 2 : 3);
      for (std::size_t l = 0; l < names; ++l)
        rows.cells.push_back(static_cast<float>(away[l] + (l == name ? half : 0)));
    }
    const auto outcome = run(world, rows, prototypes_of(2));
    EXPECT_NEAR((outcome.segments.centroids().at(0, 2) - away[1]) / half, 1, 1e-9) << shift;
  }
}

/// Of names alone prototypes may be the same row: whose clusters would be empty start anew elsewhere.
TEST(KPrototypes, SurvivesModesThatAreTheSame) {
  const comm::Communicator world;
  Rows rows{{}, names, {}, {{0, names, true, half, zeros}}};
  for (int i = 0; i < 90; ++i) {
    for (std::size_t l = 0; l < names; ++l)
      rows.cells.push_back(static_cast<float>(
          zeros[l] + (static_cast<std::size_t>(i % 9 < 6 ? 0 : i % 9 - 5) == l ? half : 0)));
  }
  const auto outcome = run(world, rows, prototypes_of(4));
  EXPECT_EQ(outcome.segments.size, (std::vector<std::int64_t>{60, 10, 10, 10}));
  EXPECT_NEAR(outcome.fitted.objective, 0, 1e-9);
}

}  // namespace
}  // namespace psychograph::cluster

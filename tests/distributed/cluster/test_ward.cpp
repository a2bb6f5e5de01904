// Ward's tree against every pair at every merge, and segments that lie within each other.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/ward_tree.hpp"
#include "core/error.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::Rows;
using testing_algorithms::run;

core::Centroids random_leaves(std::size_t m, std::size_t p, unsigned seed) {
  const auto cells = testing_rows::random_rows(m, p, seed);
  core::Centroids leaves(m, p);
  for (std::size_t i = 0; i < m * p; ++i) leaves.at(i / p, i % p) = static_cast<double>(cells[i]);
  return leaves;
}

/// The inertia of clusters about their means, from the leaves.
double inertia_of(const core::Centroids& leaves, const std::vector<double>& weights,
                  const std::vector<std::int64_t>& cluster) {
  const auto k = static_cast<std::size_t>(*std::max_element(cluster.begin(), cluster.end())) + 1;
  double inertia = 0;
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t j = 0; j < leaves.p(); ++j) {
      double sum = 0;
      double weight = 0;
      for (std::size_t i = 0; i < leaves.k(); ++i) {
        if (cluster[i] != static_cast<std::int64_t>(c)) continue;
        sum += weights[i] * leaves.at(i, j);
        weight += weights[i];
      }
      for (std::size_t i = 0; i < leaves.k() && weight > 0; ++i) {
        if (cluster[i] == static_cast<std::int64_t>(c))
          inertia += weights[i] * std::pow(leaves.at(i, j) - sum / weight, 2);
      }
    }
  }
  return inertia;
}

/// Merges whichever two clusters cost least by the inertia of all: [m - 1] the inertia after each.
std::vector<double> plain_ward(const core::Centroids& leaves, const std::vector<double>& weights) {
  std::vector<std::int64_t> cluster(leaves.k());
  std::iota(cluster.begin(), cluster.end(), 0);
  std::vector<double> after;
  for (std::size_t left = leaves.k(); left > 1; --left) {
    double least = std::numeric_limits<double>::infinity();
    std::vector<std::int64_t> best;
    for (std::int64_t a = 0; a < static_cast<std::int64_t>(left); ++a) {
      for (std::int64_t b = 0; b < a; ++b) {
        auto merged = cluster;
        for (auto& one : merged) {
          if (one == a) one = b;
          if (one > a) --one;
        }
        const double inertia = inertia_of(leaves, weights, merged);
        if (inertia < least) {
          least = inertia;
          best = merged;
        }
      }
    }
    cluster = best;
    after.push_back(least);
  }
  return after;
}

/// The inertia of a line's values when the cheapest two clusters have been merged until k are left.
double ward_on_a_line(const std::vector<double>& line, std::int64_t k) {
  std::vector<std::pair<double, double>> clusters;  // weight and mean, a cluster for each value
  for (const double one : line) {
    if (clusters.empty() || clusters.back().second != one) clusters.emplace_back(0, one);
    ++clusters.back().first;
  }
  const auto cost = [](const auto& one, const auto& other) {
    return one.first * other.first / (one.first + other.first) * std::pow(one.second - other.second, 2);
  };
  double inertia = 0;
  while (static_cast<std::int64_t>(clusters.size()) > k) {
    std::size_t best = 0;  // on a line the cheapest two are neighbours
    for (std::size_t i = 0; i + 1 < clusters.size(); ++i) {
      if (cost(clusters[i], clusters[i + 1]) < cost(clusters[best], clusters[best + 1])) best = i;
    }
    auto& one = clusters[best];
    const auto other = clusters[best + 1];
    inertia += cost(one, other);
    one.second = (one.first * one.second + other.first * other.second) / (one.first + other.first);
    one.first += other.first;
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  return inertia;
}

// R: hclust(dist(x), "ward.D2"), cut, of all customers; here of 60 micro-clusters, which do as well or
// better.
const testing_algorithms::Registration ward_is_known(
    spec::Algorithm::ward,
    {ward_on_a_line, {{3, true, 52023.144448, 0.95, 1.01}, {5, true, 49769.847004, 0.93, 1.01}}});

TEST(WardTree, MergesWhatCostsLeast) {
  for (const unsigned seed : {1U, 2U}) {
    constexpr std::size_t m = 24;
    const auto leaves = random_leaves(m, 3, seed);
    std::vector<double> weights(m, 1.0);
    for (std::size_t i = 0; seed == 2 && i < m; ++i) weights[i] = 1 + static_cast<double>(i % 4);
    const auto expected = plain_ward(leaves, weights);
    const auto tree = ward_tree(leaves, weights);
    ASSERT_EQ(tree.size(), m - 1);
    double inertia = 0;
    for (std::size_t i = 0; i < tree.size(); ++i) {
      inertia += tree[i].increase;
      EXPECT_NEAR(inertia, expected[i], 1e-9 * expected[i]) << i;
      EXPECT_GE(tree[i].increase, tree[i > 0 ? i - 1 : 0].increase);
      EXPECT_LT(tree[i].left, tree[i].right);
      EXPECT_LT(tree[i].right, static_cast<std::int64_t>(m + i));
      const auto cut = cut_tree(tree, m - 1 - i);
      EXPECT_NEAR(inertia_of(leaves, weights, cut), expected[i], 1e-9 * expected[i]) << i;
    }
  }
}

TEST(WardTree, CutsLieWithinEachOther) {
  const auto leaves = random_leaves(60, 2, 7);
  const auto tree = ward_tree(leaves, std::vector<double>(60, 1.0));
  for (std::size_t k = 1; k < 60; ++k) {
    const auto few = cut_tree(tree, k);
    const auto more = cut_tree(tree, k + 1);
    std::vector<std::int64_t> parent(k + 1, -1);
    for (std::size_t i = 0; i < 60; ++i) {
      auto& known = parent[static_cast<std::size_t>(more[i])];
      EXPECT_TRUE(known < 0 || known == few[i]);
      known = few[i];
    }
    EXPECT_EQ(*std::max_element(few.begin(), few.end()), static_cast<std::int64_t>(k) - 1);
    EXPECT_EQ(few[0], 0);
  }
}

TEST(WardTree, OfEqualLeavesAndOfOne) {
  EXPECT_TRUE(ward_tree(core::Centroids(1, 2), std::vector<double>{1}).empty());
  EXPECT_EQ(cut_tree({}, 1), (std::vector<std::int64_t>{0}));
  const auto tree = ward_tree(core::Centroids(5, 2), std::vector<double>(5, 1.0));
  for (const auto& merge : tree) EXPECT_EQ(merge.increase, 0);
  EXPECT_EQ(cut_tree(tree, 5), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

spec::Cluster ward_of(std::int64_t k, std::int64_t micro) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::ward;
  options.k = k;
  options.micro_clusters = micro;
  options.restarts = 1;
  return options;
}

/// With as many micro-clusters as customers it is Ward's method.
TEST(Ward, OfFewCustomersIsWardsMethod) {
  const comm::Communicator world;
  constexpr std::size_t n = 40;
  const Rows rows{testing_rows::random_rows(n, 3, 4), 3};
  core::Centroids leaves(n, 3);
  for (std::size_t i = 0; i < n * 3; ++i) leaves.at(i / 3, i % 3) = static_cast<double>(rows.cells[i]);
  const std::vector<double> weights(n, 1.0);
  const auto expected = plain_ward(leaves, weights);
  for (const std::int64_t k : {2, 3, 5, 9}) {
    const auto outcome = run(world, rows, ward_of(k, 500));
    const double inertia = expected[n - 1 - static_cast<std::size_t>(k)];
    EXPECT_NEAR(outcome.fitted.inertia, inertia, 1e-6 * inertia) << k;
    EXPECT_NEAR(outcome.segments.total_inertia, inertia, 1e-6 * inertia) << k;
  }
}

/// Those of k + 1 lie within those of k, customer by customer.
TEST(Ward, SegmentsLieWithinEachOther) {
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const Rows rows{testing_rows::random_rows(3000, 3, 6), 3};
  std::vector<testing_algorithms::Outcome> outcomes;
  for (const std::int64_t k : {2, 3, 4, 5, 6}) outcomes.push_back(run(alone, rows, ward_of(k, 60)));
  for (std::size_t i = 0; i + 1 < outcomes.size(); ++i) {
    const auto& few = outcomes[i].segments.assignment.label;
    const auto& more = outcomes[i + 1].segments.assignment.label;
    std::vector<std::int32_t> parent(outcomes[i + 1].segments.size.size(), -1);
    for (std::size_t row = 0; row < few.size(); ++row) {
      auto& known = parent[static_cast<std::size_t>(more[row])];
      EXPECT_TRUE(known < 0 || known == few[row]);
      known = few[row];
    }
    EXPECT_LT(outcomes[i + 1].segments.total_inertia, outcomes[i].segments.total_inertia);
  }
}

/// The segment, the runner-up and the margin follow from the nearest part of each segment.
TEST(Ward, AssignsByTheNearestPart) {
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const Rows rows{testing_rows::random_rows(500, 2, 8), 2};
  const auto outcome = run(alone, rows, ward_of(3, 25));
  const auto& model = std::get<CentroidModel>(outcome.segments.model);
  ASSERT_EQ(model.parts.centroids.k(), 25U);
  EXPECT_EQ(std::accumulate(model.parts.counts.begin(), model.parts.counts.end(), std::int64_t{0}), 500);
  for (std::size_t i = 0; i < 500; ++i) {
    std::vector<double> nearest(3, std::numeric_limits<double>::infinity());
    for (std::size_t part = 0; part < 25; ++part) {
      double square = 0;
      for (std::size_t j = 0; j < 2; ++j)
        square += std::pow(static_cast<double>(rows.cells[i * 2 + j]) - model.parts.centroids.at(part, j), 2);
      auto& least = nearest[static_cast<std::size_t>(model.parts.segment[part])];
      least = std::min(least, std::sqrt(square));
    }
    std::vector<std::int32_t> order{0, 1, 2};
    std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return nearest[static_cast<std::size_t>(a)] < nearest[static_cast<std::size_t>(b)];
    });
    const auto& assignment = outcome.segments.assignment;
    EXPECT_EQ(assignment.label[i], order[0]);
    EXPECT_EQ(assignment.runner_up[i], order[1]);
    const double own = nearest[static_cast<std::size_t>(order[0])];
    const double other = nearest[static_cast<std::size_t>(order[1])];
    EXPECT_NEAR(assignment.distance[i], own, 1e-5);
    EXPECT_NEAR(assignment.margin[i], 1 - own / other, 1e-5);
  }
}

TEST(Ward, OfFewDistinctCustomersHasFewerLeaves) {
  const comm::Communicator world;
  Rows rows{{}, 1};
  for (int i = 0; i < 400; ++i)
    rows.cells.push_back(static_cast<float>(i % 20) + (i % 20 >= 10 ? 50.0F : 0.0F));
  const auto outcome = run(world, rows, ward_of(2, 300));
  EXPECT_EQ(outcome.segments.size, (std::vector<std::int64_t>{200, 200}));
  EXPECT_LE(std::get<CentroidModel>(outcome.segments.model).parts.centroids.k(), 20U);
  EXPECT_THROW(run(world, rows, ward_of(21, 300)), core::Error);
}

TEST(Parts, ThatCantBeAreFound) {
  const Parts good{core::Centroids(3, 2), {1, 1, 2}, {1, 1, 2}, {0, 1, 1}};
  EXPECT_EQ(find_fault(good, 2, 2), "");
  EXPECT_EQ(find_fault(Parts{}, 2, 2), "");
  auto bad = good;
  bad.segment[0] = 1;
  EXPECT_NE(find_fault(bad, 2, 2), "");  // a segment without one
  bad.segment[0] = 2;
  EXPECT_NE(find_fault(bad, 2, 2), "");
  bad.segment[0] = -1;
  EXPECT_NE(find_fault(bad, 2, 2), "");
  EXPECT_NE(find_fault(good, 4, 2), "");
  EXPECT_NE(find_fault(good, 2, 3), "");
  bad = good;
  bad.weights[1] = std::nan("");
  EXPECT_NE(find_fault(bad, 2, 2), "");
  bad = good;
  bad.counts.pop_back();
  EXPECT_NE(find_fault(bad, 2, 2), "");
}

}  // namespace
}  // namespace psychograph::cluster

// The verdict on ranks against one rank, and its parts against what they are made to find.
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "comm/all_reduce.hpp"
#include "core/instruction_set.hpp"
#include "distributed/random_rows.hpp"
#include "evaluate/overlap.hpp"
#include "evaluate/reference.hpp"
#include "evaluate/samples.hpp"
#include "evaluate/stability.hpp"
#include "evaluate/steps.hpp"
#include "evaluate/structure.hpp"
#include "evaluate/valleys.hpp"
#include "kernel/few_values.hpp"

namespace psychograph::evaluate {
namespace {

/// Rows that every rank holds whole, of which `world` takes each rank's share.
struct Table {
  Table(const comm::Communicator& world, const std::vector<float>& cells, std::size_t p,
        const std::vector<double>& all_weights = {}, std::vector<core::ColumnBlock> blocks = {})
      : range(range_of(world, static_cast<std::int64_t>(cells.size() / p))),
        matrix(testing_rows::matrix_of(cells, p, range)),
        weights(weights_of(all_weights, range)),
        data(kernel::describe_data(world, matrix, weights, range, std::move(blocks))) {}

  static core::RowRange range_of(const comm::Communicator& world, std::int64_t n) {
    return {n * world.rank() / world.size(), n * (world.rank() + 1) / world.size()};
  }
  static std::vector<double> weights_of(const std::vector<double>& all, core::RowRange range) {
    if (all.empty()) return {};
    return {all.begin() + range.begin, all.begin() + range.end};
  }

  core::RowRange range;
  core::FeatureMatrix matrix;
  std::vector<double> weights;
  kernel::Data data;
};

const comm::Communicator& alone() {
  static const comm::Communicator self(MPI_COMM_SELF, boost::mpi::comm_attach);
  return self;
}

spec::Cluster options_of(spec::Algorithm algorithm, std::int64_t k) {
  spec::Cluster options;
  options.algorithm = algorithm;
  options.k = k;
  options.restarts = 2;
  options.max_iterations = 40;
  return options;
}

std::vector<Judgement> judged(const comm::Communicator& world, const Table& table,
                              spec::Algorithm algorithm) {
  Examination examination(world, table.data, {.customers = 300, .pairs = 2, .references = 2, .seed = 3});
  std::vector<Judgement> all;
  for (const std::int64_t k : {2, 3}) all.push_back(examination.look(options_of(algorithm, k)));
  judge(all);
  return all;
}

void expect_same(const std::vector<Judgement>& one, const std::vector<Judgement>& other) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].error, other[i].error);
    EXPECT_EQ(cluster::centres(one[i].fitted.model), cluster::centres(other[i].fitted.model));
    EXPECT_EQ(one[i].size, other[i].size);
    EXPECT_EQ(one[i].stability.agreement, other[i].stability.agreement);
    EXPECT_EQ(one[i].stability.jaccard, other[i].stability.jaccard);
    EXPECT_FALSE(std::isnan(one[i].gap));
    EXPECT_EQ(one[i].gap, other[i].gap);
    EXPECT_EQ(one[i].gap_error, other[i].gap_error);
    EXPECT_EQ(one[i].half, other[i].half);
    EXPECT_EQ(one[i].borders.size(), other[i].borders.size());
    for (std::size_t b = 0; b < one[i].borders.size() && b < other[i].borders.size(); ++b) {
      EXPECT_EQ(one[i].borders[b].counts, other[i].borders[b].counts);
      EXPECT_EQ(one[i].borders[b].depth, other[i].borders[b].depth);
    }
    EXPECT_EQ(one[i].verdict, other[i].verdict);
  }
}

TEST(Structure, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  const comm::Communicator world;
  const auto cells = testing_rows::random_rows(420, 3, 7, true);
  std::vector<double> weights(420, 1.0);
  for (std::size_t i = 0; i < weights.size(); i += 9) weights[i] = i % 2 == 0 ? 0.0 : 2.5;
  for (const auto algorithm : {spec::Algorithm::kmeans, spec::Algorithm::trimmed, spec::Algorithm::gmm}) {
    const bool weighted = algorithm == spec::Algorithm::kmeans;
    const Table own(alone(), cells, 3, weighted ? weights : std::vector<double>());
    const auto serial = judged(alone(), own, algorithm);
    expect_same(judged(world, Table(world, cells, 3, weighted ? weights : std::vector<double>()), algorithm),
                serial);
    if (algorithm != spec::Algorithm::kmeans) continue;
    for (const auto& target : core::targets()) {
      core::force_target(target);
      expect_same(judged(alone(), own, algorithm), serial);
    }
    core::force_target("");
  }
}

TEST(Structure, FindsWhatIsThereAndNothingElse) {
  const comm::Communicator world;
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> clumps;
  std::vector<float> nothing;
  for (int i = 0; i < 1200; ++i) {
    for (int j = 0; j < 2; ++j) {
      clumps.push_back(normal(random) + (i % 3 == j ? 8.0F : 0.0F));
      nothing.push_back(normal(random));
    }
  }
  const auto verdicts = [&](const std::vector<float>& cells) {
    const Table table(world, cells, 2);
    Examination examination(world, table.data, {.pairs = 10, .references = 8});
    std::vector<Judgement> all;
    for (const std::int64_t k : {2, 3, 4})
      all.push_back(examination.look(options_of(spec::Algorithm::kmeans, k)));
    judge(all);
    return all;
  };
  const auto there = verdicts(clumps);
  EXPECT_EQ(recommended(there), 3);
  EXPECT_EQ(there[1].verdict, Verdict::natural);
  EXPECT_TRUE(there[1].beats_reference());
  for (const auto& border : there[1].borders) EXPECT_TRUE(border.gap());
  const auto not_there = verdicts(nothing);
  for (const auto& one : not_there) {
    EXPECT_EQ(one.verdict, Verdict::constructed) << one.k;
    EXPECT_FALSE(one.beats_reference()) << one.k;
  }
}

/// The midpoint of two of three clumps in a row lies in the third one: these two don't border.
TEST(Valleys, AreBetweenNeighbours) {
  const comm::Communicator world;
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> cells;
  core::Centroids centroids(3, 2);
  for (int i = 0; i < 900; ++i) {
    cells.push_back(normal(random) + 10.0F * static_cast<float>(i % 3));
    cells.push_back(normal(random) + (i % 3 == 1 ? 0.7F : 0.0F));
  }
  for (std::size_t c = 0; c < 3; ++c) centroids.at(c, 0) = 10.0 * static_cast<double>(c);
  centroids.at(1, 1) = 0.7;
  const Table table(world, cells, 2);
  const auto valleys = find_valleys(world, table.data, centroids);
  EXPECT_EQ(valleys.size(), 2U);
  if (valleys.size() != 2) return;
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(valleys[i].a, i);
    EXPECT_EQ(valleys[i].b, i + 1);
    EXPECT_TRUE(valleys[i].borders());
    EXPECT_LT(valleys[i].depth(), 0.1);
  }
}

TEST(Structure, TellsAnErrorOfANumberThatCantBeHad) {
  const comm::Communicator world;
  std::vector<float> cells;
  for (int i = 0; i < 60; ++i) cells.push_back(static_cast<float>(i % 3));
  const Table table(world, cells, 1);
  Examination examination(world, table.data, {.pairs = 2, .references = 2});
  std::vector<Judgement> all;
  for (const std::int64_t k : {2, 4}) all.push_back(examination.look(options_of(spec::Algorithm::kmeans, k)));
  judge(all);
  EXPECT_EQ(all[0].error, "");
  EXPECT_NE(all[1].error, "");
  EXPECT_NE(recommended(all), 4);
}

TEST(Bootstrap, DrawsEachCustomerOnceInTheMean) {
  const comm::Communicator world;
  constexpr std::int64_t n = 20'000;
  const Table table(world, std::vector<float>(n, 0.0F), 1);
  const auto one = bootstrap_weights(table.data, 1, 0);
  const auto other = bootstrap_weights(table.data, 1, 1);
  std::int64_t counts[6] = {};  // of weight 0, 1, 2, 3; in sum; of both samples' products
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i] < 4) ++counts[static_cast<std::size_t>(one[i])];
    counts[4] += static_cast<std::int64_t>(one[i]);
    counts[5] += static_cast<std::int64_t>(one[i] * other[i]);
  }
  comm::sum_over_ranks(world, std::span<std::int64_t>(counts));
  const auto near = [&](std::int64_t count, double share) {
    EXPECT_NEAR(static_cast<double>(count), share * n, 4 * std::sqrt(share * n));
  };
  near(counts[0], std::exp(-1.0));
  near(counts[1], std::exp(-1.0));
  near(counts[2], std::exp(-1.0) / 2);
  near(counts[3], std::exp(-1.0) / 6);
  near(counts[4], 1);
  near(counts[5], 1);  // independent of each other
}

TEST(Overlap, CountsPairsAndKnowsTheBest) {
  const comm::Communicator world;
  const std::vector<std::int32_t> one{0, 0, 0, 1, 1, -1, 2};
  const std::vector<std::int32_t> other{1, 1, 0, 0, 0, 0, 2};
  const auto mine = world.rank() == 0 ? std::span(one) : std::span(one).first(0);
  const auto theirs = world.rank() == 0 ? std::span(other) : std::span(other).first(0);
  const auto found = overlap(world, mine, 2, theirs, 2);
  EXPECT_EQ(found.counts, (std::vector<std::int64_t>{1, 2, 0, 2, 0, 0, 0, 0, 1}));
  EXPECT_NEAR(found.best(0).jaccard, 2.0 / 3, 1e-15);
  EXPECT_EQ(found.best(0).column, 1U);
  EXPECT_NEAR(found.best(1).jaccard, 2.0 / 3, 1e-15);
}

TEST(Steps, AreFilledEvenly) {
  const comm::Communicator world;
  std::vector<float> cells;
  for (int i = 0; i < 6000; ++i) {
    cells.push_back(static_cast<float>(i % 3 == 2 ? 4 : i % 3));  // 0, 1, 4
    cells.push_back(static_cast<float>(i));                       // more than a few
  }
  Table table(world, cells, 2);
  EXPECT_EQ(kernel::few_values(world, table.data)[0], (std::vector<float>{0, 1, 4}));
  EXPECT_TRUE(kernel::few_values(world, table.data)[1].empty());
  spread(world, table.data, 5, table.matrix);
  std::int64_t within[3] = {};
  for (std::size_t row = 0; row < table.matrix.rows(); ++row) {
    const auto global = static_cast<std::size_t>(table.range.begin) + row;
    const float cell = table.matrix.at(row, 0);
    const float low[] = {-0.5F, 0.5F, 2.5F};
    const float high[] = {0.5F, 2.5F, 5.5F};
    EXPECT_GE(cell, low[global % 3]);
    EXPECT_LE(cell, high[global % 3]);
    within[global % 3] += cell < (low[global % 3] + high[global % 3]) / 2 ? 1 : 0;
    EXPECT_EQ(table.matrix.at(row, 1), static_cast<float>(global));
  }
  comm::sum_over_ranks(world, std::span<std::int64_t>(within));
  for (const auto count : within) EXPECT_NEAR(static_cast<double>(count), 1000, 100);
}

double correlation(const core::FeatureMatrix& matrix, std::size_t i, std::size_t j) {
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  const auto n = static_cast<double>(matrix.rows());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    const auto a = static_cast<double>(matrix.at(row, i));
    const auto b = static_cast<double>(matrix.at(row, j));
    x += a, y += b, xx += a * a, yy += b * b, xy += a * b;
  }
  return (xy - x * y / n) / std::sqrt((xx - x * x / n) * (yy - y * y / n));
}

/// Skewed numbers, answers of five, flags, and names, all of one trait.
TEST(Reference, HasTheMarginsAndCorrelations) {
  const comm::Communicator world;
  std::mt19937 random(8);
  std::normal_distribution<> normal;
  constexpr std::size_t p = 6;
  constexpr std::size_t n = 20'000;
  std::vector<float> cells;
  for (std::size_t i = 0; i < n; ++i) {
    const double trait = normal(random);
    const auto with = [&](double share) {
      return share * trait + std::sqrt(1 - share * share) * normal(random);
    };
    cells.push_back(static_cast<float>(std::exp(with(0.8))));
    cells.push_back(static_cast<float>(std::lround(with(-0.7))));
    cells.push_back(with(0.6) > 1 ? 1.0F : 0.0F);
    const double name = with(0.7);
    const int level = name < -0.5 ? 2 : name < 0.8 ? 0 : 1;
    for (int l = 0; l < 3; ++l) cells.push_back(l == level ? 0.75F : -0.25F);
  }
  const std::vector<core::ColumnBlock> blocks{
      {.first = 0}, {.first = 1}, {.first = 2}, {.first = 3, .count = 3, .leveled = true, .step = 1}};
  const Table table(world, cells, p, {}, blocks);
  const Reference reference(world, table.data);
  core::FeatureMatrix drawn(n, p);
  reference.draw(1, 0, 0, drawn);
  const auto original = testing_rows::matrix_of(cells, p, {0, n});
  for (std::size_t i = 0; i < p; ++i) {
    double mean = 0;
    double expected = 0;
    for (std::size_t row = 0; row < n; ++row) {
      mean += static_cast<double>(drawn.at(row, i)) / n;
      expected += static_cast<double>(original.at(row, i)) / n;
    }
    EXPECT_NEAR(mean, expected, 0.05) << i;
    for (std::size_t j = 0; j < i; ++j) {
      const double tolerance = i >= 3 || j >= 3 ? 0.08 : 0.03;  // of names the order alone is kept
      EXPECT_NEAR(correlation(drawn, i, j), correlation(original, i, j), tolerance) << i << ' ' << j;
    }
  }
  for (std::size_t row = 0; row < 100; ++row)
    EXPECT_NEAR(static_cast<double>(drawn.at(row, 3) + drawn.at(row, 4) + drawn.at(row, 5)), 0.25, 1e-6);
  // A function of seed, number and row, however rows are dealt out.
  core::FeatureMatrix part(50, p);
  reference.draw(1, 0, 777, part);
  for (std::size_t row = 0; row < 50; ++row) {
    for (std::size_t j = 0; j < p; ++j) EXPECT_EQ(part.at(row, j), drawn.at(777 + row, j));
  }
}

}  // namespace
}  // namespace psychograph::evaluate

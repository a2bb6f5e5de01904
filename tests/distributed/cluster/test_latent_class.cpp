// Latent classes against EM in plain double, and what is true of mixtures alone.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "core/error.hpp"
#include "distributed/cluster/any_algorithm.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::expect_to_refuse_others;
using testing_algorithms::Rows;
using testing_algorithms::run;

constexpr std::size_t items = 5;
constexpr int levels[items] = {2, 3, 4, 3, 2};
const double step = std::sqrt(0.5);

/// Answers by number, -1 where missing.
using Answers = std::vector<std::array<int, items>>;

std::vector<core::ColumnBlock> blocks() {
  std::vector<core::ColumnBlock> made;
  std::size_t first = 0;
  for (const int count : levels) {
    const auto all = static_cast<std::size_t>(count) + 1;  // and the missing one
    made.push_back({first, all, true, step, std::vector<double>(all, 0.0), all - 1});
    first += all;
  }
  return made;
}

std::size_t width() { return blocks().back().first + blocks().back().count; }

Answers draw_answers(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  Answers answers;
  for (std::size_t i = 0; i < n; ++i) {
    const int own = static_cast<int>(random() % 3);
    std::array<int, items> row{};
    for (std::size_t b = 0; b < items; ++b) {
      row[b] =
          random() % 3 == 0 ? static_cast<int>(random() % static_cast<unsigned>(levels[b])) : own % levels[b];
      if (random() % 12 == 0) row[b] = -1;
    }
    answers.push_back(row);
  }
  return answers;
}

Rows encoded(const Answers& answers) {
  const auto all = blocks();
  Rows rows{{}, width(), {}, all};
  for (const auto& row : answers) {
    for (std::size_t b = 0; b < items; ++b) {
      for (std::size_t l = 0; l < all[b].count; ++l) {
        const bool own = row[b] < 0 ? l == all[b].missing : static_cast<int>(l) == row[b];
        rows.cells.push_back(own ? static_cast<float>(step) : 0.0F);
      }
    }
  }
  return rows;
}

spec::Cluster classes_of(std::int64_t k) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::latent_class;
  options.k = k;
  options.restarts = 3;
  options.max_iterations = 2000;
  return options;
}

/// The log-likelihood that plain EM comes to from chances [k][items][level], with the same Bayes constants.
double plain_em(const Answers& answers, const std::vector<double>& weights, std::size_t k,
                std::vector<std::vector<std::vector<double>>> chances) {
  std::vector<double> shares(k, 1.0 / static_cast<double>(k));
  double total = 0;
  for (const double weight : weights) total += weight;
  const auto taking_part =
      static_cast<double>(std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; }));
  const double one = total / taking_part;
  double likelihood = 0;
  for (int round = 0; round < 1500; ++round) {
    std::vector<double> size(k, one / static_cast<double>(k));
    std::vector<std::vector<std::vector<double>>> counts(k);
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t b = 0; b < items; ++b) {
        auto& own = counts[c].emplace_back(static_cast<std::size_t>(levels[b]), 0.0);
        double all = 0;  // everybody's answers, the missing ones too
        for (std::size_t i = 0; i < answers.size(); ++i) {
          all += weights[i];
          if (answers[i][b] >= 0) own[static_cast<std::size_t>(answers[i][b])] += weights[i];
        }
        for (double& count : own) count *= one / static_cast<double>(k) / all;
      }
    }
    double now = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      std::vector<double> joint = shares;
      double sum = 0;
      for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t b = 0; b < items; ++b) {
          if (answers[i][b] >= 0) joint[c] *= chances[c][b][static_cast<std::size_t>(answers[i][b])];
        }
        sum += joint[c];
      }
      if (weights[i] > 0) now += weights[i] * std::log(sum);
      for (std::size_t c = 0; c < k; ++c) {
        const double part = weights[i] * joint[c] / sum;
        size[c] += part;
        for (std::size_t b = 0; b < items; ++b) {
          if (answers[i][b] >= 0) counts[c][b][static_cast<std::size_t>(answers[i][b])] += part;
        }
      }
    }
    for (std::size_t c = 0; c < k; ++c) {
      shares[c] = size[c] / (total + one);
      for (std::size_t b = 0; b < items; ++b) {
        double sum = 0;
        for (const double count : counts[c][b]) sum += count;
        for (std::size_t l = 0; l < counts[c][b].size(); ++l) chances[c][b][l] = counts[c][b][l] / sum;
      }
    }
    likelihood = now;
  }
  return likelihood;
}

std::vector<double> some_weights(std::size_t n) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < n; ++i)
    weights.push_back(i % 7 == 0 ? 0.0 : 0.25 + static_cast<double>(i % 5) / 2);
  return weights;
}

TEST(LatentClass, ComesToWhatPlainEmDoes) {
  const comm::Communicator world;
  for (const unsigned seed : {1U, 2U}) {
    for (const bool weighted : {false, true}) {
      const auto answers = draw_answers(250, seed);
      auto rows = encoded(answers);
      if (weighted) rows.weights = some_weights(answers.size());
      core::Centroids start(3, width());
      std::vector<std::vector<std::vector<double>>> chances(3);
      const auto all = blocks();
      for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t b = 0; b < items; ++b) {
          const auto own = (c + 1) % static_cast<std::size_t>(levels[b]);
          start.at(c, all[b].first + own) = step;
          auto& chance = chances[c].emplace_back(static_cast<std::size_t>(levels[b]), 0.2 / levels[b]);
          chance[own] += 0.8;
        }
      }
      auto wanted = classes_of(3);
      wanted.tolerance = 1e-14;
      const auto outcome = run(world, rows, wanted, {.start = start});
      const double expected =
          plain_em(answers, weighted ? rows.weights : std::vector<double>(answers.size(), 1.0), 3, chances);
      EXPECT_NEAR(outcome.fitted.objective, expected, 1e-7 * std::abs(expected)) << seed << weighted;
      EXPECT_TRUE(outcome.fitted.converged);
    }
  }
}

TEST(LatentClass, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  auto rows = encoded(draw_answers(211, 5));
  expect_same_bits_everywhere(rows, classes_of(4));
  rows.weights = some_weights(211);
  expect_same_bits_everywhere(rows, classes_of(4));
}

TEST(LatentClass, GoesOnFromWhereverItWas) { expect_to_go_on(encoded(draw_answers(200, 8)), classes_of(3)); }

TEST(LatentClass, RefusesAStateThatItNeverComesTo) {
  expect_to_refuse_others(encoded(draw_answers(60, 6)), classes_of(2));
}

TEST(LatentClass, MembershipsAddUpAndSayWhoIsInDoubt) {
  const comm::Communicator world;
  const auto outcome = run(world, encoded(draw_answers(400, 3)), classes_of(3));
  const auto& assignment = outcome.segments.assignment;
  EXPECT_EQ(assignment.membership.size(), 3 * assignment.label.size());
  for (std::size_t i = 0; i < assignment.label.size(); ++i) {
    const auto* const own = &assignment.membership[3 * i];
    const auto label = static_cast<std::size_t>(assignment.label[i]);
    EXPECT_NEAR(own[0] + own[1] + own[2], 1, 1e-6);
    EXPECT_EQ(own[label], std::max({own[0], own[1], own[2]}));
    const auto other = static_cast<std::size_t>(assignment.runner_up[i]);
    EXPECT_NEAR(assignment.margin[i], 1 - own[other] / own[label], 1e-5);
  }
}

/// Who answers nothing is in each class as everybody is.
TEST(LatentClass, KnowsNothingOfWhoAnswersNothing) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  auto answers = draw_answers(300, 4);
  answers.front().fill(-1);
  const auto outcome = run(alone, encoded(answers), classes_of(2));
  const auto& shares = std::get<ClassModel>(outcome.segments.model).shares;
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(outcome.segments.assignment.membership[c], shares[c], 1e-6);
}

TEST(LatentClass, SurvivesMoreClassesThanThereAre) {
  const comm::Communicator world;
  Answers answers;
  for (int i = 0; i < 60; ++i) answers.push_back({i % 2, i % 3, i % 4, 0, 1});
  const auto outcome = run(world, encoded(answers), classes_of(9));
  EXPECT_TRUE(std::isfinite(outcome.fitted.objective));
  try {
    (void)run(world, encoded(answers), classes_of(13));
    ADD_FAILURE() << "13 classes of 12 distinct rows";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::data);
  }
}

}  // namespace
}  // namespace psychograph::cluster

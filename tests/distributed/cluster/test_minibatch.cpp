// Nested mini-batches: they end where k-means rests, and look at fewer customers on the way.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits;
using testing_algorithms::Rows;
using testing_algorithms::run;

constexpr std::size_t batch_columns = 4;
constexpr std::size_t many = 30'000;

// R's kmeans (Hartigan-Wong), the lowest of 300 random starts: so few customers are one batch.
const testing_algorithms::Registration minibatch_is_known(
    spec::Algorithm::minibatch,
    {testing_algorithms::least_on_a_line,
     {{3, true, 49612.5722101235, 1 - 1e-6, 1 + 1e-4}, {5, true, 46219.2010107632, 1 - 1e-4, 1 + 1e-3}}});

spec::Cluster batches_of(std::int64_t k) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::minibatch;
  options.k = k;
  options.restarts = 1;
  return options;
}

/// Customers who were looked at in all steps, and how often that was all of them.
struct Looks {
  double customers = 0;
  int at_everybody = 0;
};

Looks looks_of(const comm::Communicator& world, const Rows& rows, const spec::Cluster& options,
               testing_algorithms::Outcome& outcome) {
  Looks looks;
  const bool nested = options.algorithm == spec::Algorithm::minibatch;
  const auto whole = std::to_string(rows.n()) + " of ";
  outcome = run(world, rows, options, {.observer = {.step = [&](std::int64_t, const Told& told) {
                                         const bool all = !nested || told.place.starts_with(whole);
                                         looks.at_everybody += all ? 1 : 0;
                                         looks.customers +=
                                             nested ? std::stod(told.place) : static_cast<double>(rows.n());
                                       }}});
  return looks;
}

TEST(Minibatch, RestsWhereKmeansDoesAndLooksAtFewer) {
  const comm::Communicator world;
  const Rows rows{testing_rows::random_rows(many, batch_columns, 3), batch_columns};
  const auto wanted = batches_of(8);
  testing_algorithms::Outcome outcome;
  const auto few = looks_of(world, rows, wanted, outcome);
  EXPECT_TRUE(outcome.fitted.converged);
  EXPECT_GT(few.at_everybody, 0);
  auto plain = wanted;
  plain.algorithm = spec::Algorithm::kmeans;
  testing_algorithms::Outcome all;
  const auto looks = looks_of(world, rows, plain, all);
  EXPECT_LT(few.customers, looks.customers);
  EXPECT_LT(few.at_everybody, looks.at_everybody);
  EXPECT_LT(outcome.fitted.inertia, 1.05 * all.fitted.inertia);
  // k-means that starts there stays there.
  const auto further = run(world, rows, plain, {.start = centres(outcome.fitted.model)});
  EXPECT_EQ(further.fitted.inertia, outcome.fitted.inertia);
}

TEST(Minibatch, GivesTheSameBitsOfBatchesToo) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  Rows rows{testing_rows::random_rows(many, batch_columns, 5), batch_columns};
  for (std::size_t i = 0; i < many; ++i)
    rows.weights.push_back(i % 5 == 0 ? 0.0 : 0.5 + (i % 3 == 0 ? 1 : 0));
  const auto wanted = batches_of(6);
  std::vector<Progress> passed;
  const auto whole = run(alone, rows, wanted,
                         {.observer = {.wants_progress = [] { return true; },
                                       .reached = [&](const Progress& now) { passed.push_back(now); }}});
  expect_same_bits(world, run(world, rows, wanted), whole);
  const std::size_t step = passed.size() / 6 + 1;
  for (std::size_t i = 0; i < passed.size(); i += step) {
    EXPECT_EQ(find_fault(passed[i], wanted, 1, batch_columns), "");
    expect_same_bits(world, run(world, rows, wanted, {.progress = passed[i]}), whole);
  }
}

/// Nearly all customers are alike: the first batches have too few others.
TEST(Minibatch, FindsCustomersWhoAreRare) {
  const comm::Communicator world;
  Rows rows{std::vector<float>(40'000, 0.0F), 1};
  for (int i = 0; i < 4; ++i)
    rows.cells[static_cast<std::size_t>(9'000 * (i + 1))] = static_cast<float>(10 * (i + 1));
  const auto outcome = run(world, rows, batches_of(5));
  EXPECT_EQ(outcome.fitted.inertia, 0);
  EXPECT_EQ(outcome.segments.size, (std::vector<std::int64_t>{39'996, 1, 1, 1, 1}));
  EXPECT_THROW(run(world, rows, batches_of(6)), core::Error);
}

}  // namespace
}  // namespace psychograph::cluster

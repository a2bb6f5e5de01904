// How often the verdict says what is there: tables are drawn of populations with and without segments, and
// judged.
//
//   calibrate [KINDS] [TABLES] [CUSTOMERS] [PAIRS]
//
// prints a line a table: kind, number, then for each k verdict, mean agreement, whether all is separated, and
// at the end the recommended k (0: none). KINDS: names with commas, or "all".
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <boost/mpi/environment.hpp>
#include <fmt/format.h>
#include <random>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "evaluate/structure.hpp"
#include "kernel/data.hpp"

namespace {

using psychograph::comm::Communicator;
using Row = std::vector<double>;
using Random = std::mt19937_64;

double normal(Random& random) { return std::normal_distribution<>()(random); }

/// Correlated answers of `factors` traits, to which columns belong in turn.
Row traits(Random& random, std::size_t p, std::size_t factors, double rho) {
  Row trait(factors);
  for (double& one : trait) one = normal(random);
  Row row(p);
  for (std::size_t j = 0; j < p; ++j)
    row[j] = std::sqrt(rho) * trait[j % factors] + std::sqrt(1 - rho) * normal(random);
  return row;
}

double answer(double z, const std::vector<double>& thresholds) {
  double level = 1;
  for (const double threshold : thresholds) level += z > threshold ? 1 : 0;
  return level;
}

/// Segments of one size whose centres are `apart` deviations from each other, each along axes of its own.
Row segment(Random& random, std::size_t p, std::size_t segments, double apart) {
  const auto own = random() % segments;
  Row row(p);
  for (std::size_t j = 0; j < p; ++j) row[j] = normal(random) + (j == own ? apart / std::sqrt(2.0) : 0);
  return row;
}

struct Kind {
  std::size_t p = 10;
  std::int64_t segments = 0;  ///< that are there
  std::function<Row(Random&)> draw;
};

std::map<std::string, Kind> kinds() {
  std::map<std::string, Kind> all;
  const auto null = [&](const char* name, std::size_t p, std::function<double(Random&)> one) {
    all[name] = {p, 0, [p, one](Random& random) {
                   Row row(p);
                   for (double& cell : row) cell = one(random);
                   return row;
                 }};
  };
  null("gaussian", 10, normal);
  null("uniform10", 10, [](Random& r) { return std::uniform_real_distribution<>()(r); });
  null("uniform2", 2, [](Random& r) { return std::uniform_real_distribution<>()(r); });
  null("exponential", 10, [](Random& r) { return std::exponential_distribution<>()(r); });
  null("lognormal", 10, [](Random& r) { return std::exp(normal(r)); });
  null("t3", 10, [](Random& r) { return std::student_t_distribution<>(3)(r); });
  all["factor3"] = {10, 0, [](Random& r) { return traits(r, 10, 1, 0.3); }};
  all["factor7"] = {10, 0, [](Random& r) { return traits(r, 10, 1, 0.7); }};
  all["factors2"] = {10, 0, [](Random& r) { return traits(r, 10, 2, 0.5); }};
  const auto likert = [&](const char* name, std::vector<double> thresholds) {
    all[name] = {10, 0, [thresholds](Random& r) {
                   auto row = traits(r, 10, 2, 0.4);
                   for (double& cell : row) cell = answer(cell, thresholds);
                   return row;
                 }};
  };
  likert("likert", {-1.2, -0.4, 0.4, 1.2});
  likert("likert_skewed", {-0.2, 0.6, 1.2, 1.8});
  for (const auto& [name, count, apart] :
       {std::tuple{"three3", 3, 3.0}, {"five4", 5, 4.0}, {"five6", 5, 6.0}, {"two3", 2, 3.0}})
    all[name] = {10, count, [count = count, apart = apart](Random& r) {
                   return segment(r, 10, static_cast<std::size_t>(count), apart);
                 }};
  all["likert3"] = {10, 3, [](Random& r) {
                      const auto own = r() % 3;
                      Row row(10);
                      for (std::size_t j = 0; j < 10; ++j)
                        row[j] = answer(normal(r) + (j % 3 == own ? 1.2 : -0.6), {-1.2, -0.4, 0.4, 1.2});
                      return row;
                    }};
  return all;
}

/// Columns of deviation 1.
void standardise(std::vector<Row>& rows) {
  for (std::size_t j = 0; j < rows.front().size(); ++j) {
    double mean = 0;
    double square = 0;
    for (const auto& row : rows) mean += row[j] / static_cast<double>(rows.size());
    for (const auto& row : rows)
      square += (row[j] - mean) * (row[j] - mean) / static_cast<double>(rows.size());
    for (auto& row : rows) row[j] = (row[j] - mean) / std::sqrt(square);
  }
}

void judge_table(const Communicator& world, const std::string& name, const Kind& kind, std::uint64_t number,
                 std::int64_t customers, std::int64_t pairs) {
  Random random(number * 7919 + std::hash<std::string>()(name) % 1000);
  std::vector<Row> rows;
  for (std::int64_t i = 0; i < customers; ++i) rows.push_back(kind.draw(random));
  standardise(rows);
  const auto begin = customers * world.rank() / world.size();
  const auto end = customers * (world.rank() + 1) / world.size();
  psychograph::core::FeatureMatrix matrix(static_cast<std::size_t>(end - begin), kind.p);
  for (auto i = begin; i < end; ++i) {
    for (std::size_t j = 0; j < kind.p; ++j)
      matrix.at(static_cast<std::size_t>(i - begin), j) =
          static_cast<float>(rows[static_cast<std::size_t>(i)][j]);
  }
  const auto data = psychograph::kernel::describe_data(world, matrix, {}, {begin, end});
  psychograph::spec::Cluster options;
  options.restarts = 4;
  options.seed = number;
  psychograph::evaluate::Examination examination(
      world, data, {.customers = customers, .pairs = pairs, .references = 0, .seed = number});
  std::vector<psychograph::evaluate::Judgement> judgements;
  for (options.k = 2; options.k <= 6; ++options.k) judgements.push_back(examination.look(options));
  psychograph::evaluate::judge(judgements);
  if (world.rank() != 0) return;
  std::string line = fmt::format("{},{},{}", name, number, kind.segments);
  for (const auto& judgement : judgements) {
    line += fmt::format(",{},{:.3f},{}", to_string(judgement.verdict), judgement.stability.mean,
                        judgement.separated() ? 1 : 0);
  }
  std::cout << line << ',' << psychograph::evaluate::recommended(judgements).value_or(0) << std::endl;
}

}  // namespace

int main(int count, char** words) {
  const boost::mpi::environment environment;
  const Communicator world;
  const std::string wanted = count > 1 ? words[1] : "all";
  const int tables = count > 2 ? std::atoi(words[2]) : 3;
  const std::int64_t customers = count > 3 ? std::atoll(words[3]) : 20'000;
  const std::int64_t pairs = count > 4 ? std::atoll(words[4]) : 10;
  for (const auto& [name, kind] : kinds()) {
    if (wanted != "all" && ("," + wanted + ",").find("," + name + ",") == std::string::npos) continue;
    for (int number = 1; number <= tables; ++number)
      judge_table(world, name, kind, static_cast<std::uint64_t>(number), customers, pairs);
  }
}

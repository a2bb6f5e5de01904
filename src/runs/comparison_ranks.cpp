#include "runs/comparison_ranks.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/figure.hpp"
#include "stats/signed_rank.hpp"
#include "stats/significance.hpp"

namespace psychograph::runs {
namespace {

/// Of each algorithm by its name and row option: the figure in each block.
using Figures = std::map<std::string, std::map<std::string, double>>;

std::string contender(const PlannedRun& run, bool rows_differ) {
  return rows_differ ? fmt::format("{}, rows {}", run.algorithm, run.row) : run.algorithm;
}

double figure_of(const DoneRun& done, const std::string& measure_name) {
  if (!done.record.judgement.error.empty()) return core::not_a_number;
  if (measure_name != "stability") return measure(done.record, measure_name.c_str());
  const auto& stability = done.record.judgement.stability;
  return stability.agreement.empty() ? core::not_a_number : stability.mean;
}

/// The mean over seeds; a block in which one of them has none is left out of that algorithm's.
Figures figures_of(const std::vector<DoneRun>& runs, const std::string& measure_name, std::int64_t k) {
  std::set<std::string> rows;
  for (const auto& one : runs) rows.insert(one.run.row);
  std::map<std::string, std::map<std::string, std::vector<double>>> by_seed;
  for (const auto& one : runs) {
    if (one.run.options.k == k)
      by_seed[contender(one.run, rows.size() > 1)][one.run.block].push_back(figure_of(one, measure_name));
  }
  Figures figures;
  for (const auto& [name, blocks] : by_seed) {
    for (const auto& [block, values] : blocks) {
      const double mean =
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
      if (std::isfinite(mean)) figures[name][block] = mean;
    }
  }
  return figures;
}

/// Those that every algorithm has a figure in.
std::vector<std::string> shared_blocks(const Figures& figures) {
  std::map<std::string, std::size_t> count;
  for (const auto& [name, blocks] : figures) {
    for (const auto& [block, figure] : blocks) ++count[block];
  }
  std::vector<std::string> shared;
  for (const auto& [block, times] : count) {
    if (times == figures.size()) shared.push_back(block);
  }
  return shared;
}

struct RankRow {
  std::string measure;
  std::int64_t k;
  std::string algorithm;
  double mean_rank;
  double mean;
  std::int64_t blocks;
};

struct TestRow {
  std::string measure;
  std::int64_t k;
  std::string algorithm, other;
  double median_difference;
  std::int64_t blocks;
  double p;
  double p_holm;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void rank(const Figures& figures, const std::vector<std::string>& blocks, const RankRow& of,
          std::vector<RankRow>& rows) {
  std::vector<double> sums(figures.size(), 0.0);
  for (const auto& block : blocks) {
    std::vector<double> lower_is_better;
    for (const auto& [name, own] : figures) lower_is_better.push_back(-own.at(block));
    const auto found = stats::ranks(lower_is_better);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += found[i];
  }
  std::size_t i = 0;
  for (const auto& [name, own] : figures) {
    auto row = of;
    row.algorithm = name;
    row.mean_rank = sums[i++] / static_cast<double>(blocks.size());
    row.mean = 0;
    for (const auto& block : blocks) row.mean += own.at(block) / static_cast<double>(blocks.size());
    rows.push_back(std::move(row));
  }
}

void test(const Figures& figures, const std::vector<std::string>& blocks, const RankRow& of,
          std::vector<TestRow>& rows) {
  const auto first = rows.size();
  std::vector<double> chances;
  for (auto one = figures.begin(); one != figures.end(); ++one) {
    for (auto other = std::next(one); other != figures.end(); ++other) {
      std::vector<double> differences;
      for (const auto& block : blocks) differences.push_back(one->second.at(block) - other->second.at(block));
      chances.push_back(stats::signed_rank_p(differences));
      rows.push_back(
          {of.measure, of.k, one->first, other->first, median(differences), of.blocks, chances.back(), 1});
    }
  }
  const auto corrected = stats::holm(chances);
  for (std::size_t i = 0; i < corrected.size(); ++i) rows[first + i].p_holm = corrected[i];
}

}  // namespace

std::vector<NamedTable> rank_tables(const std::vector<DoneRun>& runs) {
  std::set<std::int64_t> ks;
  for (const auto& one : runs) ks.insert(one.run.options.k);
  std::vector<RankRow> ranked;
  std::vector<TestRow> tested;
  for (const auto* measure_name : {"stability", "simplified_silhouette", "explained"}) {
    for (const auto k : ks) {
      const auto figures = figures_of(runs, measure_name, k);
      const auto blocks = shared_blocks(figures);
      if (figures.size() < 2 || blocks.size() < least_blocks) continue;
      const RankRow of{measure_name, k, {}, 0, 0, static_cast<std::int64_t>(blocks.size())};
      rank(figures, blocks, of, ranked);
      test(figures, blocks, of, tested);
    }
  }
  if (ranked.empty()) return {};
  return {{"ranks", results::TableOf(std::move(ranked))
                        .add("measure", [](const auto& row) { return row.measure; })
                        .add("k", [](const auto& row) { return row.k; })
                        .add("algorithm", [](const auto& row) { return row.algorithm; })
                        .add("blocks", [](const auto& row) { return row.blocks; })
                        .add("mean_rank", [](const auto& row) { return row.mean_rank; })
                        .add("mean", [](const auto& row) { return row.mean; })
                        .table()},
          {"rank_tests", results::TableOf(std::move(tested))
                             .add("measure", [](const auto& row) { return row.measure; })
                             .add("k", [](const auto& row) { return row.k; })
                             .add("algorithm", [](const auto& row) { return row.algorithm; })
                             .add("other", [](const auto& row) { return row.other; })
                             .add("blocks", [](const auto& row) { return row.blocks; })
                             .add("median_difference", [](const auto& row) { return row.median_difference; })
                             .add("p", [](const auto& row) { return row.p; })
                             .add("p_holm", [](const auto& row) { return row.p_holm; })
                             .table()}};
}

}  // namespace psychograph::runs

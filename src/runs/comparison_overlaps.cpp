#include "runs/comparison_overlaps.hpp"

#include "comm/run_on_all_ranks.hpp"
#include "evaluate/measures.hpp"
#include "evaluate/overlap.hpp"

namespace psychograph::runs {
namespace {

/// Customers by two runs; those who were looked at in both. Collective.
evaluate::Overlap overlap_of(const comm::Communicator& world, const std::vector<std::uint32_t>& rows,
                             const std::vector<std::int16_t>& one, std::int64_t k_one,
                             const std::vector<std::uint32_t>& other_rows,
                             const std::vector<std::int16_t>& other, std::int64_t k_other) {
  std::vector<std::int32_t> places;
  std::vector<std::int32_t> other_places;
  std::size_t j = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    while (j < other_rows.size() && other_rows[j] < rows[i]) ++j;
    if (j == other_rows.size() || other_rows[j] != rows[i]) continue;
    places.push_back(one[i]);
    other_places.push_back(other[j]);
  }
  return evaluate::overlap(world, places, static_cast<std::size_t>(k_one), other_places,
                           static_cast<std::size_t>(k_other));
}

evaluate::Overlap overlap_of_runs(const comm::Communicator& world, const Found& found, std::size_t one,
                                  std::size_t other) {
  const auto& [a, at_a] = found.where[one];
  const auto& [b, at_b] = found.where[other];
  return overlap_of(world, found.places[a].rows, found.places[a].of_run[at_a],
                    found.compared.runs[one].run.options.k, found.places[b].rows,
                    found.places[b].of_run[at_b], found.compared.runs[other].run.options.k);
}

}  // namespace

void relate(const comm::Communicator& world, Found& found) {
  auto& [runs, pairs, origins] = found.compared;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (auto j = i + 1; j < runs.size(); ++j) {
      const bool next = j == i + 1 && runs[i].series == runs[j].series;
      const bool alike = runs[i].run.options.k == runs[j].run.options.k;
      if (!(next || alike) || !runs[i].record.judgement.error.empty() ||
          !runs[j].record.judgement.error.empty())
        continue;
      auto overlap = overlap_of_runs(world, found, i, j);
      if (next) {
        origins.push_back({i, j, std::move(overlap)});
      } else {
        pairs.push_back({i, j, evaluate::agreement(overlap.counts, overlap.rows)});
      }
    }
    comm::heed_stop_requests(world);
  }
}

}  // namespace psychograph::runs

#include "quarters/comparison.hpp"

#include <algorithm>
#include <limits>

#include "core/figure.hpp"
#include "quarters/carry_over.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::quarters {
namespace {

std::vector<SegmentDrift> find_segment_drift(const Comparison& comparison, const results::Result& result) {
  const auto& previous = comparison.previous.model;
  const auto now = carry_over(result.model.centres(), result.model.schema, previous.schema);
  const auto shares = result.segments.shares();
  std::vector<SegmentDrift> drifts;
  for (std::size_t b = 0; b < comparison.matching.ancestor.size(); ++b) {
    if (comparison.matching.ancestor[b] < 0) continue;
    const auto a = static_cast<std::size_t>(comparison.matching.ancestor[b]);
    const auto shared = comparison.migration.at(a, b);
    drifts.push_back({result.model.ids[b], result.model.names[b], a, b, comparison.previous.sizes[a],
                      result.segments.size[b], comparison.previous.shares[a], shares[b], shared,
                      core::share(shared, comparison.migration.staying(a)),
                      core::share(shared, comparison.migration.known(b)),
                      find_shift(previous.centres(), a, previous.schema, now, b)});
  }
  return drifts;
}

/// Rows whose shared customers are few, or all but few of a segment, tell nothing of them.
void withhold(Comparison& comparison, std::int64_t min_cell) {
  constexpr double none = core::not_a_number;
  const auto is_small = [&](std::int64_t count) { return count > 0 && count < min_cell; };
  for (auto& row : comparison.segments) {
    const auto& migration = comparison.migration;
    const auto others = {row.size_before, row.size_now, migration.staying(row.before),
                         migration.known(row.now)};
    if (!is_small(row.shared) && std::none_of(others.begin(), others.end(),
                                              [&](std::int64_t of) { return is_small(of - row.shared); }))
      continue;
    row.shared = results::no_count;
    row.share_of_old = row.share_of_new = none;
  }
  for (auto& event : comparison.events) {
    if (!is_small(event.customers)) continue;
    event.customers = results::no_count;
    event.share_of_old = event.share_of_new = none;
  }
}

}  // namespace

double Comparison::kept_share() const {
  std::int64_t kept = 0;
  for (const auto& segment : segments)
    kept += segment.shared != results::no_count ? segment.shared : migration.at(segment.before, segment.now);
  return core::share(kept, migration.shared());
}

void complete(Comparison& comparison, const results::Result& result,
              std::span<const features::BinCounts> bins) {
  comparison.new_ids = result.model.ids;
  comparison.events = find_events(comparison.migration, comparison.matching);
  comparison.segments = find_segment_drift(comparison, result);
  comparison.features = find_feature_drift(comparison.previous.model.schema, result.model.schema, bins);
  comparison.verdict = judge(comparison);
  withhold(comparison, result.min_cell);
}

}  // namespace psychograph::quarters

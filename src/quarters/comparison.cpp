#include "quarters/comparison.hpp"

#include <limits>

#include "quarters/carry_over.hpp"

namespace psychograph::quarters {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

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
                      share(shared, comparison.migration.staying(a)),
                      share(shared, comparison.migration.known(b)),
                      find_shift(previous.centres(), a, previous.schema, now, b)});
  }
  return drifts;
}

}  // namespace

double Comparison::kept_share() const {
  std::int64_t kept = 0;
  for (const auto& segment : segments) kept += segment.shared;
  return share(kept, migration.shared());
}

void complete(Comparison& comparison, const results::Result& result,
              std::span<const features::BinCounts> bins) {
  comparison.new_ids = result.model.ids;
  comparison.events = find_events(comparison.migration, comparison.matching);
  comparison.segments = find_segment_drift(comparison, result);
  comparison.features = find_feature_drift(comparison.previous.model.schema, result.model.schema, bins);
  comparison.verdict = judge(comparison);
}

}  // namespace psychograph::quarters

#include "quarters/verdict.hpp"

#include <cmath>

#include <fmt/format.h>

#include "quarters/comparison.hpp"

namespace psychograph::quarters {
namespace {

class Judge {
 public:
  /// NaN (no such figure) is no reason.
  void weigh(const Limit& limit, double figure, const std::string& whose) {
    const auto size = std::abs(figure);
    if (size >= limit.investigate) {
      grave_.push_back(fmt::format("{} {:.4g} (investigate from {})", whose, figure, limit.investigate));
    } else if (size >= limit.refresh) {
      light_.push_back(fmt::format("{} {:.4g} (refresh from {})", whose, figure, limit.refresh));
    }
  }
  void investigate(const std::string& reason) { grave_.push_back(reason); }

  [[nodiscard]] Verdict verdict() const {
    Verdict result{!grave_.empty()   ? Advice::investigate
                   : !light_.empty() ? Advice::refresh
                                     : Advice::keep,
                   grave_};
    result.reasons.insert(result.reasons.end(), light_.begin(), light_.end());
    return result;
  }

 private:
  std::vector<std::string> grave_;
  std::vector<std::string> light_;
};

std::string describe(const Comparison& comparison, const Event& event) {
  const auto old_id =
      event.old_segment < 0 ? -1 : comparison.old.ids[static_cast<std::size_t>(event.old_segment)];
  const auto new_id =
      event.new_segment < 0 ? -1 : comparison.new_ids[static_cast<std::size_t>(event.new_segment)];
  switch (event.change) {
    case Change::birth:
      return fmt::format("segment {} is new", new_id);
    case Change::death:
      return fmt::format("segment {} is gone", old_id);
    case Change::split:
      return fmt::format("segment {} has split off segment {}, with {:.0f}% of its staying customers", new_id,
                         old_id, 100 * event.share_of_old);
    case Change::merge:
      return fmt::format("segment {} has merged into segment {}: {:.0f}% of its staying customers are there",
                         old_id, new_id, 100 * event.share_of_old);
  }
  return {};
}

}  // namespace

const char* to_string(Advice advice) {
  switch (advice) {
    case Advice::keep:
      return "keep the model";
    case Advice::refresh:
      return "refresh the model";
    case Advice::investigate:
      return "investigate";
  }
  return "";
}

Verdict judge(const Comparison& comparison) {
  Judge judge;
  for (const auto& event : comparison.events) judge.investigate(describe(comparison, event));
  for (const auto& feature : comparison.features) {
    judge.weigh(stability_limit, feature.stability,
                fmt::format("feature \"{}\": stability index", feature.name));
    judge.weigh(mean_shift_limit, feature.mean_shift,
                fmt::format("feature \"{}\": its mean has moved by deviations:", feature.name));
  }
  for (const auto& segment : comparison.segments) {
    judge.weigh(share_limit, segment.share_now - segment.share_before,
                fmt::format("segment {}: its share of all has changed by", segment.id));
    if (!std::isfinite(segment.shift.per_column))
      judge.investigate(fmt::format("segment {}: how far its centroid has moved can't be told", segment.id));
    judge.weigh(
        centroid_limit, segment.shift.per_column,
        fmt::format("segment {}: its centroid has moved (mostly {}) by", segment.id, segment.shift.column));
  }
  judge.weigh(switched_limit, 1 - comparison.kept_share(), "staying customers: share in another segment");
  return judge.verdict();
}

}  // namespace psychograph::quarters

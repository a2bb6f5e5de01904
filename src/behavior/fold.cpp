#include "behavior/fold.hpp"

#include <algorithm>
#include <utility>

#include "behavior/period.hpp"
#include "core/time.hpp"

namespace psychograph::behavior {
namespace {

void count_basket(const Event& event, const Folding& folding, std::span<std::int64_t> out) {
  const auto day = day_of(event.time);
  ++out[figure::baskets];
  ++out[day < folding.split ? figure::early_baskets : figure::late_baskets];
  ++out[folding.daypart_at(daypart_of(folding.daypart_hours, hour_of(event.time)))];
  ++out[folding.weekday_at(static_cast<std::size_t>(core::weekday_of(day)))];
  if (event.channel == no_level) return;
  ++out[figure::with_channel];
  ++out[folding.channel_at(static_cast<std::size_t>(event.channel))];
}

}  // namespace

std::size_t daypart_of(std::span<const std::int64_t> hours, int hour) {
  const auto next = std::upper_bound(hours.begin(), hours.end(), std::int64_t{hour});
  return static_cast<std::size_t>((next == hours.begin() ? hours.end() : next) - hours.begin()) - 1;
}

/// A basket is where and when its first line is.
void Folder::count_baskets(std::span<const Event> events, const Folding& folding,
                           std::span<std::int64_t> out) {
  baskets_.clear();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!folding.with_baskets || events[i].basket == no_basket) {
      count_basket(events[i], folding, out);
    } else {
      baskets_.emplace_back(events[i].basket, static_cast<std::uint32_t>(i));
    }
  }
  std::sort(baskets_.begin(), baskets_.end());
  for (std::size_t i = 0; i < baskets_.size(); ++i) {
    if (i == 0 || baskets_[i].first != baskets_[i - 1].first)
      count_basket(events[baskets_[i].second], folding, out);
  }
}

void Folder::count_categories(std::span<const Event> events, const Folding& folding,
                              std::span<std::int64_t> out) {
  categories_.clear();
  for (const auto& event : events) {
    if (event.category == no_level) continue;
    categories_.push_back(event.category);
    const auto place = folding.category_places[static_cast<std::size_t>(event.category)];
    if (place != no_level) ++out[folding.category_at(static_cast<std::size_t>(place))];
  }
  std::sort(categories_.begin(), categories_.end());
  out[figure::with_category] = static_cast<std::int64_t>(categories_.size());
  out[figure::top_category] = no_level;
  std::ptrdiff_t most = 0;
  for (auto begin = categories_.begin(); begin != categories_.end();) {
    const auto end = std::upper_bound(begin, categories_.end(), *begin);
    ++out[figure::breadth];
    if (end - begin > most) {
      most = end - begin;
      out[figure::top_category] = *begin;
    }
    begin = end;
  }
}

void Folder::fold(std::span<const Event> events, const Folding& folding, std::span<std::int64_t> out) {
  std::fill(out.begin(), out.end(), 0);
  out[figure::ever_first_day] = out[figure::ever_last_day] = no_day;
  out[figure::first_day] = out[figure::last_day] = no_day;
  out[figure::top_category] = no_level;
  const auto day_before = [](std::int64_t day) {
    return [day](const Event& event) { return day_of(event.time) < day; };
  };
  const auto end = std::partition_point(events.begin(), events.end(), day_before(folding.as_of));
  if (end == events.begin()) return;
  out[figure::ever_first_day] = day_of(events.front().time);
  out[figure::ever_last_day] = day_of(std::prev(end)->time);
  const auto begin = folding.from == no_day
                         ? events.begin()
                         : std::partition_point(events.begin(), end, day_before(folding.from));
  if (begin == end) return;
  const auto window = std::span<const Event>(begin, end);
  out[figure::first_day] = day_of(window.front().time);
  out[figure::last_day] = day_of(window.back().time);
  out[figure::lines] = static_cast<std::int64_t>(window.size());
  for (const auto& event : window) {
    out[figure::value] += event.value;
    out[figure::quantity] += event.quantity;
    out[figure::on_promotion] += event.promotion;
    out[day_of(event.time) < folding.split ? figure::early_value : figure::late_value] += event.value;
  }
  count_baskets(window, folding, out);
  count_categories(window, folding, out);
}

}  // namespace psychograph::behavior

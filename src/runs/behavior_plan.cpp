#include "runs/behavior_plan.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "behavior/growth.hpp"
#include "behavior/period.hpp"
#include "core/error.hpp"

namespace psychograph::runs {
namespace {

std::vector<std::string> in_order(const std::vector<std::string>& names,
                                  const std::vector<std::int32_t>& order) {
  std::vector<std::string> sorted(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) sorted[static_cast<std::size_t>(order[i])] = names[i];
  return sorted;
}

/// The window, and where its later part begins.
behavior::Folding window_of(const spec::Behavior& behavior, const behavior::Dealt& dealt) {
  behavior::Folding folding;
  const auto first = behavior::day_of(dealt.first_time);
  folding.as_of = behavior.as_of.value_or(behavior::day_of(dealt.last_time) + 1);
  if (behavior.from) folding.from = *behavior.from;
  if (behavior.window) folding.from = folding.as_of - *behavior.window;
  const auto begin = folding.from == behavior::no_day ? first : folding.from;
  if (begin >= folding.as_of)
    throw core::data_error(fmt::format("no events before the as-of date {}: the first is of {}",
                                       behavior::day_text(folding.as_of), behavior::day_text(begin)));
  folding.split = behavior.split.value_or(begin + (folding.as_of - begin) / 2);
  if (folding.split <= begin || folding.split >= folding.as_of) {
    if (behavior.split)
      throw core::usage_error(fmt::format("behavior.split: {} is not within the window, {} to {}",
                                          behavior::day_text(folding.split), behavior::day_text(begin),
                                          behavior::day_text(folding.as_of - 1)));
  }
  for (const auto& part : behavior.dayparts) folding.daypart_hours.push_back(part.hour);
  return folding;
}

/// Those of most lines, of equal ones the first by name.
std::vector<std::size_t> largest(const std::vector<std::int64_t>& lines, std::int64_t most) {
  std::vector<std::size_t> places(lines.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t one, std::size_t other) { return lines[one] > lines[other]; });
  places.resize(std::min(places.size(), static_cast<std::size_t>(most)));
  std::sort(places.begin(), places.end());
  return places;
}

void plan_levels(const spec::EventBlock& block, const behavior::EventLevels& levels,
                 const std::vector<std::int64_t>& category_lines, behavior::Folding& folding,
                 BehaviorPlan& plan) {
  const auto channel_order = levels.channels.in_order();
  const auto category_order = levels.categories.in_order();
  plan.channels.push_back(in_order(levels.channels.names(), channel_order));
  const auto& categories = plan.categories.emplace_back(in_order(levels.categories.names(), category_order));
  std::vector<std::int64_t> lines(categories.size());
  for (std::size_t i = 0; i < lines.size(); ++i)
    lines[static_cast<std::size_t>(category_order[i])] = category_lines[i];
  folding.channels = plan.channels.back().size();
  folding.category_places.assign(categories.size(), behavior::no_level);
  auto& shared = plan.shared.emplace_back();
  for (const auto place : largest(lines, block.categories)) {
    folding.category_places[place] = static_cast<std::int32_t>(shared.size());
    shared.push_back(categories[place]);
  }
  folding.categories = shared.size();
  plan.figures.orders.channels.push_back(channel_order);
  plan.figures.orders.categories.push_back(category_order);
}

behavior::GrowthPlan plan_growth(const spec::Events& spec, const behavior::Dealt& dealt,
                                 const behavior::Folding& folding, std::size_t groups) {
  const auto& retention = *spec.retention;
  behavior::GrowthPlan growth;
  const auto is_it = [&](const spec::EventBlock& block) { return block.name == retention.events; };
  if (!retention.events.empty())
    growth.block = static_cast<std::size_t>(std::find_if(spec.blocks.begin(), spec.blocks.end(), is_it) -
                                            spec.blocks.begin());
  growth.period = retention.period;
  const auto begin = std::max(folding.from, behavior::day_of(dealt.first_time));
  growth.first = behavior::period_of(growth.period, begin);
  growth.periods =
      static_cast<std::size_t>(behavior::period_of(growth.period, folding.as_of - 1) - growth.first + 1);
  growth.groups = groups;
  constexpr double most_bytes = 512e6;
  if (behavior::Growth::bytes(groups + 2, growth.periods) > most_bytes)
    throw core::data_error(
        fmt::format("retention of {} periods in {} groups is too much: take a longer "
                    "period, a shorter window, or fewer groups",
                    growth.periods, groups));
  return growth;
}

}  // namespace

BehaviorPlan plan_behavior(const spec::Events& spec, const behavior::Dealt& dealt,
                           const std::vector<behavior::EventLevels>& levels, const behavior::Levels& groups) {
  BehaviorPlan plan;
  const auto window = window_of(spec.behavior, dealt);
  plan.figures.begins.push_back(0);
  for (std::size_t b = 0; b < spec.blocks.size(); ++b) {
    auto folding = window;
    folding.with_baskets = !spec.blocks[b].basket.empty();
    plan_levels(spec.blocks[b], levels[b], dealt.category_lines[b], folding, plan);
    plan.figures.begins.push_back(plan.figures.begins.back() + folding.size());
    plan.figures.foldings.push_back(std::move(folding));
    plan.figures.drop_repeated.push_back(spec.blocks[b].repeated == spec::Repeated::drop);
  }
  plan.figures.orders.groups = groups.in_order();
  plan.groups = in_order(groups.names(), plan.figures.orders.groups);
  if (spec.retention) plan.figures.growth = plan_growth(spec, dealt, window, plan.groups.size());
  return plan;
}

}  // namespace psychograph::runs

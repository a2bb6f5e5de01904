#include "behavior/growth.hpp"

#include <algorithm>

#include "behavior/period.hpp"
#include "comm/all_reduce.hpp"

namespace psychograph::behavior {

Growth::Growth(std::size_t groups, std::size_t periods)
    : groups_(groups), periods_(periods), figures_(groups * periods), cohorts_(groups * periods * periods) {}

double Growth::bytes(std::size_t groups, std::size_t periods) {
  const auto cells = static_cast<double>(groups) * static_cast<double>(periods);
  return cells * sizeof(PeriodFigures) + cells * static_cast<double>(periods) * sizeof(CohortFigures);
}

void Growth::add(std::size_t group, std::span<const PeriodSum> sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto& now = sums[i];
    const auto period = static_cast<std::size_t>(now.period);
    auto& figures = figures_[group * periods_ + period];
    ++figures.active;
    figures.baskets += now.baskets;
    figures.value += now.value;
    const bool retained = i > 0 && sums[i - 1].period + 1 == now.period;
    if (i == 0) {
      ++figures.fresh;
      figures.value_fresh += now.value;
    } else if (retained) {
      ++figures.retained;
      const auto more = now.value - sums[i - 1].value;
      (more > 0 ? figures.expansion : figures.contraction) += more > 0 ? more : -more;
    } else {
      ++figures.reactivated;
      figures.value_reactivated += now.value;
    }
    const bool goes_on = i + 1 < sums.size() && sums[i + 1].period == now.period + 1;
    if (!goes_on && period + 1 < periods_) {
      auto& next = figures_[group * periods_ + period + 1];
      ++next.lapsed;
      next.value_lapsed += now.value;
    }
    const auto first = static_cast<std::size_t>(sums.front().period);
    auto& cohort = cohorts_[(group * periods_ + first) * periods_ + (period - first)];
    ++cohort.active;
    cohort.baskets += now.baskets;
    cohort.value += now.value;
  }
}

void Growth::sum_over_ranks(const comm::Communicator& world) {
  static_assert(sizeof(PeriodFigures) == 12 * sizeof(std::int64_t));
  static_assert(sizeof(CohortFigures) == 3 * sizeof(std::int64_t));
  comm::sum_over_ranks(world, {&figures_.data()->active, figures_.size() * 12});
  comm::sum_over_ranks(world, {&cohorts_.data()->active, cohorts_.size() * 3});
}

void sum_by_period(std::span<const Event> events, spec::Period period, std::int64_t first, bool with_baskets,
                   std::vector<PeriodSum>& sums) {
  sums.clear();
  std::vector<std::uint64_t> baskets;
  const auto end_period = [&] {
    std::sort(baskets.begin(), baskets.end());
    const auto different = std::unique(baskets.begin(), baskets.end()) - baskets.begin();
    if (!sums.empty()) sums.back().baskets += different;
    baskets.clear();
  };
  for (const auto& event : events) {
    const auto number = period_of(period, day_of(event.time)) - first;
    if (sums.empty() || sums.back().period != number) {
      end_period();
      sums.push_back({number, 0, 0});
    }
    sums.back().value += event.value;
    if (with_baskets && event.basket != no_basket) {
      baskets.push_back(event.basket);
    } else {
      ++sums.back().baskets;
    }
  }
  end_period();
}

}  // namespace psychograph::behavior

#include "behavior/figures.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"

namespace psychograph::behavior {
namespace {

/// A slice's customers to rows for each rank.
class SliceFolder {
 public:
  SliceFolder(const comm::Communicator& world, const FigurePlan& plan, const RowPlan& rows, Figures& figures)
      : plan_(plan),
        rows_(rows),
        figures_(figures),
        row_(row_bytes(plan, rows)),
        outgoing_(static_cast<std::size_t>(world.size())) {}

  /// Folds customers from `customer` on, until there is enough to be sent; returns the next one.
  std::size_t fold(SliceCustomers& customers, std::size_t customer) {
    constexpr std::size_t enough = std::size_t{16} << 20U;
    for (auto& part : outgoing_) part.clear();
    for (std::size_t bytes = 0; customer < customers.size() && bytes < enough; ++customer) {
      if (!fold_one(customers, customer)) continue;
      auto& part = outgoing_[rows_.of(row_.data()).rank];
      part.insert(part.end(), row_.begin(), row_.end());
      bytes += row_.size();
    }
    return customer;
  }

  [[nodiscard]] std::vector<std::span<const std::byte>> outgoing() const {
    return {outgoing_.begin(), outgoing_.end()};
  }

 private:
  /// False where the customer has no row.
  bool fold_one(SliceCustomers& customers, std::size_t c) {
    const auto all = customers.events(c);
    figures_.tally.early += static_cast<std::int64_t>(count_early(all));
    const bool known = !rows_.by_table() || customers.row(c) >= 0;
    if (!known) {
      figures_.tally.unknown_customers += all.empty() ? 0 : 1;
      figures_.tally.unknown_events += static_cast<std::int64_t>(all.size());
    } else if (rows_.by_table()) {
      rows_.write_head(customers.row(c), row_.data());
    } else if (all.empty()) {
      return false;  // of a group, and no more
    } else {
      static const std::string none;
      rows_.write_head(customers.key(c), rows_.of_texts() ? customers.name(c) : none, row_.data());
    }
    auto begin = all.begin();
    for (std::size_t b = 0; b < plan_.foldings.size(); ++b) {
      const auto end = std::find_if(begin, all.end(), [&](const Event& event) { return event.block != b; });
      const auto events = without_repeated(b, {begin, end});
      if (plan_.growth && plan_.growth->block == b) grow(events, customers.group(c));
      if (known) fold_block(b, events);
      begin = end;
    }
    figures_.tally.customers += known ? 1 : 0;
    figures_.tally.without_events += known && all.empty() ? 1 : 0;
    return known;
  }

  [[nodiscard]] std::size_t count_early(std::span<const Event> events) const {
    std::size_t count = 0;
    for (const auto& event : events) count += is_early(event) ? 1 : 0;
    return count;
  }
  [[nodiscard]] bool is_early(const Event& event) const {
    const auto from = plan_.foldings[event.block].from;
    return from != no_day && event.time < from * microseconds_in_day;
  }

  std::span<Event> without_repeated(std::size_t block, std::span<Event> events) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool repeats = i > 0 && events[i].in_order() == events[kept - 1].in_order();
      figures_.tally.repeated += repeats ? 1 : 0;
      if (!repeats || !plan_.drop_repeated[block]) events[kept++] = events[i];
    }
    return events.first(kept);
  }

  void grow(std::span<const Event> events, std::int32_t group) {
    while (!events.empty() && is_early(events.front())) events = events.subspan(1);
    if (events.empty()) return;
    const auto& growth = *plan_.growth;
    sum_by_period(events, growth.period, growth.first, plan_.foldings[growth.block].with_baskets, sums_);
    figures_.growth->add(0, sums_);
    if (growth.groups > 0) figures_.growth->add(static_cast<std::size_t>(group) + 1, sums_);
  }

  void fold_block(std::size_t b, std::span<const Event> events) {
    const auto& folding = plan_.foldings[b];
    words_.resize(folding.size());
    folder_.fold(events, folding, words_);
    std::memcpy(row_.data() + rows_.head_bytes() + plan_.begins[b] * sizeof(std::int64_t), words_.data(),
                words_.size() * sizeof(std::int64_t));
    if (words_[figure::ever_last_day] == no_day) return;
    auto& rfm = figures_.rfm[b];
    rfm[0].push_back(folding.as_of - words_[figure::ever_last_day]);
    rfm[1].push_back(words_[figure::baskets]);
    rfm[2].push_back(words_[figure::value]);
  }

  static constexpr std::int64_t microseconds_in_day = std::int64_t{24} * 3600 * 1'000'000;
  const FigurePlan& plan_;
  const RowPlan& rows_;
  Figures& figures_;
  std::vector<std::byte> row_;
  std::vector<std::vector<std::byte>> outgoing_;
  std::vector<std::int64_t> words_;
  std::vector<PeriodSum> sums_;
  Folder folder_;
};

void sum_over_ranks(const comm::Communicator& world, FoldTally& tally) {
  for (auto* count : {&tally.early, &tally.repeated, &tally.customers, &tally.without_events,
                      &tally.unknown_customers, &tally.unknown_events})
    *count = comm::sum_over_ranks(world, *count);
}

RepeatedRows first_over_ranks(const comm::Communicator& world, const RepeatedRows& mine) {
  RepeatedRows all;
  all.first = comm::min_over_ranks(world, mine.first);
  all.second = comm::min_over_ranks(world, mine.first == all.first ? mine.second : INT64_MAX);
  return all;
}

}  // namespace

std::size_t row_bytes(const FigurePlan& plan, const RowPlan& rows) {
  return rows.head_bytes() + plan.begins.back() * sizeof(std::int64_t);
}

Figures fold_all(const comm::Communicator& world, Dealt& dealt, const FigurePlan& plan, const RowPlan& rows,
                 const std::string& folder, const std::function<void(double)>& progress) {
  Figures figures{
      io::Spill(folder, rows.windows()), std::vector<RfmValues>(plan.foldings.size()), {}, {}, {}};
  if (plan.growth)
    figures.growth.emplace(plan.growth->groups + (plan.growth->groups > 0 ? 2 : 1), plan.growth->periods);
  SliceFolder folder_of_slices(world, plan, rows, figures);
  SliceCustomers customers(plan.orders, rows.of_texts());
  const auto bytes = row_bytes(plan, rows);
  for (std::size_t slice = 0; slice < dealt.places.slices(); ++slice) {
    comm::run_on_all_ranks(world, [&] { customers.take(dealt, slice); });
    std::size_t next = 0;
    do {
      next = comm::run_on_all_ranks(world, [&] { return folder_of_slices.fold(customers, next); });
      const auto received = comm::exchange(world, folder_of_slices.outgoing());
      comm::run_on_all_ranks(world, [&] {
        for (std::size_t at = 0; at < received.values.size(); at += bytes) {
          const auto* row = received.values.data() + at;
          figures.rows.append(rows.of(row).window, row, bytes);
        }
      });
    } while (comm::max_over_ranks(world, std::int64_t{next < customers.size()}) != 0);
    progress(static_cast<double>(slice + 1) / static_cast<double>(dealt.places.slices()));
  }
  sum_over_ranks(world, figures.tally);
  figures.repeated = first_over_ranks(world, customers.repeated());
  if (figures.growth) figures.growth->sum_over_ranks(world);
  return figures;
}

}  // namespace psychograph::behavior

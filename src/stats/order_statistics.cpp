#include "stats/order_statistics.hpp"

#include <algorithm>
#include <utility>

namespace psychograph::stats {
namespace {

constexpr std::size_t cells_at_once = 2048;

}  // namespace

OrderStatistics::OrderStatistics(double lowest, double highest, const std::vector<std::int64_t>& places,
                                 core::RowMemory where)
    : buckets_(Buckets::over(lowest, highest)),
      found_(cells_at_once),
      histogram_(2 * std::size_t{Buckets::count}, 0),
      places_(places),
      groups_(std::move(where)) {}

void OrderStatistics::count(std::span<const double> values) {
  auto* const other = histogram_.data() + Buckets::count;
  for (std::size_t begin = 0; begin < values.size(); begin += cells_at_once) {
    const auto part = values.subspan(begin, std::min(cells_at_once, values.size() - begin));
    find_buckets(part, buckets_, found_.data());
    std::size_t i = 0;
    for (; i + 2 <= part.size(); i += 2) {
      ++histogram_[found_[i]];
      ++other[found_[i + 1]];
    }
    if (i < part.size()) ++histogram_[found_[i]];
  }
}

std::span<std::int64_t> OrderStatistics::counts() {
  for (std::size_t b = 0; b < Buckets::count; ++b) histogram_[b] += histogram_[Buckets::count + b];
  histogram_.resize(Buckets::count);
  local_counts_ = histogram_;
  return histogram_;
}

void OrderStatistics::choose() {
  group_of_.assign(Buckets::count, 0);
  for (const auto place : places_) {
    auto within = place;
    const auto bucket = find_bucket(histogram_.data(), within);
    if (group_of_[bucket] == 0)
      group_of_[bucket] =
          1 + static_cast<std::uint32_t>(groups_.add(histogram_[bucket], local_counts_[bucket]));
    groups_.look_for(group_of_[bucket] - std::size_t{1}, within, place);
  }
}

void OrderStatistics::keep(std::span<const double> values) {
  for (std::size_t begin = 0; begin < values.size(); begin += cells_at_once) {
    const auto part = values.subspan(begin, std::min(cells_at_once, values.size() - begin));
    find_buckets(part, buckets_, found_.data());
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (const auto group = group_of_[found_[i]]; group != 0) [[unlikely]]
        groups_.keep(group - std::size_t{1}, part[i]);
    }
  }
}

std::vector<std::vector<double>> OrderStatistics::find(const comm::Communicator& world,
                                                       std::span<OrderStatistics> all) {
  std::vector<KeyGroups*> groups;
  for (auto& one : all) groups.push_back(&one.groups_);
  return KeyGroups::find(world, groups);
}

}  // namespace psychograph::stats

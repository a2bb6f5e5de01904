#include "synthetic/events.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace psychograph::synthetic {
namespace {

/// Sequences of random numbers; those of tables have small numbers.
constexpr std::uint32_t of_customer = 0xe0000000U;
constexpr std::uint32_t of_line = 0xe0000001U;
constexpr std::uint32_t of_time = 0xe0000002U;
constexpr std::uint32_t of_channel = 0xe0000003U;
constexpr std::uint32_t of_buyer = 0xe0000100U;

core::RandomBits bits_of(std::uint64_t seed, std::uint32_t stream, std::int64_t index) {
  return core::random_bits(seed, core::Purpose::generate_value, stream, static_cast<std::uint64_t>(index));
}

/// 0 to count - 1
std::int64_t below(std::uint64_t bits, std::int64_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(bits) * static_cast<std::uint64_t>(count) >> 64U);
}

template <std::size_t N>
std::int32_t pick(const std::array<double, N>& shares, double place) {
  std::size_t i = 0;
  for (; i + 1 < N && place >= shares[i]; ++i) place -= shares[i];
  return static_cast<std::int32_t>(i);
}

/// Segment 0 buys most, in the store; each has a category and a time of day of its own.
EventTruth truth_of(std::int64_t segment, std::int64_t segments) {
  EventTruth truth;
  double all = 0;
  for (std::int64_t s = 0; s < segments; ++s) all += 1.0 / static_cast<double>(s + 2);
  truth.customers = 1.0 / static_cast<double>(segment + 2) / all;
  truth.rate = 1.0 / static_cast<double>(1 + segment % 8);
  const auto own_channel = static_cast<std::size_t>(segment) % event_channels.size();
  truth.channels.fill(0.15);
  truth.channels[own_channel] = 0.7;
  const auto own_category = static_cast<std::size_t>(segment) % event_categories.size();
  truth.categories.fill(0.08);
  truth.categories[own_category] = 1 - 0.08 * static_cast<double>(event_categories.size() - 1);
  truth.promotion = 0.1 + 0.2 * static_cast<double>(segment % 4);
  truth.trend = static_cast<int>(segment % 3) - 1;
  truth.favourite_hour = static_cast<int>(6 * (segment % 4));
  return truth;
}

std::int64_t second_of(const EventTruth& truth, core::RandomBits bits) {
  constexpr std::int64_t day = 86400;
  constexpr std::uint64_t low = 0xffffffffU;
  const std::uint64_t one = bits.first >> 32U;
  const std::uint64_t other = bits.first & low;
  const auto place = truth.trend > 0 ? std::max(one, other) : truth.trend < 0 ? std::min(one, other) : one;
  const auto on = first_event_day + below(place << 32U, event_days);
  const std::uint64_t hour_bits = bits.second << 32U;
  const bool favourite = core::to_unit(bits.second) < 0.6;
  const auto second = favourite ? truth.favourite_hour * std::int64_t{3600} + below(hour_bits, day / 4)
                                : below(hour_bits, day);
  return on * day + second;
}

}  // namespace

Events::Events(const EventRequest& request)
    : request_(request), order_(request.seed, core::Purpose::generate_order, of_line, request.rows()) {
  double all = 0;
  for (std::int64_t s = 0; s < request.segments; ++s) {
    truths_.push_back(truth_of(s, request.segments));
    up_to_.push_back(all += truths_.back().customers);
  }
}

std::int32_t Events::segment_of(std::int64_t customer) const {
  const double place = core::to_unit(bits_of(request_.seed, of_customer, customer).first);
  const auto found = std::upper_bound(up_to_.begin(), up_to_.end() - 1, place);
  return static_cast<std::int32_t>(found - up_to_.begin());
}

/// Whoever is drawn buys with the chance of their rate; else another one is drawn.
std::int64_t Events::buyer(std::int64_t basket) const {
  constexpr std::uint32_t most_draws = 200;
  std::int64_t customer = 0;
  for (std::uint32_t draw = 0; draw < most_draws; ++draw) {
    const auto bits = bits_of(request_.seed, of_buyer + draw, basket);
    customer = below(bits.first, request_.customers);
    if (core::to_unit(bits.second) < truth(segment_of(customer)).rate) break;
  }
  return customer;
}

EventLine Events::line(std::int64_t row) const {
  const auto place = order_(row);
  EventLine line;
  line.basket = place / request_.lines;
  line.customer = buyer(line.basket);
  const auto& truth = this->truth(segment_of(line.customer));
  line.seconds = second_of(truth, bits_of(request_.seed, of_time, line.basket));
  line.channel = pick(truth.channels, core::to_unit(bits_of(request_.seed, of_channel, line.basket).first));
  const auto bits = bits_of(request_.seed, of_line, place);
  line.category = pick(truth.categories, core::to_unit(bits.first));
  line.promotion = core::to_unit(bits.second) < truth.promotion;
  const auto one = static_cast<std::int64_t>(bits.first & 0xffffU);
  const auto other = static_cast<std::int64_t>(bits.second & 0xffffU);
  line.cents = 49 + 50 * (one * other >> 24U);
  return line;
}

}  // namespace psychograph::synthetic

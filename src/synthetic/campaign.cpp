#include "synthetic/campaign.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random.hpp"

namespace psychograph::synthetic {
namespace {

/// Sequences of random numbers; those of tables have small numbers, those of events larger ones.
constexpr std::uint32_t of_answers = 0xc0000000U;
constexpr std::uint32_t of_amounts = 0xc0000001U;
constexpr double whole = 0x1p32;

/// Some segments come more often than others: half as often to half as often again.
double usual_visits(const CampaignRequest& request, std::int64_t segment) {
  constexpr std::int64_t steps = 5;
  return request.baseline * (0.5 + 0.25 * static_cast<double>(segment % steps));
}

PlantedLift planted_visits(const CampaignRequest& request, std::int64_t segment, std::size_t arm) {
  const auto place = static_cast<std::size_t>(segment) + arm - 1;
  return {usual_visits(request, segment), arm == 0 ? 0.0 : request.lifts[place % request.lifts.size()]};
}

/// No segment differs from another in them: what is planted is the campaign's doing.
Column amount(const char* name, double median, double sigma, std::uint32_t number) {
  Column column{name, LogNormal{median, sigma}, number, of_amounts};
  column.planted = Planted{};
  return column;
}

Table amounts_of(const Table& table) {
  Table amounts;
  amounts.request = table.request;
  amounts.request.correlation = 0.7;
  amounts.request.missing = 0;
  amounts.segments = table.segments;
  amounts.columns = {amount("spend_before", 60, 0.8, of_amounts), amount("spend", 12, 0.8, of_amounts + 1)};
  return amounts;
}

}  // namespace

bool is_possible(const CampaignRequest& request, std::int64_t segment, std::size_t arm) {
  const auto [baseline, lift] = planted_visits(request, segment, arm);
  return baseline >= 0 && baseline <= 1 && baseline + lift >= 0 && baseline + lift <= 1;
}

Campaign::Campaign(CampaignRequest request, const Table& table)
    : request_(std::move(request)), amounts_(amounts_of(table)) {
  double all = 0;
  for (const auto& arm : request_.arms) all += arm.part;
  double up_to = 0;
  for (const auto& arm : request_.arms)
    up_to_.push_back(static_cast<std::uint64_t>((up_to += arm.part) / all * whole));
  up_to_.back() = std::uint64_t{1} << 32U;
  for (std::int64_t segment = 0; segment < table.segments; ++segment) {
    for (std::size_t arm = 0; arm < request_.arms.size(); ++arm) {
      const auto planted = visits(segment, arm);
      visits_.push_back(static_cast<std::uint64_t>((planted.baseline + planted.lift) * whole));
    }
  }
}

PlantedLift Campaign::visits(std::int64_t segment, std::size_t arm) const {
  return planted_visits(request_, segment, arm);
}

PlantedLift Campaign::purchases(std::int64_t segment, std::size_t arm) const {
  const auto planted = visits(segment, arm);
  return {planted.baseline * buyers_a_visit, planted.lift * buyers_a_visit};
}

PlantedLift Campaign::spending(std::int64_t segment, std::size_t arm) const {
  constexpr double paid = (least_paid + most_paid) / 2;
  const auto planted = purchases(segment, arm);
  return {planted.baseline * paid, planted.lift * paid};
}

Campaign::Answer Campaign::answer(std::int64_t id, std::int32_t segment) const {
  constexpr std::uint64_t low = 0xffffffffU;
  const auto bits = core::random_bits(amounts_.request.seed, core::Purpose::generate_value, of_answers,
                                      static_cast<std::uint64_t>(id));
  const auto found = std::upper_bound(up_to_.begin(), up_to_.end() - 1, bits.first & low);
  const auto arm = static_cast<std::size_t>(found - up_to_.begin());
  Answer answer;
  answer.arm = static_cast<std::int8_t>(arm);
  answer.visited =
      (bits.first >> 32U) < visits_[static_cast<std::size_t>(segment) * request_.arms.size() + arm];
  answer.bought = answer.visited && (bits.second & low) < static_cast<std::uint64_t>(buyers_a_visit * whole);
  if (answer.bought)
    answer.paid = static_cast<float>(least_paid + (most_paid - least_paid) *
                                                      (static_cast<double>(bits.second >> 32U) / whole));
  return answer;
}

}  // namespace psychograph::synthetic

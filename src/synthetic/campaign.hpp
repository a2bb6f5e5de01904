// A made-up campaign whose lifts are known: who got what, by lot, and what came of it in each segment. Every
// cell is a function of the seed, and the customer's id and segment. Local and pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "synthetic/table.hpp"

namespace psychograph::synthetic {

struct CampaignArm {
  std::string name;
  double part = 1;  ///< of the customers, in the ratio of all arms' parts
};

struct CampaignRequest {
  std::vector<CampaignArm> arms;  ///< the control first
  double baseline = 0.1;          ///< visits a customer without the campaign, in the middle of the segments
  /// Visits a customer more: of arm a in segment s what stands at place (s + a - 1), over and over.
  std::vector<double> lifts;
};

/// What is known of an outcome in a segment and arm.
struct PlantedLift {
  double baseline = 0;  ///< without the campaign
  double lift = 0;
};

/// Of those who visit, so many buy; and what they pay then, uniform, in currency.
inline constexpr double buyers_a_visit = 0.25;
inline constexpr double least_paid = 10;
inline constexpr double most_paid = 50;

class Campaign {
 public:
  /// Precondition: parts are above 0, and every arm `is_possible` in every segment. `table`: who takes part.
  Campaign(CampaignRequest request, const Table& table);

  [[nodiscard]] const CampaignRequest& request() const { return request_; }
  /// Visits a customer.
  [[nodiscard]] PlantedLift visits(std::int64_t segment, std::size_t arm) const;
  [[nodiscard]] PlantedLift purchases(std::int64_t segment, std::size_t arm) const;
  /// In currency; the baseline is of what the campaign can change.
  [[nodiscard]] PlantedLift spending(std::int64_t segment, std::size_t arm) const;

  struct Answer {
    std::int8_t arm = 0;
    bool visited = false;
    bool bought = false;
    float paid = 0;
  };
  [[nodiscard]] Answer answer(std::int64_t id, std::int32_t segment) const;

  /// What customers spent before, and what they spend anyway: it goes with what they spent before.
  [[nodiscard]] const Table& amounts() const { return amounts_; }

 private:
  CampaignRequest request_;
  Table amounts_;
  std::vector<std::uint64_t> up_to_;   ///< [arms] of 2^32
  std::vector<std::uint64_t> visits_;  ///< [segments, arms] of 2^32
};

/// Whether visits of that arm, and without the campaign, lie between 0 and 1.
bool is_possible(const CampaignRequest& request, std::int64_t segment, std::size_t arm);

}  // namespace psychograph::synthetic

// What a measurement says, in figures: ratios, balance, means, lifts, how they differ, and what choosing
// would gain.
#pragma once

#include <string>
#include <vector>

#include "campaign/lift.hpp"
#include "campaign/measurement.hpp"
#include "campaign/ratio.hpp"
#include "campaign/targeting.hpp"
#include "insight/gate.hpp"

namespace psychograph::campaign {

/// Where a figure stands.
struct Place {
  std::string grouping;  ///< "all", "segment", or a column
  std::string group;     ///< "all" of everybody
};

struct RatioRow {
  Place place;
  RatioTest test;
  bool withheld = false;
};

struct BalanceRow {
  std::string covariate;
  std::size_t arm = 0;
  Sample own;
  Sample control;
  double difference = 0;  ///< standardised
  bool withheld = false;
};

struct MeanRow {
  Place place;
  std::size_t outcome = 0;
  std::size_t arm = 0;
  Sample sample;
  double low = 0;  ///< 95 %: Wilson where the outcome is 0 or 1, Student's t else
  double high = 0;
  bool withheld = false;
};

struct LiftRow {
  Place place;
  std::size_t outcome = 0;
  std::size_t arm = 0;
  Lift lift;
};

struct AdjustedRow {
  std::size_t outcome = 0;
  std::size_t arm = 0;
  AdjustedLift lift;
  bool withheld = false;
};

struct HeterogeneityRow {
  std::string grouping;
  std::size_t outcome = 0;
  std::size_t arm = 0;
  Heterogeneity found;
};

struct TargetingRow {
  std::string grouping;
  std::size_t outcome = 0;
  TargetingGain found;
  std::vector<bool> withheld;  ///< [groups] what was chosen for them
};

struct Findings {
  std::vector<RatioRow> ratios;  ///< everybody's first
  std::vector<BalanceRow> balance;
  std::vector<MeanRow> means;
  std::vector<LiftRow> lifts;         ///< everybody's first; none without a control
  std::vector<AdjustedRow> adjusted;  ///< without the control; none without covariates
  std::vector<HeterogeneityRow> heterogeneity;
  std::vector<TargetingRow> targeting;
};

/// What is to be told, and what matters of it.
struct Telling {
  std::vector<double> parts;  ///< [arms] planned, in their ratio
  double smallest_deviation = 0;
  double smallest_lift = 0;
};

/// Local: the same on every rank. Figures about fewer people than the gate tells of are marked as withheld.
Findings find(const Question& question, const Measurement& measured, const Telling& telling,
              const insight::Gate& gate);

}  // namespace psychograph::campaign

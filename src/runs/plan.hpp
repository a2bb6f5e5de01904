// What a `segment` job of a given size takes, before it is sent to a cluster: what `plan` does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "planning/model.hpp"
#include "runs/reporter.hpp"
#include "runs/spec_options.hpp"

namespace psychograph::runs {

struct PlanOptions {
  SpecOptions spec;
  std::optional<std::int64_t> customers;
  std::optional<std::int64_t> features;
  std::optional<std::int64_t> k;
  std::optional<std::int64_t> restarts;
  std::optional<std::int64_t> ranks;
  std::optional<std::int64_t> nodes;
  std::optional<std::int64_t> ranks_per_node;
  std::optional<std::int64_t> iterations;
  planning::Assumptions assumptions;
  std::optional<std::uint64_t> node_memory;
  std::string constants;
  std::string save_constants;
  bool json = false;
};

/// Collective. Throws usage, data and environment errors.
void plan(const comm::Communicator& world, const PlanOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

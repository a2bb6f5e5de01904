// A customer table of any size whose true segments are known: what `generate` does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "runs/campaign_generation.hpp"
#include "runs/reporter.hpp"
#include "synthetic/write.hpp"

namespace psychograph::runs {

struct GenerationOptions {
  synthetic::Request request;
  std::string kind = "gaussian";
  std::optional<double> separation;
  std::optional<double> correlation;
  std::optional<std::int64_t> quarter;
  synthetic::Quarter changes;
  bool no_change = false;
  CampaignGenerationOptions campaign;
  std::string output;
};

/// Writes the table, and a campaign among its customers. Collective. Throws a usage error for what the
/// options can't mean together, and environment errors.
void generate(const comm::Communicator& world, GenerationOptions options, Reporter& reporter);

}  // namespace psychograph::runs

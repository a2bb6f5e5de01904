#include "runs/campaign_generation.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "io/output_file.hpp"
#include "results/tidy_table.hpp"
#include "synthetic/write_campaign.hpp"

namespace psychograph::runs {
namespace {

using synthetic::Campaign;
using synthetic::CampaignArm;
using synthetic::PlantedLift;

constexpr std::size_t most_arms = 100;

CampaignArm arm_of(const std::string& text) {
  const auto sign = text.rfind('=');
  CampaignArm arm{text.substr(0, sign)};
  if (sign != std::string::npos) {
    const auto part = text.substr(sign + 1);
    char* end = nullptr;
    arm.part = std::strtod(part.c_str(), &end);
    if (part.empty() || *end != '\0' || !(arm.part > 0) || !(arm.part <= 1e9))
      throw core::usage_error(
          fmt::format("--arms {}: the part that gets it is a number above 0, as in none=1,mail=9", text));
  }
  if (arm.name.empty()) throw core::usage_error(fmt::format("--arms \"{}\": an arm without a name", text));
  return arm;
}

/// A row a segment, arm and outcome.
results::TidyTable truth_table(const Campaign& campaign, const std::vector<std::int64_t>& sizes) {
  struct Row {
    std::int64_t segment;
    std::size_t arm;
    const char* outcome;
    std::int64_t customers;
    PlantedLift planted;
  };
  const auto& arms = campaign.request().arms;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto segment = static_cast<std::int64_t>(i / arms.size());
    const auto arm = i % arms.size();
    rows.push_back({segment, arm, "visit", sizes[i], campaign.visits(segment, arm)});
    rows.push_back({segment, arm, "purchase", sizes[i], campaign.purchases(segment, arm)});
    rows.push_back({segment, arm, "spend", sizes[i], campaign.spending(segment, arm)});
  }
  return results::TableOf<Row>(std::move(rows))
      .add("segment", [](const Row& row) { return row.segment; })
      .add("arm", [&](const Row& row) { return arms[row.arm].name; })
      .add("outcome", [](const Row& row) { return std::string(row.outcome); })
      .add("customers", [](const Row& row) { return row.customers; })
      .add("baseline", [](const Row& row) { return row.planted.baseline; })
      .add("lift", [](const Row& row) { return row.planted.lift; })
      .table();
}

std::string summary(const std::string& output, const Campaign& campaign,
                    const std::vector<std::int64_t>& sizes) {
  const auto& arms = campaign.request().arms;
  auto text = fmt::format("{}: a campaign among them\n{:>20}  {:>14}  {:>12}\n", core::printable(output),
                          "arm", "customers", "visits more");
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    std::int64_t customers = 0;
    double lift = 0;
    for (auto i = arm; i < sizes.size(); i += arms.size()) {
      customers += sizes[i];
      lift += static_cast<double>(sizes[i]) *
              campaign.visits(static_cast<std::int64_t>(i / arms.size()), arm).lift;
    }
    text += fmt::format("{:>20}  {:>14}  {:>12}\n", core::printable(arms[arm].name), customers,
                        arm == 0         ? "(control)"
                        : customers == 0 ? "-"
                                         : fmt::format("{:.4f}", lift / static_cast<double>(customers)));
  }
  return text;
}

}  // namespace

synthetic::CampaignRequest campaign_request(const CampaignGenerationOptions& options, std::int64_t segments) {
  synthetic::CampaignRequest request;
  std::set<std::string> seen;
  for (const auto& text : options.arms) {
    request.arms.push_back(arm_of(text));
    if (!seen.insert(request.arms.back().name).second)
      throw core::usage_error(fmt::format("--arms: \"{}\" stands twice", request.arms.back().name));
  }
  if (request.arms.size() < 2 || request.arms.size() > most_arms)
    throw core::usage_error(
        fmt::format("--arms: a control and 1 to {} more, as in none,mail,letter", most_arms - 1));
  request.baseline = options.baseline;
  request.lifts = options.lifts;
  // Baselines come again after 5 segments, lifts after as many as there are.
  const auto different =
      std::min<std::int64_t>(segments, 5 * static_cast<std::int64_t>(request.lifts.size()));
  for (std::int64_t segment = 0; segment < different; ++segment) {
    for (std::size_t arm = 0; arm < request.arms.size(); ++arm) {
      if (!synthetic::is_possible(request, segment, arm))
        throw core::usage_error(fmt::format(
            "--baseline {} and --lifts: visits of arm \"{}\" in segment {} would not lie between 0 and 1",
            request.baseline, request.arms[arm].name, segment));
    }
  }
  return request;
}

std::string generate_campaign(const comm::Communicator& world, const CampaignGenerationOptions& options,
                              const synthetic::Table& table, Reporter& reporter) {
  const Campaign campaign(campaign_request(options, table.segments), table);
  reporter.stage(fmt::format("generating a campaign of {} arms", campaign.request().arms.size()));
  io::OutputFile file(world, options.output);
  const auto sizes = synthetic::write_campaign(world, table, campaign, file,
                                               [&](double share) { reporter.progress("campaign", share); });
  results::write_table(file, "/truth/lifts", truth_table(campaign, sizes));
  file.set_attribute("/truth", "kind", std::string("campaign"));
  file.set_attribute("/truth", "seed", static_cast<std::int64_t>(table.request.seed));
  file.set_attribute("/truth", "baseline", options.baseline);
  comm::heed_stop_requests(world);
  file.commit();
  reporter.stage(fmt::format("{} is written", options.output));
  return summary(options.output, campaign, sizes);
}

}  // namespace psychograph::runs

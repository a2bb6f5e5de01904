// A campaign among made-up customers, whose lifts are known: what `generate --campaign` does.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"
#include "synthetic/campaign.hpp"

namespace psychograph::runs {

struct CampaignGenerationOptions {
  std::string output;                                       ///< empty: no campaign
  std::vector<std::string> arms{"none", "mail", "letter"};  ///< NAME or NAME=PART; the control first
  double baseline = 0.1;
  std::vector<double> lifts{0.04, 0, 0.02};
};

/// Local. Throws a usage error for arms that are none, and for lifts that lead out of 0 to 1.
synthetic::CampaignRequest campaign_request(const CampaignGenerationOptions& options, std::int64_t segments);

/// Writes the campaign of the customers of `table`, and the lifts as /truth/lifts; what it says in the
/// summary. Collective. Throws environment errors, and one of code `stopped`.
std::string generate_campaign(const comm::Communicator& world, const CampaignGenerationOptions& options,
                              const synthetic::Table& table, Reporter& reporter);

}  // namespace psychograph::runs

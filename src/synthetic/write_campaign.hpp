// A made-up campaign on its way to disk.
#pragma once

#include "comm/communicator.hpp"
#include "io/output_file.hpp"
#include "synthetic/campaign.hpp"
#include "synthetic/write.hpp"

namespace psychograph::synthetic {

/// Writes /customers (customer_id, arm, visit, purchase, spend, spend_before): the customers of `table`, in
/// its order. Gives how many are in each segment and arm [table.segments, arms], over all ranks. Memory does
/// not grow with the table. Collective.
std::vector<std::int64_t> write_campaign(const comm::Communicator& world, const Table& table,
                                         const Campaign& campaign, io::OutputFile& file,
                                         const Progress& progress);

/// Bytes of a row.
inline constexpr double campaign_row_bytes = 8 + 3 * 1 + 2 * 4;

}  // namespace psychograph::synthetic

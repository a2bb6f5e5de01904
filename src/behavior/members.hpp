// Customers of a table, and what group each is in, sent to where their events are.
#pragma once

#include <optional>
#include <string>

#include "behavior/deal.hpp"
#include "behavior/levels.hpp"
#include "comm/communicator.hpp"
#include "io/shard.hpp"

namespace psychograph::behavior {

/// What of a table is wanted.
struct MemberColumns {
  std::string id;
  std::string group;      ///< empty: none
  bool rows = true;       ///< whether the customers are those that features are for
  std::string wanted_by;  ///< for messages
};

/// Reads the table by windows and deals its customers out. `groups` numbers the groups. Collective. Throws a
/// data error for a missing id.
void deal_out_members(const comm::Communicator& world, const io::Shard& shard, const MemberColumns& columns,
                      Levels& groups, Dealt& dealt);

}  // namespace psychograph::behavior

// Customers of a table, and what group each is in, sent to where their events are.
#pragma once

#include <optional>
#include <string>

#include "behavior/deal.hpp"
#include "behavior/levels.hpp"
#include "behavior/slice_customers.hpp"
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

/// Throws a data error that names two rows with one id, where there are such. Collective.
void require_different_ids(const io::Shard& shard, const std::string& id, const RepeatedRows& repeated);

}  // namespace psychograph::behavior

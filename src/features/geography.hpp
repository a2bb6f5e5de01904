// Which column of a geography customers are told apart by.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/shard.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

struct SettledGeography {
  std::string column;
  std::vector<std::string> around;  ///< the columns outside it, outer to inner
  std::string notice;               ///< why it is none within it; empty where it is the innermost
};

/// The innermost column that fits: as many places at most as the geography allows, in each as many customers
/// at least, missing for no more than it allows, and no name that stands for places in two of an outer
/// column. Where the geography is settled, that column. Counts are of all rows. `missing`: of the input.
/// Collective. Throws a data error where there is no such column, and where none fits.
SettledGeography settle_geography(const comm::Communicator& world, const io::Shard& shard,
                                  const spec::Geography& geography, const spec::Sentinels& missing);

}  // namespace psychograph::features

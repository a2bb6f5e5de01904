// What two result files differ in, to the bit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::results {

struct FileComparison {
  std::vector<std::string>
      differences;              ///< a line each, in the order of names; empty: the files say the same
  std::int64_t datasets = 0;    ///< that were compared
  std::int64_t attributes = 0;  ///< likewise, without the volatile ones
};

/// Compares every dataset and every attribute but the volatile ones: what there is, types, shapes and
/// contents. Of a dataset whose contents differ the first row that does is named, with both values. Each rank
/// compares its share of the rows, block by block. Collective. Throws a data error for a file that can't be
/// read.
FileComparison compare_results(const comm::Communicator& world, const std::string& path,
                               const std::string& right);

}  // namespace psychograph::results

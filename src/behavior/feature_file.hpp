// The customers' features into a file, window after window.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "behavior/features.hpp"
#include "behavior/figures.hpp"
#include "behavior/row_plan.hpp"
#include "comm/communicator.hpp"
#include "io/output_file.hpp"

namespace psychograph::behavior {

/// A block's columns and where its figures begin among a customer's.
struct BlockFeatures {
  const FeatureContext& context;
  std::vector<FeatureColumn> columns;
  std::size_t begin = 0;
};

/// How many customers have each code of a column of codes; of all ranks.
struct CodeCounts {
  std::string column;
  std::vector<std::string> names;
  std::vector<std::int64_t> customers;
  std::int64_t all = 0;  ///< these together; 0 where that must not be told
};

/// Writes the columns below `group` and, in the order of ids, the ids as `customer_id`; `total` customers.
/// The figures are used up. Counts the columns of few codes. Collective. Throws environment errors.
std::vector<CodeCounts> write_features(const comm::Communicator& world, const RowPlan& plan,
                                       std::size_t row_bytes, Figures& figures,
                                       const std::vector<BlockFeatures>& blocks, std::int64_t total,
                                       io::OutputFile& file, const std::string& group,
                                       const std::function<void(double)>& progress);

}  // namespace psychograph::behavior

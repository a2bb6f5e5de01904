// CSV files to a customer table: the headers agree, each rank takes its share of the bytes, all ranks agree
// on the columns' types, and each writes its rows. What `import` does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct ImportOptions {
  std::vector<std::string> files;
  std::string output;
  std::optional<std::string> id;
  std::optional<std::string> columns;
  std::optional<std::string> types;
  std::optional<std::string> on_bad_cell;
  std::string missing = "NA";
  std::optional<std::string> delimiter;
  std::optional<std::string> decimal;
  std::optional<std::int64_t> header_rows;
  std::vector<std::string> codebooks;
  std::string draft;  ///< where a draft of a spec goes; empty: none is wanted
};

/// "A,B" as A and B.
std::vector<std::string> split_at_commas(const std::string& list);

/// Writes the table. Collective. Throws usage, data and environment errors.
void import_csv(const comm::Communicator& world, const ImportOptions& options, Reporter& reporter);

}  // namespace psychograph::runs

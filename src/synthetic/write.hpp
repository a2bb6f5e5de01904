// A made-up table on its way to disk: ranks draw the rows they own block by block, and write each column's
// block together; memory does not grow with the table.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "comm/communicator.hpp"
#include "io/output_file.hpp"
#include "synthetic/table.hpp"

namespace psychograph::synthetic {

/// Called with the share that is written, 0 to 1.
using Progress = std::function<void(double)>;

/// What has been written, over all ranks.
struct Written {
  std::vector<std::int64_t> sizes;  ///< of each segment; 0 for one that has died
  std::int64_t joined = 0;          ///< customers who were not there a quarter before
  std::int64_t changed = 0;         ///< who were, in another segment
};

/// Writes /customers (customer_id and the table's columns) and /truth/segment; where a quarter was asked for
/// also /truth/previous_segment. Collective.
Written write_customers(const comm::Communicator& world, const Table& table, io::OutputFile& file,
                        const Progress& progress);

/// Writes the segments' shifts, [table.segments, features] float64, and what the table was drawn from: as
/// /truth/centroids for plain normals, which lie around them; else as /truth/shifts, with the names of the
/// columns as /truth/columns. Collective.
void write_truth(const comm::Communicator& world, const Table& table, io::OutputFile& file);

/// Writes what happened in the quarter that was asked for, as attributes of /truth. Collective.
void write_quarter(const Table& table, const Written& written, io::OutputFile& file);

/// Bytes of a row of /customers and /truth.
double row_bytes(const Table& table);

}  // namespace psychograph::synthetic

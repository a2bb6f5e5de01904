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

/// Writes /customers (customer_id and the table's columns) and /truth/segment. Returns the sizes of the
/// segments over all ranks. Collective.
std::vector<std::int64_t> write_customers(const comm::Communicator& world, const Table& table,
                                          io::OutputFile& file, const Progress& progress);

/// Writes the segments' shifts, [segments, features] float64, and what the table was drawn from: as
/// /truth/centroids for plain normals, which lie around them; else as /truth/shifts, with the names of the
/// columns as /truth/columns. Collective.
void write_truth(const comm::Communicator& world, const Table& table, io::OutputFile& file);

/// Bytes of a row of /customers and /truth/segment.
double row_bytes(const Table& table);

}  // namespace psychograph::synthetic

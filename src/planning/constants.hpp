// What a machine can do, as the cost model asks for it: measured by planning/calibrate.hpp, or kept in a
// file, so that one machine can plan for another.
#pragma once

#include <string>
#include <string_view>

namespace psychograph::planning {

/// Rates are a second. What cores share (arithmetic, memory) is known of one core by itself, and of `cores`
/// cores of one node at the same time.
struct Constants {
  double cores = 1;
  double kernel_core = 0;     ///< operations, rows against centroids
  double kernel_node = 0;     ///< the same, of `cores` together
  double screen = 1;          ///< times as fast are all rows compared whole numbers first (kernel/screen.hpp)
  double bandwidth_core = 0;  ///< bytes streamed from memory
  double bandwidth_node = 0;  ///< the same, of `cores` together
  double encode = 0;          ///< cells read from cache, fitted and encoded, one core
  double seed = 0;            ///< operations, rows against seeding's candidates, one core
  double reduce = 0;          ///< operations, seeding's candidates against one another
  double skip = 0;            ///< seconds for a row whose label stands
  double sample = 0;          ///< seconds for a row that may be drawn, or is counted
  double move = 0;            ///< seconds for a cell of a row that changes cluster
  double square = 0;          ///< seconds for a cell of a row whose distance is told
  double centroid = 0;        ///< seconds for a number of the new centroids
  double latency = 0;         ///< seconds for a step of an all-reduce
  double message = 0;         ///< bytes of an all-reduce
  double read = 0;            ///< bytes from the file system, all nodes together
  double write = 0;           ///< bytes to it
  double scratch = 0;         ///< bytes from a node's scratch disk
  double process = 0;         ///< bytes of a rank that has done nothing yet
  double k = 0;               ///< what the kernel was measured with
  double p = 0;
};

/// As TOML, each line with a comment.
std::string to_toml(const Constants& constants, const std::string& measured_on);
/// Throws a usage error that names `name`, the line and the key.
Constants from_toml(std::string_view text, const std::string& name);

}  // namespace psychograph::planning

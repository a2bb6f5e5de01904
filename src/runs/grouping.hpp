// Who is in which segment, of a table that a job reads again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "results/stored_result.hpp"
#include "runs/profiling.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// Segments of all local rows, and what keeps them.
struct Grouping {
  std::vector<std::int32_t> ids;
  std::vector<std::string> names;
  core::RowVector<std::int32_t> places;  ///< [local rows], by place in `ids`; negative: in none

  [[nodiscard]] Segmented segmented() const {
    return {ids, names, [this](core::RowRange rows, std::span<std::int32_t> out) {
              std::copy_n(places.begin() + static_cast<std::ptrdiff_t>(rows.begin), out.size(), out.begin());
            }};
  }
};

/// The levels of a column as segments. `known` says what is no answer in it. Collective. Throws a data error.
Grouping group_by(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                  const std::string& by, const std::vector<features::Feature>& known);

/// A result's segments, by the customers' ids; who is not in it is in none, and is told of. Collective.
/// Throws a data error.
Grouping segments_by_id(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                        const results::StoredResult& stored, const std::string& path, Reporter& reporter);

}  // namespace psychograph::runs

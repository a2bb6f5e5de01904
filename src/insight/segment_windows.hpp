// A walk over customers by segment, some rows at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "features/window_cells.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"

namespace psychograph::insight {

/// What becomes of a window. Local.
struct SeeWindow {
  /// Before its cells: so many rows. May be empty.
  std::function<void(std::size_t rows)> begin;
  /// The cells of feature `f` are there, during the call alone.
  std::function<void(const features::WindowCells& cells, std::size_t f)> take;
  /// All are: segments of the rows, negative for who is in none.
  std::function<void(core::RowRange rows, std::span<const std::int32_t> segments)> see;
};

/// Reads the features' columns once, in the order of the rows. `wanted_by`: what messages say of who wants a
/// column that is not there. Collective: what is thrown on one rank is thrown on all. Throws a data error.
void walk(const comm::Communicator& world, const io::Shard& shard,
          std::vector<const features::FittedFeature*> features, const std::string& wanted_by,
          const Labels& labels, const SeeWindow& window);

}  // namespace psychograph::insight

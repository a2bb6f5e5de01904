// How a column's cells are stored in all files together, which ranks know before they write it anew.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "io/block.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// What all ranks know of a column's cells before they are written.
struct CellTypes {
  std::vector<ElementType::Code> codes;  ///< in all files together, each once: numbers, or texts
  bool odd = false;                      ///< some are of a width that is none of this machine's
  std::size_t longest = 1;               ///< bytes of the longest text, as UTF-8
  bool utf8 = true;                      ///< all texts are, as they are stored
};

/// Of each of the columns [columns]. Texts are read, all else is looked at in the files' headers. Collective.
std::vector<CellTypes> cell_types(const comm::Communicator& world, const Shard& shard,
                                  std::span<const std::size_t> columns);

}  // namespace psychograph::io

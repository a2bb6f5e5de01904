// What the search for structure has found, as tables and in words.
#pragma once

#include <cstdint>
#include <string>

#include "io/output_file.hpp"
#include "runs/structure.hpp"

namespace psychograph::runs {

/// Below /quality. With `min_cell` above 0 no table counts single customers. Collective.
void write_structure(io::OutputFile& file, const Structure& structure, std::int64_t min_cell);

/// For people: a line for each number of segments, and what follows.
std::string in_words(const Structure& structure);

}  // namespace psychograph::runs

// The tree that segments are cut from.
#pragma once

#include <cstdint>

#include "cluster/model.hpp"
#include "io/output_file.hpp"

namespace psychograph::runs {

/// Writes /dendrogram (docs/algorithms/ward.md) of a model whose segments have parts; nothing of others, or
/// where counts below `min_cell` are withheld: parts are small. Collective. Throws an environment error.
void write_dendrogram(io::OutputFile& file, const cluster::Model& model, std::int64_t min_cell);

}  // namespace psychograph::runs

// What `compare` runs: every combination of its grid, each with a name of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "features/schema.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// One run. Its id follows from all that its figures depend on but the table.
struct PlannedRun {
  std::string id;
  std::string algorithm;  ///< as the spec names it
  spec::Cluster options;  ///< with k and the seed
  std::string block;      ///< "all", or a name of the spec's
  std::string row;        ///< "as declared", or a row option
};

/// Runs that one encoding of the customers serves, in the order of the design.
struct PlannedEncoding {
  spec::Spec spec;  ///< of what is encoded, with the row option and the algorithm that asks for it so
  std::string block;
  std::vector<PlannedRun> runs;
};

/// All of it: blocks, rows, algorithms, seeds, k, the last changing first. Throws a usage error where a row
/// option has nothing to work on.
std::vector<PlannedEncoding> design(const spec::Spec& spec);

/// The features that a block names, and the described ones not. Throws a usage error where there are none.
std::vector<features::Feature> in_block(const std::vector<features::Feature>& features,
                                        const spec::Spec& spec, const std::string& block);

/// A line a run, for people.
std::string in_words(const std::vector<PlannedEncoding>& encodings);

}  // namespace psychograph::runs

// A result file that an earlier run wrote, without its assignments: what later jobs go on from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "results/model.hpp"
#include "results/result.hpp"
#include "spec/spec.hpp"

namespace psychograph::results {

struct StoredResult {
  SegmentModel model;
  std::string archive;                                  ///< the model, as it is stored
  std::string model_sha256;                             ///< of its archive: the model's own name, as it were
  std::string spec;                                     ///< the effective one (TOML, without [output])
  std::string version;                                  ///< of the program that wrote the file
  Job job = Job::segment;                               ///< that made it
  spec::Algorithm algorithm = spec::Algorithm::kmeans;  ///< that found the segments
  std::string input_fingerprint;
  std::string previous_model_sha256;  ///< of a result of resegment; empty where it is none
  std::int64_t customers = 0;         ///< rows of its assignments
  bool has_profile = false;
  std::vector<std::int64_t> sizes;  ///< [k] customers of each segment
  std::vector<double> shares;       ///< [k] of the total weight
};

/// Reads the result file `path`. Collective: rank 0 reads. Throws a data error (missing, not HDF5, no result
/// file, a model whose checksum is wrong, that a later version wrote or that can't be one, segments that are
/// not the model's), or an environment error where it may not be read.
StoredResult read_result(const comm::Communicator& world, const std::string& path);

}  // namespace psychograph::results

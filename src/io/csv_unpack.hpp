// CSV that is no plain file of bytes: compressed by gzip or Zstandard, or coming in through standard input.
// It is unpacked beside the output first, so that ranks can read parts of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/atomic_path.hpp"
#include "io/csv_header.hpp"

namespace psychograph::io {

/// The name that stands for standard input.
inline constexpr const char* standard_input = "-";

/// The sources, and the unpacked files for as long as this lives.
struct CsvSources {
  std::vector<CsvSource> sources;                  ///< the same on every rank
  std::vector<std::unique_ptr<Partial>> unpacked;  ///< this rank's
};

/// Hears now and then how many of a source's bytes have been unpacked.
using UnpackProgress = std::function<void(const std::string& name, double bytes)>;

/// Looks at the files by their first bytes, and unpacks what is packed into hidden files beside `output`:
/// each rank some of the files, rank 0 standard input. Collective. Throws a data error (a damaged file, an
/// empty standard input) or an environment error. Precondition: standard input is named once at most.
CsvSources unpack_csv(const comm::Communicator& world, const std::vector<std::string>& paths,
                      const std::string& output, const UnpackProgress& progress);

}  // namespace psychograph::io

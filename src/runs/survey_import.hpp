// A survey of SPSS, Stata or SAS to a customer table with its codebook. What `import` does with such a file.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/csv_import.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

/// Whether one of the files is a survey's. Collective: rank 0 looks at names and first bytes.
bool names_survey(const comm::Communicator& world, const std::vector<std::string>& files);

/// Writes the table. `given` are the options of the command line that say how CSV is to be read. Collective.
/// Throws usage errors (one of these options; more than one file), data and environment errors.
void import_survey(const comm::Communicator& world, const ImportOptions& options,
                   const std::vector<std::string>& given, Reporter& reporter);

}  // namespace psychograph::runs

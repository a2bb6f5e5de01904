// A survey's file to columns of a table: a first look at all cells says what the columns are, and a second
// reading writes. ReadStat reads a file from its beginning to its end, so rank 0 reads; none holds more than
// a block of rows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/open_file.hpp"
#include "io/survey_column.hpp"

namespace psychograph::io {

struct SurveyInput {
  std::string path;
  std::optional<std::string> id = {};                    ///< this variable is stored as `customer_id`
  std::optional<std::vector<std::string>> columns = {};  ///< these and the id alone; none: all
};

/// The table as it will be stored.
struct SurveyTable {
  std::string path;
  SurveyFormat format = SurveyFormat::spss;
  FileState state;
  std::vector<SurveyColumn> columns;
  std::int64_t rows = 0;
  std::vector<std::string> notices;  ///< what a user should know of
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& path& format& state& columns& rows& notices;
  }
};

using SurveyProgress = std::function<void(double share)>;

/// Reads the file once. Collective: rank 0 reads, all know. Throws as `read_survey` does, and a data error
/// for names that HDF5 has not or that stand twice, wanted variables that are nowhere, a missing id, and a
/// file without rows.
SurveyTable look_at_survey(const comm::Communicator& world, const SurveyInput& input,
                           const SurveyProgress& progress);

}  // namespace psychograph::io

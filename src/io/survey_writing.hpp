// The second reading of a survey: block after block of its rows, to a table. No rank holds more than a block.
#pragma once

#include <string>

#include "comm/communicator.hpp"
#include "io/output_file.hpp"
#include "io/survey_import.hpp"

namespace psychograph::io {

/// Reads it again and writes every column as a dataset of `group`, with what is known of it as attributes:
/// `missing_value` (the values that count as missing and occur), `units` and `_FillValue` of points of time,
/// `kind`. Collective. Throws as `look_at_survey` does, and a data error where the file has changed.
void write_survey(const comm::Communicator& world, const SurveyTable& table, OutputFile& output,
                  const std::string& group, const SurveyProgress& progress);

}  // namespace psychograph::io

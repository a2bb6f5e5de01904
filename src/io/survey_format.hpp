// Which statistics program a file is of. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace psychograph::io {

enum class SurveyFormat : std::uint8_t { spss, spss_portable, stata, sas, sas_transport };

/// "an SPSS file".
const char* name_of(SurveyFormat format);

/// By the first bytes of the file at `path`, and where they say nothing by its name's ending; nothing for any
/// other file, for a pipe, and for what can't be opened.
std::optional<SurveyFormat> survey_format(const std::string& path);

}  // namespace psychograph::io

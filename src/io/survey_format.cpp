#include "io/survey_format.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <cctype>

namespace psychograph::io {
namespace {

using namespace std::string_view_literals;

std::optional<SurveyFormat> format_of_bytes(std::string_view bytes) {
  // The readable header of a portable file may be in any encoding; its mark stands behind a table of
  // characters.
  constexpr std::size_t mark_of_portable = 456;
  if (bytes.starts_with("$FL2@(#)"sv) || bytes.starts_with("$FL3@(#)"sv)) return SurveyFormat::spss;
  if (bytes.size() > mark_of_portable && bytes.substr(mark_of_portable).starts_with("SPSSPORT"sv))
    return SurveyFormat::spss_portable;
  if (bytes.starts_with("<stata_dta>"sv)) return SurveyFormat::stata;
  if (bytes.starts_with("\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60"sv)) return SurveyFormat::sas;
  if (bytes.starts_with("HEADER RECORD*******"sv)) return SurveyFormat::sas_transport;
  // The older Stata: its release, its byte order, a 1 and a 0.
  if (bytes.size() > 4 && bytes[0] >= 0x68 && bytes[0] <= 0x73 && (bytes[1] == 1 || bytes[1] == 2) &&
      bytes[2] == 1 && bytes[3] == 0)
    return SurveyFormat::stata;
  return std::nullopt;
}

std::optional<SurveyFormat> format_of_name(const std::string& path) {
  const auto dot = path.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  auto ending = path.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == "sav" || ending == "zsav") return SurveyFormat::spss;
  if (ending == "por") return SurveyFormat::spss_portable;
  if (ending == "dta") return SurveyFormat::stata;
  if (ending == "sas7bdat") return SurveyFormat::sas;
  if (ending == "xpt") return SurveyFormat::sas_transport;
  return std::nullopt;
}

}  // namespace

const char* name_of(SurveyFormat format) {
  switch (format) {
    case SurveyFormat::spss:
      return "an SPSS file";
    case SurveyFormat::spss_portable:
      return "an SPSS portable file";
    case SurveyFormat::stata:
      return "a Stata file";
    case SurveyFormat::sas:
      return "a SAS file";
    case SurveyFormat::sas_transport:
      break;
  }
  return "a SAS transport file";
}

std::optional<SurveyFormat> survey_format(const std::string& path) {
  std::error_code nothing;
  if (!std::filesystem::is_regular_file(path, nothing)) return std::nullopt;  // a pipe's bytes come but once
  std::ifstream file(path, std::ios::binary);
  std::array<char, 512> bytes{};
  if (!file.read(bytes.data(), bytes.size()) && file.gcount() == 0) return std::nullopt;
  const auto found = format_of_bytes({bytes.data(), static_cast<std::size_t>(file.gcount())});
  return found ? found : format_of_name(path);
}

}  // namespace psychograph::io

#include "io/file_kind.hpp"

#include <algorithm>
#include <array>

#include <cctype>

namespace psychograph::io {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  FileKind kind;
};

constexpr auto unpack = "unpack it first";
constexpr auto save_as_csv = "save it as CSV (UTF-8) in the spreadsheet program";
constexpr auto by_pandas = "pandas reads it, and its to_csv writes CSV";

constexpr std::array<Signature, 29> signatures{{
    {"\x1f\x8b"sv, {"a gzip file", "unpack it first (gunzip)"}},
    {"BZh"sv, {"a bzip2 file", "unpack it first (bunzip2)"}},
    {"\xfd"
     "7zXZ\0"sv,
     {"an xz file", "unpack it first (unxz)"}},
    {"\x28\xb5\x2f\xfd"sv, {"a Zstandard file", "unpack it first (unzstd)"}},
    {"\x04\x22\x4d\x18"sv, {"an LZ4 file", unpack}},
    {"\x1f\x9d"sv, {"a compress (.Z) file", unpack}},
    {"7z\xbc\xaf\x27\x1c"sv, {"a 7z archive", unpack}},
    {"Rar!\x1a\x07"sv, {"a RAR archive", unpack}},
    {"PK\x03\x04"sv,
     {"a zip file, as .xlsx and .ods are, too", "save it as CSV in the spreadsheet program, or unpack it"}},
    {"PK\x05\x06"sv, {"an empty zip file", unpack}},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, {"an old Office file, as .xls is", save_as_csv}},
    {"\x89HDF\r\n\x1a\n"sv, {"an HDF5 file", "the other jobs read it as it is: name it in input.files"}},
    {"$FL2@(#)"sv, {"an SPSS file", by_pandas}},
    {"$FL3@(#)"sv, {"an SPSS file", by_pandas}},
    {"\xc1\xe2\xc3\xc9"sv, {"an SPSS portable file", "save it as CSV in SPSS"}},
    {"<stata_dta>"sv, {"a Stata file", by_pandas}},
    {"HEADER RECORD*******"sv, {"a SAS transport file", by_pandas}},
    {"PAR1"sv, {"a Parquet file", by_pandas}},
    {"ARROW1"sv, {"an Arrow (Feather) file", by_pandas}},
    {"FEA1"sv, {"a Feather file", by_pandas}},
    {"ORC"sv, {"an ORC file", by_pandas}},
    {"Obj\x01"sv, {"an Avro file", "write it as CSV"}},
    {"SQLite format 3\0"sv, {"an SQLite file", "write the table as CSV (sqlite3 -csv -header)"}},
    {"\x93NUMPY"sv, {"a numpy file", "write it as CSV, or as HDF5 with h5py"}},
    {"RDX"sv, {"an R data file", "write it as CSV in R (write.csv)"}},
    {"%PDF-"sv, {"a PDF", "write the table as CSV"}},
    {"<?xml"sv, {"an XML file", "write the table as CSV"}},
    {"<!DOCTYPE"sv, {"an HTML page", "was the download refused? Fetch the CSV itself"}},
    {"<html"sv, {"an HTML page", "was the download refused? Fetch the CSV itself"}},
}};

/// SAS begins with twelve zero bytes and a number of its own.
constexpr auto sas = "\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60"sv;

bool is_tar(std::string_view bytes) {
  constexpr std::size_t place = 257;
  return bytes.size() > place && bytes.substr(place).starts_with("ustar");
}

/// The old format has no signature: its release, its byte order, and a 1 in the third byte.
bool is_old_stata(std::string_view bytes) {
  return bytes.size() > 4 && bytes[0] >= 0x6c && bytes[0] <= 0x73 && (bytes[1] == 1 || bytes[1] == 2) &&
         bytes[2] == 1 && bytes[3] == 0;
}

/// A signature that may as well be the name of a column.
bool is_plain_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

bool holds_control_bytes(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(),
                     [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t'; });
}

}  // namespace

FileKind file_kind(std::string_view bytes) {
  const auto* found = std::find_if(signatures.begin(), signatures.end(),
                                   [&](const Signature& s) { return bytes.starts_with(s.bytes); });
  if (found != signatures.end()) {
    if (!is_plain_word(found->bytes) || holds_control_bytes(bytes.substr(0, 64))) return found->kind;
  }
  if (bytes.starts_with(sas)) return {"a SAS file", by_pandas};
  if (is_old_stata(bytes)) return {"a Stata file", by_pandas};
  if (is_tar(bytes)) return {"a tar archive", unpack};
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv))
    return {"UTF-32", "convert it to UTF-8 (iconv -f utf-32 -t utf-8)"};
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv))
    return {"UTF-16", "convert it to UTF-8 (iconv -f utf-16 -t utf-8)"};
  if (bytes.size() > 3 && (bytes[0] == '\0' || bytes[1] == '\0')) {
    const bool text =
        std::count(bytes.begin(), bytes.end(), '\0') * 4 > static_cast<std::ptrdiff_t>(bytes.size());
    if (text)
      return {"UTF-16 without its mark, or no text at all",
              "UTF-16 becomes UTF-8 with: iconv -f utf-16le -t utf-8"};
    return {"no text", "write the table as CSV"};
  }
  if (bytes.starts_with("{\"") || bytes.starts_with("[{") || bytes.starts_with("[\n"))
    return {"JSON", by_pandas};
  return {nullptr, nullptr};
}

}  // namespace psychograph::io

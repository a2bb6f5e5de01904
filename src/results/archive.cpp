#include "results/archive.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace psychograph::results {
namespace {

using boost::archive::archive_exception;

[[noreturn]] void fail() { throw archive_exception(archive_exception::input_stream_error); }

}  // namespace

std::string ArchiveReader::require_signature(std::string_view text) {
  if (!text.starts_with("22 serialization::archive "))
    throw archive_exception(archive_exception::invalid_signature);
  return std::string(text);
}

ArchiveReader& ArchiveReader::operator&(std::string& text) {
  std::uint64_t length = 0;
  archive_ >> length;
  text_.get();  // what parts it from the text
  text.clear();
  if (length == 0) return *this;
  const std::streamoff place = text_.tellg();
  if (place < 0 || length > text_.view().size() - static_cast<std::size_t>(place)) fail();
  text = text_.view().substr(static_cast<std::size_t>(place), length);
  text_.seekg(static_cast<std::streamoff>(length), std::ios::cur);
  return *this;
}

ArchiveReader& ArchiveReader::operator&(std::vector<bool>& values) {
  std::uint64_t count = 0;
  archive_ >> count;
  append(values, count);
  return *this;
}

void ArchiveReader::finish() {
  text_.clear();
  if (!(text_ >> std::ws).eof()) fail();
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace psychograph::results

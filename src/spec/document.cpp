#include "spec/document.hpp"

#include <sstream>

#include <fmt/format.h>

#include "core/error.hpp"

namespace psychograph::spec {
namespace {

/// Keys of thousands of parts are nobody's, and the parser would call itself for each.
void require_short_keys(std::string_view text, const std::string& name) {
  constexpr std::size_t most_parts = 256;
  std::size_t dots = 0;
  std::size_t line = 1;
  for (const char c : text) {
    if (c == '.' && ++dots == most_parts)
      throw core::usage_error(
          fmt::format("{}: line {}: a key of more than {} parts", name, line, most_parts));
    if (c == '\n') ++line;
    if (std::string_view(",=[]#\n").find(c) != std::string_view::npos) dots = 0;
  }
}

}  // namespace

toml::table parse_document(std::string_view text, const std::string& name) {
  require_short_keys(text, name);
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw core::usage_error(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

std::string effective_text(const toml::table& document) {
  toml::table copy = document;
  copy.erase("output");
  std::ostringstream out;
  out << toml::toml_formatter(copy) << '\n';
  return out.str();
}

}  // namespace psychograph::spec

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

/// A table of customers given where a spec belongs is a slip that TOML's own words don't tell.
void require_no_table(std::string_view text, const std::string& name) {
  const bool hdf5 = text.starts_with("\x89HDF");
  if (!hdf5 && !name.ends_with(".csv")) return;
  throw core::usage_error(
      fmt::format("{}: is a table, and a spec is wanted here, which names it or has it by --input; "
                  "psychograph import --spec "
                  "draft.toml writes a first one",
                  name));
}

}  // namespace

toml::table parse_document(std::string_view text, const std::string& name) {
  require_no_table(text, name);
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

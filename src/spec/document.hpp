// A TOML text as a document, and back. Local.
#pragma once

#include <string>
#include <string_view>

#include <toml++/toml.h>

namespace psychograph::spec {

/// Throws a usage error with `name` and the line where the text is no TOML, or has keys of very many parts.
toml::table parse_document(std::string_view text, const std::string& name);

/// All of it but [output].
std::string effective_text(const toml::table& document);

}  // namespace psychograph::spec

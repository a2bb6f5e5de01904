// TOML text to `Spec`. Local: no rank meets another here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/spec.hpp"

namespace psychograph::spec {

/// One `--set key=value`: the dotted path of a key (list elements by number: features.0.scale) and a TOML
/// value; what is no TOML value is taken as a string.
struct Override {
  std::string key;
  std::string value;
};

/// Splits "key=value". Throws a usage error where there is no '='.
Override parse_override(std::string_view text);

/// The text of the spec file at `path`. Throws a usage error where it can't be read.
std::string read_spec_file(const std::string& path);

/// What a job needs of a spec beside its being well-formed.
enum class Purpose { declare, describe, segment, compare };

/// Parses and validates. `name` is what messages call the text. Throws a usage error that names the key's
/// full path, its line and its value; for an unknown key also the nearest known one.
Spec parse(std::string_view text, const std::string& name, const std::vector<Override>& overrides,
           Purpose purpose);

}  // namespace psychograph::spec

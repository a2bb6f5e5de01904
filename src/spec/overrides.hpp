// Keys of the spec that the command line sets.
#pragma once

#include <toml++/toml.h>

#include "spec/parse.hpp"

namespace psychograph::spec {

/// Sets the key, making tables on the way. Throws a usage error where the path leads nowhere.
void apply_override(toml::table& document, const Override& change);

}  // namespace psychograph::spec

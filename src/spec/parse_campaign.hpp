// TOML text to `Campaign`. Local: no rank meets another here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/campaign.hpp"
#include "spec/parse.hpp"

namespace psychograph::spec {

/// Parses and validates. `name` is what messages call the text. Throws a usage error that names the key's
/// full path, its line and its value; for an unknown key also the nearest known one.
Campaign parse_campaign(std::string_view text, const std::string& name,
                        const std::vector<Override>& overrides);

}  // namespace psychograph::spec

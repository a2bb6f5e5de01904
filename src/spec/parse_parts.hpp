// Keys that specs of several jobs have in common.
#pragma once

#include "spec/section.hpp"
#include "spec/spec.hpp"

namespace psychograph::spec {

/// `missing_values` of a section: numbers and strings. Throws a usage error.
Sentinels parse_sentinels(Section& section);
/// [privacy]. Throws a usage error.
Privacy parse_privacy(Section section);

}  // namespace psychograph::spec

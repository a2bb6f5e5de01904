// What marketing declares in the spec: options and what became of them, needs, criteria, brands. Local; all
// throw a usage error that names the key.
#pragma once

#include <string>
#include <vector>

#include "spec/section.hpp"
#include "spec/spec.hpp"

namespace psychograph::spec {

Playbook parse_playbook(Section section);
std::vector<std::string> parse_engagement(Section section);
Needs parse_needs(Section section);
Targeting parse_targeting(Section section);
Positioning parse_positioning(Section section);

}  // namespace psychograph::spec

// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace psychograph::spec {

/// The element of `candidates` with the smallest edit distance to `word`; empty where none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace psychograph::spec

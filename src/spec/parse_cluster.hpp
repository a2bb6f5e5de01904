// How segments are found, and what is compared: [cluster] and [compare]. Local; all throw a usage error that
// names the key.
#pragma once

#include <string>

#include "spec/parse.hpp"
#include "spec/section.hpp"
#include "spec/spec.hpp"

namespace psychograph::spec {

Cluster parse_cluster(Section section, Purpose purpose);

/// `cluster` says how each algorithm is to be run: of a key that is one algorithm's own it is asked alone.
/// `source` is what messages call the file.
Compare parse_compare(Section section, const toml::table& cluster, const std::string& source);

}  // namespace psychograph::spec

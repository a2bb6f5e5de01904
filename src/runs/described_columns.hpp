// Columns that a job names anew, and what was said of them before.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// The spec, to describe these columns (globs) and no others; `wanted_by` is what messages say of who wants
/// them. Local.
void describe_these(spec::Spec& spec, const std::vector<std::string>& columns, const std::string& wanted_by);

/// What a model says of its features.
std::vector<features::Feature> known_to(const features::Schema& model);

/// The described feature that is this column. Local; the same on every rank. Throws a data error, with
/// `wanted_by`, where there is none: names are whole, where a glob may be meant.
const features::FittedFeature& find_column(const features::Schema& described, const io::Shard& shard,
                                           const std::string& name, const std::string& wanted_by);

/// What is said of a column: by a feature of its own, or by a construct that it is an item of; else null.
const features::Feature* known_of(const std::vector<features::Feature>& known, const std::string& column);

/// The column as one of answers in words, whatever it holds; what was no answer before is none. Local.
features::Feature as_answers(const std::vector<features::Feature>& known, const spec::Spec& spec,
                             const std::string& column);

/// The spec's columns over all customers; none of them is clustered. What `known` says of a column stands.
/// Collective. Throws a data error.
features::Schema describe(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                          const std::vector<features::Feature>& known, Reporter& reporter);

}  // namespace psychograph::runs

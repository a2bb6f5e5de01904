// From the spec's globs and the table's columns to the list of features: the same on every rank.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "io/table.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

/// The clustered features in spec order (globs expand in name order), constructs behind them, and the
/// described ones last. Kind, scale and missing rule have their defaults filled in. Throws a data error for
/// a column that is not there or can't be read, a usage error for a rule that does not suit the column.
/// Local. Precondition: no geographies.
std::vector<Feature> resolve(const io::Table& table, const spec::Spec& spec);

/// The same. Of each geography the cells are read, so that the column that fits is clustered on and those
/// around it are described. Where a column of text is wanted for numbers, its cells are read, so that the
/// error names the one that made it text. Collective.
std::vector<Feature> resolve(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec);

/// Geographies are told apart by the same columns as in an earlier model that knows them.
void follow_geographies(spec::Spec& spec, const Schema& model);

/// A number nobody said anything about turns out to be 0 or 1: its kind is binary, as if declared.
void become_binary(Feature& feature);

/// Features whose kind would be seen from their cells get it from an earlier model that knows them.
void take_kinds(std::vector<Feature>& features, const Schema& model);

}  // namespace psychograph::features

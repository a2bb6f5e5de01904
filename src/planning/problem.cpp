#include "planning/problem.hpp"

#include <set>
#include <string>

#include "features/width.hpp"
#include "io/shard.hpp"

namespace psychograph::planning {

Problem problem_of(const io::Table& table, const spec::Spec& spec,
                   const std::vector<features::Feature>& features) {
  Problem problem;
  problem.customers = table.rows();
  problem.files = static_cast<std::int64_t>(table.files.size());
  problem.cluster = spec.cluster;
  problem.columns = features::likely_encoded_columns(table, features);
  std::set<std::string> used;
  bool dropping = false;
  for (const auto& feature : features) {
    problem.cells_read += static_cast<std::int64_t>(feature.columns.size());
    used.insert(feature.columns.begin(), feature.columns.end());
    dropping = dropping || feature.missing == spec::Missing::drop;
  }
  if (spec.input.id) used.insert(*spec.input.id);
  if (spec.input.weight) {
    used.insert(*spec.input.weight);
    problem.weight_bytes = 8;
  }
  if (dropping) problem.weight_bytes = 9;  // who takes part, and weights of 0 for the others
  for (const auto& name : used) {
    const auto column = io::require_column(table, name, "the spec");
    problem.bytes_read += static_cast<std::int64_t>(table.columns[column].bytes);
  }
  return problem;
}

Problem problem_of(const comm::Communicator& world, const spec::Spec& spec) {
  const io::Shard shard(world, io::open_table(world, spec.input));
  return problem_of(shard.table(), spec, features::resolve(world, shard, spec));
}

}  // namespace psychograph::planning

#include "runs/segment_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "features/float_loss.hpp"
#include "kernel/few_values.hpp"

namespace psychograph::runs {

void require_names(const features::Schema& schema) {
  for (const auto& fitted : schema.features) {
    const auto& feature = fitted.feature;
    if (!feature.clustered || feature.kind == spec::Kind::categorical || feature.kind == spec::Kind::binary)
      continue;
    throw core::usage_error(
        fmt::format("cluster.algorithm: \"kmodes\" is for names, and \"{}\" holds numbers: take "
                    "\"kprototypes\", or say kind = "
                    "\"categorical\"",
                    feature.name));
  }
}

void require_few_values(const comm::Communicator& world, const kernel::Data& data,
                        const features::Schema& schema) {
  const auto values = kernel::few_values(world, data);
  const auto names = schema.encoded_names();
  for (std::size_t j = 0; j < values.size(); ++j) {
    if (values[j].empty())
      throw core::usage_error(
          fmt::format("cluster.algorithm: \"kmedians\" is of columns of at most {} different values, and "
                      "\"{}\" has more: algorithm = \"medoids\", metric = \"manhattan\" takes any",
                      kernel::most_values, names[j]));
  }
}

void require_exact(const comm::Communicator& world, const features::EncodedTable& table,
                   const results::Result& result, double total_square) {
  const double inertia = result.segments.total_inertia;
  if (result.model.schema.length > 0) return;  // directions are what float has made of them
  if (!features::inertia_is_doubtful(inertia, total_square)) return;
  const auto loss = features::inertia_lost_in_float(world, table, result.segments.assignment.label,
                                                    result.segments.size.size(), inertia);
  if (loss) throw core::data_error(fmt::format("{}: {}", io::files_name(table.shard.table()), *loss));
}

void require_inhabited(const io::Table& table, const cluster::Model& model,
                       const std::vector<std::int64_t>& size) {
  const auto empty = std::count(size.begin(), size.end(), 0);
  if (empty == 0) return;
  if (cluster::is_mixture(model))
    throw core::data_error(fmt::format(
        "{}: {} of {} segments would be nobody's likeliest: take fewer segments, or more restarts",
        io::files_name(table), empty, size.size()));
  throw core::data_error(fmt::format(
      "{}: {} of {} segments would be empty: float can't tell so many of these customers apart; take fewer "
      "segments, or bring values that are far from the others nearer (transform = \"log1p\", scale = "
      "\"robust\")",
      io::files_name(table), empty, size.size()));
}

}  // namespace psychograph::runs

#include "runs/resegmentation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "cluster/assign.hpp"
#include "cluster/seeding.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/feature_matrix.hpp"
#include "features/encodable.hpp"
#include "io/id_join.hpp"
#include "io/inspect.hpp"
#include "quarters/carry_over.hpp"
#include "quarters/change_summary.hpp"
#include "results/layout.hpp"
#include "results/summary.hpp"
#include "runs/stored_spec.hpp"

namespace psychograph::runs {
Resegmentation::Resegmentation(const comm::Communicator& world, const std::string& path, spec::Spec& spec,
                               Reporter& reporter)
    : world_(world), path_(path), spec_(spec), reporter_(reporter) {
  comparison_.previous = results::read_result(world, path);
  history_ = quarters::read_history(world, path);
  const auto& previous = comparison_.previous;
  const bool named = history_.names.size() == previous.model.ids.size();
  if (!named)
    reporter.warn(
        fmt::format("{}: /segments/name has no name for each of the {} segments: the model's own are used",
                    path, previous.model.ids.size()));
  if (!spec.cluster.ks.empty()) {
    spec.cluster.ks.clear();
    spec.cluster.k = static_cast<std::int64_t>(previous.model.ids.size());
    reporter.detail(fmt::format("k = {}, as {} has it", spec.cluster.k, path));
  }
  comparison_.old_names = named ? history_.names : previous.model.names;
  const auto clustered = std::accumulate(previous.sizes.begin(), previous.sizes.end(), std::int64_t{0});
  comparison_.old = {previous.model.ids, previous.sizes, previous.customers - clustered};
  comparison_.by_ids = spec.input.id && parse_stored_spec(previous, path, {}).input.id;
  if (!comparison_.by_ids)
    reporter.warn(
        fmt::format("{} without input.id: row numbers are no identity, so segments are matched by their "
                    "centroids, and who moved, joined or left is not known",
                    spec.input.id ? path + " was made" : "the spec is"));
  if (spec.cluster.init == spec::Init::file)
    reporter.warn("cluster.init is not used: the start is the previous result");
}

std::string Resegmentation::lineage() const {
  return fmt::format("# from the model {}\n", comparison_.previous.model_sha256);
}

SegmentationPlan Resegmentation::plan() {
  return {results::Job::resegment,
          &comparison_.previous.model.schema,
          [this](const auto& shard, const auto& features, const auto& participation) {
            look(shard, features, participation);
          },
          [this](const auto& data, const auto& schema, const auto&) { return starts(data, schema); },
          [this](const auto& data, auto& result) { number(data, result); },
          [this](auto& file, const auto& result) {
            quarters::write_history(file, history_, comparison_, result, largest_id_);
          },
          comparison_.by_ids ? comparison_.previous.customers : 0};
}

/// Finds out who was in which segment, and where the cells lie among last quarter's quantiles.
void Resegmentation::look(const io::Shard& shard, const std::vector<features::Feature>& features,
                          const features::Participation& participation) {
  const auto& model = comparison_.previous.model;
  quarters::require_same_features(model.schema, features, path_);
  if (comparison_.by_ids) {
    reporter_.stage(fmt::format("looking up the customers in {}", path_));
    find_customers(shard);
  } else {
    before_ = comm::run_on_all_ranks(
        world_, [&] { return core::RowVector<std::int32_t>(shard.local_rows(), io::absent, shard.where()); });
  }
  bins_ = quarters::bins_of(model.schema, features);
  features::count_at_or_below(world_, shard, participation, bins_);
}

void Resegmentation::find_customers(const io::Shard& shard) {
  io::Shard assignments(world_, comm::run_on_root(world_, [&] {
                          return io::inspect_table({path_}, results::layout::assignments);
                        }));
  assignments.keep_rows_in(shard.where());
  namespace layout = results::layout;
  auto found = io::look_up(world_, shard, *spec_.input.id,
                           {assignments, std::string(layout::leaf(layout::customer_id)),
                            std::string(layout::leaf(layout::segment))});
  before_ = std::move(found.values);
  if (found.repeated > 0)
    reporter_.warn(fmt::format("{}: {} customers have an id that an earlier row has: these are passed over",
                               path_, found.repeated));
}

/// The old centroids; of more than are wanted those with most customers now, of fewer with others drawn.
cluster::Starts Resegmentation::starts(const kernel::Data& data, const features::Schema& schema) {
  const auto& model = comparison_.previous.model;
  const auto& options = spec_.cluster;
  old_centroids_ = quarters::carry_over(model.centres(), model.schema, schema);
  const double limit = core::largest_encoded(schema.width());
  for (const double value : old_centroids_.values()) {
    if (!(std::abs(value) <= limit))
      throw core::data_error(
          fmt::format("{}: its centroids are too far from this table to start from", path_));
  }
  const auto wanted = static_cast<std::size_t>(options.k);
  if (wanted > old_centroids_.k())
    return {options.restarts, [&, this](std::int64_t restart) {
              return cluster::add_centroids(world_, data, old_centroids_, options.k, options.seed,
                                            static_cast<std::uint32_t>(restart));
            }};
  const auto start = wanted < old_centroids_.k() ? largest(data, wanted) : old_centroids_;
  return {1, [start](std::int64_t) { return core::Centroids(start); }};
}

/// The `wanted` old centroids that most customers are nearest to, in their order.
core::Centroids Resegmentation::largest(const kernel::Data& data, std::size_t wanted) {
  const cluster::Model model = cluster::CentroidModel{old_centroids_};
  const auto sizes = cluster::count_customers(world_, data, model);
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] > sizes[b]; });
  order.resize(wanted);
  std::sort(order.begin(), order.end());
  return cluster::centres(cluster::arranged(model, order));
}

/// Finds out which segments are last quarter's, and puts them in the order of their ids.
void Resegmentation::number(const kernel::Data& data, results::Result& result) {
  result.segments = cluster::assign_by_size(world_, data, result.fitted->model);
  const auto k = result.segments.centroids().k();
  const auto count = [&] {
    comparison_.migration =
        quarters::count_migration(world_, before_, result.segments.assignment.label, comparison_.old, k);
  };
  count();
  const auto distances = quarters::measure_distances(old_centroids_, result.segments.centroids());
  const auto by_size = quarters::match_segments(comparison_.migration, distances);
  const auto who =
      quarters::identify(by_size, comparison_.old.ids, comparison_.old_names, history_.largest_id);
  largest_id_ = who.largest_id;
  std::vector<std::size_t> order(k);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return who.ids[a] < who.ids[b]; });

  if (!std::is_sorted(order.begin(), order.end())) {
    auto model = cluster::arranged(result.segments.model, order);
    result.segments = {};  // before the next assignment takes as much memory
    result.segments = cluster::assign_in_order(world_, data, std::move(model));
    count();  // customers at an exact tie go to the lower number, which is another one now
  }
  result.model.clusters = result.segments.model;
  auto& matching = comparison_.matching;
  matching = {by_size.by, std::vector<std::int32_t>(comparison_.old.ids.size(), -1), {}};
  for (std::size_t c = 0; c < k; ++c) {
    result.model.ids.push_back(who.ids[order[c]]);
    const auto named = spec_.names.find(who.ids[order[c]]);
    result.model.names.push_back(named == spec_.names.end() ? who.names[order[c]] : named->second);
    matching.ancestor.push_back(by_size.ancestor[order[c]]);
    if (matching.ancestor[c] >= 0)
      matching.heir[static_cast<std::size_t>(matching.ancestor[c])] = static_cast<std::int32_t>(c);
  }
  before_ = core::RowVector<std::int32_t>();
  quarters::complete(comparison_, result, bins_);
}

void resegment(const comm::Communicator& world, const ResegmentOptions& options, Reporter& reporter) {
  auto spec = load_spec(world, options.spec, spec::Purpose::segment);
  if (!cluster::algorithm(spec.cluster.algorithm).takes_starts)
    throw core::usage_error(fmt::format(
        "resegment starts from the previous segments, and cluster.algorithm = \"{}\" finds its own "
        "way to segments each time: use \"kmeans\", which takes a result of any algorithm on, or "
        "segment afresh",
        to_string(spec.cluster.algorithm)));
  open_files(options.spec, spec, options.previous, reporter);
  Resegmentation resegmentation(world, options.previous, spec, reporter);
  const auto [result, told] =
      segment_and_write(world, options.spec, spec, resegmentation.lineage(), resegmentation.plan(), reporter);
  reporter.summary(results::summarise(result) + told +
                   quarters::summarise_changes(resegmentation.comparison(), options.previous));
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace psychograph::runs

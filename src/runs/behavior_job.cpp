#include "runs/behavior_job.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "behavior/deal.hpp"
#include "behavior/feature_file.hpp"
#include "behavior/figures.hpp"
#include "behavior/members.hpp"
#include "behavior/period.hpp"
#include "behavior/withheld_growth.hpp"
#include "behavior/withheld_sum.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "io/input_file.hpp"
#include "results/layout.hpp"
#include "runs/behavior_input.hpp"
#include "runs/behavior_output.hpp"
#include "runs/behavior_plan.hpp"
#include "runs/behavior_privacy.hpp"
#include "runs/behavior_tables.hpp"
#include "runs/growth_tables.hpp"

namespace psychograph::runs {
namespace {

namespace layout = results::layout;
spec::Input segments_input(const std::string& path) {
  spec::Input input;
  input.files = {path};
  input.table = layout::assignments;
  return input;
}

/// Names of segments instead of their numbers, where a result says who is in which.
void name_segments(const comm::Communicator& world, const std::string& path,
                   std::vector<std::string>& groups) {
  std::vector<std::string> names;
  std::vector<std::int32_t> ids;
  comm::run_on_root(world, [&] {
    const io::InputFile file(path, "result of segment");
    ids = file.values<std::int32_t>(layout::segment_id);
    names = file.strings(layout::segment_name);
    if (names.size() != ids.size()) file.fail(layout::segment_name);
  });
  boost::mpi::broadcast(world, names, 0);
  boost::mpi::broadcast(world, ids, 0);
  for (auto& group : groups) {
    if (group == "-1") group = "(in no segment)";
    for (std::size_t s = 0; s < ids.size(); ++s) {
      if (group != std::to_string(ids[s])) continue;
      group = names[s];
      break;
    }
  }
}

/// The customers of the table, where there is one, and the groups of growth, sent to their events.
void read_members(const comm::Communicator& world, const spec::Events& spec, const io::Shard* customers,
                  behavior::Levels& groups, behavior::Dealt& dealt) {
  if (customers != nullptr) {
    const auto by = spec.retention ? spec.retention->by : std::string();
    behavior::deal_out_members(world, *customers, {spec.customers.id, by, true, "--customers"}, groups,
                               dealt);
  }
  if (!spec.retention || spec.retention->segments.empty()) return;
  const io::Shard segments(world, io::open_table(world, segments_input(spec.retention->segments)));
  behavior::deal_out_members(world, segments, {"customer_id", "segment", false, "retention.segments"}, groups,
                             dealt);
}

constexpr std::int64_t window_rows(std::size_t row_bytes) {
  return std::max<std::int64_t>(1, (std::int64_t{16} << 20U) / static_cast<std::int64_t>(row_bytes));
}

behavior::RowPlan plan_rows(const comm::Communicator& world, const behavior::FigurePlan& plan,
                            const behavior::Dealt& dealt, const io::Shard* customers) {
  const auto bytes = plan.begins.back() * sizeof(std::int64_t) + 8;
  if (customers == nullptr)
    return {world, dealt.sample, dealt.longest_name,
            window_rows(bytes + static_cast<std::size_t>(dealt.longest_name))};
  return {io::shard_edges(customers->table(), world.size()), window_rows(bytes)};
}

void tell(const behavior::FoldTally& tally, Reporter& reporter) {
  if (tally.early > 0)
    reporter.warn(fmt::format("{} events before the window count for recency and tenure alone", tally.early));
  if (tally.repeated > 0)
    reporter.warn(
        fmt::format("{} events are the same as another one in all columns (repeated = \"keep\" or "
                    "\"drop\" says what becomes of them)",
                    tally.repeated));
  if (tally.unknown_customers > 0)
    reporter.warn(
        fmt::format("{} customers with {} events are not in the table of customers: they are in no "
                    "row, and count for everybody's retention alone",
                    tally.unknown_customers, tally.unknown_events));
}

std::vector<behavior::RfmCuts> find_cuts(const comm::Communicator& world, const spec::Behavior& behavior,
                                         std::vector<behavior::RfmValues>& rfm) {
  std::vector<behavior::RfmCuts> cuts;
  for (auto& values : rfm) {
    auto& block = cuts.emplace_back();
    for (std::size_t i = 0; i < block.size(); ++i) {
      block[i] = behavior::find_cut_points(world, values[i], behavior.scores);
      values[i] = {};
    }
  }
  return cuts;
}

/// What the tables of growth call their groups and periods, where there are any. Collective.
GrowthNames growth_names(const comm::Communicator& world, const spec::Events& spec,
                         const BehaviorPlan& plan) {
  if (!plan.figures.growth) return {};
  const auto& growth = *plan.figures.growth;
  const auto& block = spec.blocks[growth.block];
  GrowthNames names{
      {"all"}, growth.period, growth.first, !block.value.empty(), behavior::units_in_one(block.decimals)};
  auto groups = plan.groups;
  if (!spec.retention->segments.empty()) name_segments(world, spec.retention->segments, groups);
  names.groups.insert(names.groups.end(), groups.begin(), groups.end());
  names.groups.emplace_back("(unknown)");
  return names;
}

/// Adds the tables of growth, where there is any, and returns what is told of it.
std::string add_growth(const GrowthNames& names, const std::optional<behavior::Growth>& growth,
                       std::int64_t min_cell, NamedTables& tables) {
  if (!growth) return "";
  const behavior::WithheldGrowth hidden(*growth, min_cell);
  tables.emplace_back(layout::retention, retention_table(*growth, names, hidden));
  tables.emplace_back(layout::cohorts, cohorts_table(*growth, names, hidden));
  return retention_text(*growth, names, hidden);
}

std::string facts_text(const spec::Events& spec, const BehaviorFacts& facts) {
  auto text = fmt::format("{}: {} customers, {} events, as of {}\n", core::printable(spec.output_path),
                          facts.customers, facts.events, behavior::day_text(facts.as_of));
  if (facts.without_events > 0) text += fmt::format("{} customers without events\n", facts.without_events);
  return text;
}

}  // namespace

void behavior(const comm::Communicator& world, const BehaviorOptions& options, Reporter& reporter) {
  const auto spec = load_events(world, options);
  reporter.open([&] { return files_of(options, spec); });
  const auto min_cell = read_min_cell(world, spec);
  const auto folder = scratch_folder(options, spec);
  std::optional<io::Shard> customers;
  OwnColumns own;
  if (!spec.customers.files.empty()) {
    auto own_table = io::open_table(world, input_of(spec.customers));
    (void)io::require_column(own_table, spec.customers.id, "customers.id");
    own = own_columns(world, own_table, spec.customers.id, reporter);
    customers.emplace(world, std::move(own_table));
  }
  io::OutputFile file(world, spec.output_path);  // before the long passes: an unwritable folder shows at once

  auto read = read_events(world, spec, folder, reporter);
  const auto events = read.kept();
  behavior::Levels groups;
  const auto* const table = customers ? &*customers : nullptr;
  read_members(world, spec, table, groups, read.dealt);
  const auto plan = plan_behavior(spec, read.dealt, read.levels, groups);

  reporter.stage(fmt::format("folding {} events", events));
  const auto rows = plan_rows(world, plan.figures, read.dealt, table);
  auto figures = behavior::fold_all(world, read.dealt, plan.figures, rows, folder,
                                    [&](double share) { reporter.progress("customers", share); });
  if (customers) behavior::require_different_ids(*customers, spec.customers.id, figures.repeated);
  tell(figures.tally, reporter);
  const auto cuts = find_cuts(world, spec.behavior, figures.rfm);

  std::vector<behavior::FeatureContext> contexts;
  contexts.reserve(spec.blocks.size());
  std::vector<behavior::BlockFeatures> blocks;
  for (std::size_t b = 0; b < spec.blocks.size(); ++b) {
    contexts.push_back({spec.blocks[b], spec.behavior, plan.figures.foldings[b], cuts[b], plan.channels[b],
                        plan.categories[b], plan.shared[b]});
    blocks.push_back({contexts[b], behavior::feature_columns(contexts[b]), plan.figures.begins[b]});
  }
  const auto total = figures.tally.customers;
  reporter.stage(fmt::format("writing {} customers", total));
  if (customers) carry(world, *customers, own, blocks, file, reporter);
  auto counts = behavior::write_features(world, rows, behavior::row_bytes(plan.figures, rows), figures,
                                         blocks, total, file, behavior_table,
                                         [&](double share) { reporter.progress("features", share); });

  const bool hides_nobody = withhold_counts(counts, min_cell);
  NamedTables tables{{layout::behavior_cut_points, cut_points_table(spec, cuts)},
                     {layout::behavior_levels, levels_table(counts)}};
  const auto growth_text = add_growth(growth_names(world, spec, plan), figures.growth, min_cell, tables);
  const auto texts = write_tables(world, options, tables, file);
  const auto& window = plan.figures.foldings.front();
  const bool hides = hides_nobody || behavior::is_small(figures.tally.without_events, min_cell);
  const BehaviorFacts facts{figures.tally.customers, hides ? 0 : figures.tally.without_events, events,
                            window.as_of, window.split};
  write_run(world, spec, facts, reporter.command(), file);
  comm::heed_last_stop_requests(world);
  file.commit();
  for (const auto& text : texts) text->commit();  // never new ones beside an old file
  reporter.stage("done");
  reporter.summary(facts_text(spec, facts) + cut_points_text(spec, cuts) + levels_text(counts) + growth_text);
}

}  // namespace psychograph::runs

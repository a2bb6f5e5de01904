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
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "core/time.hpp"
#include "insight/codebook.hpp"
#include "io/atomic_path.hpp"
#include "io/carried_columns.hpp"
#include "io/disk_space.hpp"
#include "io/input_file.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "results/tidy_table.hpp"
#include "runs/behavior_plan.hpp"
#include "runs/behavior_tables.hpp"
#include "runs/json_text.hpp"
#include "runs/naming_files.hpp"
#include "spec/parse_events.hpp"

namespace psychograph::runs {
namespace {

namespace layout = results::layout;
constexpr const char* table_name = "/customers";

spec::Events load_events(const comm::Communicator& world, const BehaviorOptions& options) {
  const auto text = comm::run_on_root(world, [&] { return spec::read_spec_file(options.path); });
  std::vector<spec::Override> overrides;
  for (const auto& set : options.sets) overrides.push_back(spec::parse_override(set));
  if (!options.customers.empty()) overrides.push_back({"customers.files", json_text(options.customers)});
  if (!options.output.empty()) overrides.push_back({"output.path", json_text(options.output)});
  auto spec = spec::parse_events(text, options.path, overrides);
  // Paths may be no UTF-8, which TOML must be.
  if (!options.customers.empty()) spec.customers.files = options.customers;
  if (!options.output.empty()) spec.output_path = options.output;
  if (spec.output_path.empty())
    throw core::usage_error("where to? Name --output FILE.h5, or path under [output]");
  return spec;
}

/// The tables that are written as CSV, by their names.
std::vector<std::string> csv_names(const spec::Events& spec) {
  std::vector<std::string> names{"cut_points", "levels"};
  if (spec.retention) names.insert(names.end(), {"retention", "cohorts"});
  return names;
}
std::string csv_path(const BehaviorOptions& options, const std::string& name) {
  return fmt::format("{}/{}.csv", options.csv, name);
}

spec::Input input_of(const spec::CustomerTable& customers) {
  spec::Input input;
  input.files = customers.files;
  input.table = customers.table;
  input.id = customers.id;
  return input;
}

spec::Input segments_input(const std::string& path) {
  spec::Input input;
  input.files = {path};
  input.table = layout::assignments;
  return input;
}

io::FileUse files_of(const BehaviorOptions& options, const spec::Events& spec) {
  io::FileUse use{{options.path}, {{"--output", spec.output_path}}};
  const auto read = [&](const std::vector<std::string>& files) {
    use.read.insert(use.read.end(), files.begin(), files.end());
  };
  for (const auto& block : spec.blocks) read(io::expand_globs(block.files));
  if (!spec.customers.files.empty()) read(io::files_read(input_of(spec.customers)));
  if (spec.retention && !spec.retention->segments.empty()) read({spec.retention->segments});
  if (!options.csv.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.csv, error);
    if (error)
      throw core::environment_error(fmt::format("{}: can't be made: {}", options.csv, error.message()));
    for (const auto& name : csv_names(spec))
      use.written.push_back({"--csv", csv_path(options, name), io::Output::Kind::text});
  }
  return use;
}

std::string scratch_folder(const BehaviorOptions& options, const spec::Events& spec) {
  if (!options.scratch.empty()) return options.scratch;
  const auto folder = std::filesystem::path(io::target_of(spec.output_path)).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// All events, read and dealt out.
struct Read {
  std::vector<behavior::EventLevels> levels;
  std::vector<behavior::EventTally> tallies;
  behavior::Dealt dealt;
};

Read read_events(const comm::Communicator& world, const spec::Events& spec, const std::string& folder,
                 Reporter& reporter) {
  std::vector<behavior::EventLevels> levels(spec.blocks.size());
  std::vector<std::unique_ptr<behavior::Source>> sources;
  double rows = 0;
  for (std::size_t b = 0; b < spec.blocks.size(); ++b) {
    std::optional<std::int64_t> as_of;
    if (spec.behavior.as_of) as_of = *spec.behavior.as_of * core::microseconds_in(core::TimeUnit::days);
    sources.push_back(
        behavior::open_events(world, {spec.blocks[b], static_cast<std::uint8_t>(b), as_of, levels[b]}));
    rows += sources.back()->about_rows();
  }
  reporter.stage("reading the events");
  const behavior::DealOptions options{folder, behavior::slices_for(world, rows)};
  auto dealt = behavior::deal_out(world, options, sources, levels, spec.blocks,
                                  [&](double share) { reporter.progress("events", share); });
  std::vector<behavior::EventTally> tallies;
  for (auto& source : sources) {
    behavior::sum_over_ranks(world, source->tally);
    tallies.push_back(source->tally);
  }
  return {std::move(levels), std::move(tallies), std::move(dealt)};
}

void tell(const spec::EventBlock& block, const behavior::EventTally& tally, Reporter& reporter) {
  const auto one = [&](const behavior::Noted& noted, const std::string& what) {
    if (noted.count == 0) return;
    auto first = noted.first;
    while (!first.empty() && (first.back() == ' ' || first.back() == ':')) first.pop_back();
    reporter.warn(fmt::format("{}{} {}; the first: {}",
                              block.name.empty() ? "" : fmt::format("[[events]] {}: ", block.name),
                              noted.count, what, first));
  };
  one(tally.without_id, "events without an id are left out");
  one(tally.without_time, "events without a time are left out");
  one(tally.bad, "events that can't be read are left out");
  one(tally.late, "events on the as-of date or later are left out");
  one(tally.without_value, "missing values or quantities count as 0");
}

std::int64_t kept_events(const Read& read) {
  std::int64_t kept = 0;
  for (const auto& tally : read.tallies)
    kept +=
        tally.read - tally.without_id.count - tally.without_time.count - tally.bad.count - tally.late.count;
  return kept;
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

/// The customers' own columns, those aside that the program makes anew.
void carry(const comm::Communicator& world, const spec::Events& spec, const io::Shard& shard,
           const std::vector<behavior::BlockFeatures>& blocks, io::OutputFile& file, Reporter& reporter) {
  std::vector<std::size_t> columns;
  const auto& table = shard.table();
  const auto is_feature = [&](const std::string& name) {
    return std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) {
      return std::any_of(block.columns.begin(), block.columns.end(),
                         [&](const auto& column) { return column.name == name; });
    });
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& column = table.columns[c];
    if (is_feature(column.name)) {
      reporter.warn(fmt::format("column \"{}\" of the customers is replaced by the feature", column.name));
    } else if (!column.unreadable.empty()) {
      reporter.warn(fmt::format("column \"{}\" {}; it is left out", column.name, column.unreadable));
    } else {
      columns.push_back(c);
    }
  }
  io::carry_columns(world, shard, columns, file, table_name);
  insight::Codebook codebook = insight::read_codebook(world, io::files_read(input_of(spec.customers)), {});
  if (!codebook.columns().empty()) insight::write_codebook(file, codebook);
}

using NamedTables = std::vector<std::pair<std::string, results::TidyTable>>;

void write_tables(const comm::Communicator& world, const BehaviorOptions& options, const NamedTables& tables,
                  io::OutputFile& file) {
  for (const auto& [path, table] : tables) results::write_table(file, path, table);
  if (options.csv.empty()) return;
  for (const auto& [path, table] : tables) {
    io::OrderedText csv(world, csv_path(options, path.substr(path.rfind('/') + 1)));
    csv.append(world.rank() == 0 ? results::to_csv(table) : std::string());
    csv.commit();
  }
}

}  // namespace

void behavior(const comm::Communicator& world, const BehaviorOptions& options, Reporter& reporter) {
  const auto spec = load_events(world, options);
  reporter.open([&] { return files_of(options, spec); });
  const auto folder = scratch_folder(options, spec);
  std::optional<io::Shard> customers;
  if (!spec.customers.files.empty()) {
    customers.emplace(world, io::open_table(world, input_of(spec.customers)));
    (void)io::require_column(customers->table(), spec.customers.id, "customers.id");
  }
  io::OutputFile file(world, spec.output_path);  // before the long passes: an unwritable folder shows at once

  auto read = read_events(world, spec, folder, reporter);
  for (std::size_t b = 0; b < spec.blocks.size(); ++b) tell(spec.blocks[b], read.tallies[b], reporter);
  const auto events = kept_events(read);
  if (events == 0) throw core::data_error(fmt::format("{}: no events are left", options.path));
  behavior::Levels groups;
  const auto* const table = customers ? &*customers : nullptr;
  read_members(world, spec, table, groups, read.dealt);
  auto plan = plan_behavior(spec, read.dealt, read.levels, groups);

  reporter.stage(fmt::format("folding {} events", events));
  const auto rows = plan_rows(world, plan.figures, read.dealt, table);
  const auto fold = [&] {
    return behavior::fold_all(world, read.dealt, plan.figures, rows, folder,
                              [&](double share) { reporter.progress("customers", share); });
  };
  auto figures = table == nullptr ? fold() : naming_files(table->table(), fold);
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
  if (customers) carry(world, spec, *customers, blocks, file, reporter);
  const auto counts =
      behavior::write_features(world, rows, behavior::row_bytes(plan.figures, rows), figures, blocks, total,
                               file, table_name, [&](double share) { reporter.progress("features", share); });

  NamedTables tables{{layout::behavior_cut_points, cut_points_table(spec, cuts)},
                     {layout::behavior_levels, levels_table(counts)}};
  GrowthNames names;
  if (figures.growth) {
    const auto& growth = *plan.figures.growth;
    const auto& block = spec.blocks[growth.block];
    names = {
        {"all"}, growth.period, growth.first, !block.value.empty(), behavior::units_in_one(block.decimals)};
    if (!spec.retention->segments.empty()) name_segments(world, spec.retention->segments, plan.groups);
    names.groups.insert(names.groups.end(), plan.groups.begin(), plan.groups.end());
    names.groups.emplace_back("(unknown)");
    tables.emplace_back(layout::retention, retention_table(*figures.growth, names));
    tables.emplace_back(layout::cohorts, cohorts_table(*figures.growth, names));
  }
  write_tables(world, options, tables, file);
  const auto& window = plan.figures.foldings.front();
  const auto as_of = behavior::day_text(window.as_of);
  file.create_group(layout::run);
  file.set_attribute(layout::run, "job", std::string("behavior"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "n", total);
  file.set_attribute(layout::run, "events", events);
  file.set_attribute(layout::run, "as_of", as_of);
  file.set_attribute(layout::run, "split", behavior::day_text(window.split));
  file.set_attribute(layout::run, "ranks", static_cast<std::int64_t>(world.size()));
  file.set_attribute(layout::run, "command", reporter.command());
  file.write_text(layout::spec, spec.effective);
  comm::heed_last_stop_requests(world);
  file.commit();
  reporter.stage("done");

  auto text = fmt::format("{}: {} customers, {} events, as of {}\n", core::printable(spec.output_path), total,
                          events, as_of);
  if (figures.tally.without_events > 0)
    text += fmt::format("{} customers without events\n", figures.tally.without_events);
  text += cut_points_text(spec, cuts) + levels_text(counts);
  if (figures.growth) text += retention_text(*figures.growth, names);
  reporter.summary(text);
}

}  // namespace psychograph::runs

#include "runs/measure_job.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>

#include "campaign/findings.hpp"
#include "campaign/tables.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/id_join.hpp"
#include "io/ids.hpp"
#include "io/inspect.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "results/stored_result.hpp"
#include "runs/described_columns.hpp"
#include "runs/grouping.hpp"
#include "runs/json_text.hpp"
#include "runs/measure_parts.hpp"
#include "runs/measure_words.hpp"
#include "spec/parse_campaign.hpp"

namespace psychograph::runs {
namespace {

constexpr const char* by_segment = "segment";

using Segments = std::optional<results::StoredResult>;
using NamedTables = std::vector<std::pair<std::string, results::TidyTable>>;

std::string csv_path(const MeasureOptions& options, const std::string& path) {
  return fmt::format("{}/{}.csv", options.csv, path.substr(path.rfind('/') + 1));
}

spec::Campaign load_campaign(const comm::Communicator& world, const MeasureOptions& options) {
  const auto text = comm::run_on_root(world, [&] { return spec::read_spec_file(options.path); });
  std::vector<spec::Override> overrides;
  for (const auto& set : options.sets) overrides.push_back(spec::parse_override(set));
  if (!options.inputs.empty()) overrides.push_back({"campaign.files", json_text(options.inputs)});
  if (!options.segments.empty()) overrides.push_back({"campaign.segments", json_text(options.segments)});
  if (!options.output.empty()) overrides.push_back({"output.path", json_text(options.output)});
  auto campaign = spec::parse_campaign(text, options.path, overrides);
  // Paths may be no UTF-8, which TOML must be.
  if (!options.inputs.empty()) campaign.input.files = options.inputs;
  if (!options.segments.empty()) campaign.segments = options.segments;
  if (!options.output.empty()) campaign.output_path = options.output;
  if (campaign.output_path.empty())
    throw core::usage_error("where to? Name --output FILE.h5, or path under [output]");
  return campaign;
}

io::FileUse files_of(const MeasureOptions& options, const spec::Campaign& campaign) {
  namespace layout = results::layout;
  io::FileUse use{io::files_read(campaign.input), {{"--output", campaign.output_path}}};
  use.read.push_back(options.path);
  if (!campaign.segments.empty()) use.read.push_back(campaign.segments);
  if (options.csv.empty()) return use;
  std::error_code error;
  std::filesystem::create_directories(options.csv, error);
  if (error)
    throw core::environment_error(fmt::format("{}: can't be made: {}", options.csv, error.message()));
  for (const auto* path :
       {layout::campaign_lifts, layout::campaign_means, layout::campaign_ratios, layout::campaign_balance,
        layout::campaign_adjusted, layout::campaign_heterogeneity, layout::campaign_targeting,
        layout::campaign_choices})
    use.written.push_back({"--csv", csv_path(options, path), io::Output::Kind::text});
  return use;
}

/// What other jobs say of such a table.
spec::Spec spec_of(const spec::Campaign& campaign) {
  spec::Spec spec;
  spec.input = campaign.input;
  spec.privacy = campaign.privacy;
  return spec;
}

/// The result whose segments are groups, and what it says of small cells.
Segments read_segments(const comm::Communicator& world, spec::Campaign& campaign) {
  if (campaign.segments.empty()) return std::nullopt;
  auto stored = results::read_result(world, campaign.segments);
  const auto segmented = spec::parse(stored.spec, campaign.segments, {}, spec::Purpose::declare);
  if (segmented.privacy.min_cell > campaign.privacy.min_cell) {
    // What is stored says by which rule it was told.
    const std::vector<spec::Override> rule{{"privacy.min_cell", std::to_string(segmented.privacy.min_cell)}};
    campaign.effective = spec::parse_campaign(campaign.effective, campaign.segments, rule).effective;
    campaign.privacy.min_cell = segmented.privacy.min_cell;
  }
  return stored;
}

/// Bytes of a rank's customers at once, at the most: their arms and groups, and the search for ids.
double held_of_rows(const io::Table& table, const spec::Campaign& campaign, const Segments& segments,
                    int ranks) {
  const auto places = 1 + campaign.by.size();
  auto bytes = static_cast<double>(table.rows()) *
               static_cast<double>(io::unsorted_row_bytes + static_cast<std::int64_t>(places) * 4);
  if (segments)
    bytes += static_cast<double>(table.rows()) * static_cast<double>(io::asking_row_bytes) +
             static_cast<double>(segments->customers) * static_cast<double>(io::known_row_bytes);
  return bytes / ranks;
}

/// Groups, and what keeps who is in them.
std::vector<Grouping> groupings_of(const comm::Communicator& world, const io::Shard& shard,
                                   const spec::Campaign& campaign, const Segments& segments,
                                   Reporter& reporter) {
  const auto spec = spec_of(campaign);
  std::vector<Grouping> groupings;
  if (segments)
    groupings.push_back(segments_by_id(world, shard, spec, *segments, campaign.segments, reporter));
  for (const auto& column : campaign.by) groupings.push_back(group_by(world, shard, spec, column, {}));
  return groupings;
}

void write(const comm::Communicator& world, const MeasureOptions& options, const spec::Campaign& campaign,
           const Segments& segments, const NamedTables& tables, std::int64_t customers, Reporter& reporter) {
  namespace layout = results::layout;
  reporter.stage(fmt::format("writing {}", campaign.output_path));
  io::OutputFile file(world, campaign.output_path);
  for (const auto& [path, table] : tables) results::write_table(file, path, table);
  file.create_group(layout::run);
  file.set_attribute(layout::run, "job", std::string("measure"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "n", customers);
  file.set_attribute(layout::run, "control", campaign.control);
  if (segments) file.set_attribute(layout::run, "segments_model_sha256", segments->model_sha256);
  file.set_attribute(layout::run, "command", reporter.command());
  file.write_text(layout::spec, campaign.effective);
  comm::heed_last_stop_requests(world);
  file.commit();
  if (options.csv.empty()) return;
  for (const auto& [path, table] : tables) {
    io::OrderedText csv(world, csv_path(options, path));
    csv.append(world.rank() == 0 ? results::to_csv(table) : std::string());
    csv.commit();
  }
}

}  // namespace

void measure(const comm::Communicator& world, const MeasureOptions& options, Reporter& reporter) {
  auto campaign = load_campaign(world, options);
  reporter.open([&] { return files_of(options, campaign); });
  const auto segments = read_segments(world, campaign);
  io::Shard shard(world, io::open_table(world, campaign.input));
  const auto held = held_of_rows(shard.table(), campaign, segments, world.size());
  shard.keep_rows_in(place_bytes(world, options.memory, held, held, reporter));
  require_a_row_a_customer(world, shard, campaign);
  auto spec = spec_of(campaign);
  auto columns = campaign.covariates;
  columns.insert(columns.end(), campaign.outcomes.begin(), campaign.outcomes.end());
  for (const auto& name : columns) (void)io::require_column(shard.table(), name, "[campaign]");
  describe_these(spec, columns, "[campaign]");
  spec.described_missing_values = campaign.input.missing_values;
  const auto schema = describe(world, shard, spec, {}, reporter);
  const auto arms = group_by(world, shard, spec, campaign.arm, {});
  const auto groupings = groupings_of(world, shard, campaign, segments, reporter);

  campaign::Question question{arms_of(campaign, arms), arms.places, {}, {}, {}};
  question.outcomes = columns_of(schema, shard, campaign.outcomes, "campaign.outcomes");
  question.covariates = columns_of(schema, shard, campaign.covariates, "campaign.covariates");
  for (std::size_t g = 0; g < groupings.size(); ++g) {
    const bool by_result = segments && g == 0;
    question.groupings.push_back({by_result ? by_segment : campaign.by[g - (segments ? 1 : 0)],
                                  groupings[g].names, groupings[g].places});
  }
  const campaign::Telling telling{parts_of(campaign, question.arms), campaign.smallest_deviation,
                                  campaign.smallest_lift};
  reporter.stage(
      fmt::format("measuring {} arms by {} outcomes", question.arms.count(), question.outcomes.size()));
  const auto measured = campaign::measure(world, shard, question);
  warn_of_what_is_missing(world, question, measured, campaign.arm, reporter);
  warn_of_what_says_nothing(question, campaign.arm, reporter);
  const auto findings = campaign::find(question, measured, telling, insight::Gate(campaign.privacy));
  write(world, options, campaign, segments, campaign::tables(question, findings), shard.table().rows(),
        reporter);
  reporter.summary(measure_text(question, findings));
  reporter.stage(fmt::format("done: {}", campaign.output_path));
}

}  // namespace psychograph::runs

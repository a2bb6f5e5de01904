#include "runs/playbook_job.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "insight/codebook.hpp"
#include "insight/gate.hpp"
#include "io/ordered_text.hpp"
#include "playbook/entries.hpp"
#include "playbook/needs.hpp"
#include "playbook/tables.hpp"
#include "playbook/targeting.hpp"
#include "results/layout.hpp"
#include "runs/grouping.hpp"
#include "runs/playbook_parts.hpp"
#include "runs/spec_options.hpp"
#include "runs/stored_spec.hpp"
#include "runs/telling_columns.hpp"

namespace psychograph::runs {
namespace {

io::FileUse files_of(const PlaybookOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {{"--output", options.output}}};
  use.read.push_back(options.result);
  if (!options.campaign.empty()) use.read.push_back(options.campaign);
  use.read.insert(use.read.end(), spec.codebooks.begin(), spec.codebooks.end());
  if (!options.spec.empty()) use.read.push_back(options.spec);
  if (!options.csv.empty() && options.csv != "-")
    use.written.push_back({"--csv", options.csv, io::Output::Kind::text});
  return use;
}

/// Every column that a block names, once.
std::vector<std::string> columns_of(const std::vector<spec::Playbook>& blocks) {
  std::vector<std::string> columns;
  for (const auto& block : blocks) {
    for (const auto* part : {&block.columns, &block.exposed, &block.consent}) {
      for (const auto& name : *part) {
        if (!name.empty() && std::find(columns.begin(), columns.end(), name) == columns.end())
          columns.push_back(name);
      }
    }
  }
  return columns;
}

playbook::Blocks resolve(const PlaybookInput& input) {
  playbook::Blocks blocks;
  const auto& told = input.spec.playbook;
  const auto names = columns_of(told);
  blocks.columns =
      number_columns(input, names, "[[playbook]]", "the playbook takes flags, counts and amounts");
  for (const auto& column : blocks.columns) {
    if (column.statistics.count > 0 && column.statistics.min < 0)
      throw core::data_error(fmt::format(
          "{}: column \"{}\" is as low as {}, and what somebody did is not below 0",
          io::files_name(input.shard.table()), column.feature.columns.front(), column.statistics.min));
  }
  const auto place_of = [&](const std::vector<std::string>& columns, std::size_t option) {
    if (columns.empty() || columns[option].empty()) return playbook::no_column;
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), columns[option]) - names.begin());
  };
  for (const auto& block : told) {
    if (block.options.size() > playbook::most_options)
      throw core::usage_error(fmt::format("playbook: {} options in one block, and {} are the most",
                                          block.options.size(), playbook::most_options));
    playbook::Block made{block, {}, {}, {}};
    for (std::size_t o = 0; o < block.options.size(); ++o) {
      made.columns.push_back(place_of(block.columns, o));
      made.exposed.push_back(place_of(block.exposed, o));
      made.consent.push_back(place_of(block.consent, o));
    }
    blocks.blocks.push_back(std::move(made));
  }
  return blocks;
}

/// By the centres; the lowest place of several. -1 where there is one segment.
std::vector<std::int64_t> nearest_segments(const core::Centroids& centres) {
  std::vector<std::int64_t> nearest(centres.k(), -1);
  for (std::size_t a = 0; a < centres.k(); ++a) {
    double least = 0;
    for (std::size_t b = 0; b < centres.k(); ++b) {
      if (a == b) continue;
      double square = 0;
      for (std::size_t j = 0; j < centres.p(); ++j) {
        const double apart = centres.at(a, j) - centres.at(b, j);
        square += apart * apart;
      }
      if (nearest[a] >= 0 && square >= least) continue;
      least = square;
      nearest[a] = static_cast<std::int64_t>(b);
    }
  }
  return nearest;
}

std::vector<bool> clustered_columns(const playbook::Blocks& blocks, const features::Schema& schema) {
  std::set<std::string> made_of;
  for (const auto& fitted : schema.features) {
    if (fitted.feature.clustered)
      made_of.insert(fitted.feature.columns.begin(), fitted.feature.columns.end());
  }
  std::vector<bool> found;
  for (const auto& column : blocks.columns) found.push_back(made_of.contains(column.feature.columns.front()));
  return found;
}

struct Tables {
  results::TidyTable entries, reach, motives, needs, criteria, targets;
};

void write(const comm::Communicator& world, const PlaybookOptions& options, const spec::Spec& spec,
           const results::StoredResult& stored, const Tables& tables, Reporter& reporter) {
  namespace layout = results::layout;
  if (!options.csv.empty()) {
    io::OrderedText csv(world, options.csv);
    csv.append(world.rank() == 0 ? results::to_csv(tables.entries) : std::string());
    csv.commit();
  }
  io::OutputFile file(world, options.output);
  file.create_group(layout::playbook);
  results::write_table(file, layout::playbook_options, tables.entries);
  results::write_table(file, layout::playbook_reach, tables.reach);
  const std::pair<const char*, const results::TidyTable*> others[] = {
      {layout::playbook_motives, &tables.motives},
      {layout::playbook_needs, &tables.needs},
      {layout::playbook_criteria, &tables.criteria},
      {layout::playbook_targets, &tables.targets}};
  for (const auto& [path, table] : others) {
    if (!table->columns.empty()) results::write_table(file, path, *table);
  }
  file.create_group(layout::run);
  file.write_text(layout::spec, spec.effective);
  file.set_attribute(layout::run, "job", std::string("playbook"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "segments_model_sha256", stored.model_sha256);
  file.set_attribute(layout::run, "command", reporter.command());
  file.commit();
}

/// What `--set` changes of what `--spec` declares, and of the result's own spec.
std::pair<std::vector<std::string>, std::vector<std::string>> split_sets(const PlaybookOptions& options) {
  std::pair<std::vector<std::string>, std::vector<std::string>> split;
  for (const auto& set : options.sets) {
    const auto section = set.substr(0, set.find_first_of(".="));
    const bool declares =
        section == "playbook" || section == "engagement" || section == "needs" || section == "targeting";
    (declares && !options.spec.empty() ? split.first : split.second).push_back(set);
  }
  return split;
}

/// The result's spec, with what `--spec` declares in the place of its own.
void declare(const comm::Communicator& world, const PlaybookOptions& options, spec::Spec& spec) {
  if (!options.spec.empty()) {
    SpecOptions told;
    told.path = options.spec;
    told.sets = split_sets(options).first;
    const auto own = load_spec(world, told, spec::Purpose::declare);
    spec.playbook = own.playbook;
    spec.engagement = own.engagement;
    spec.needs = own.needs;
    spec.targeting = own.targeting;
    if (!own.codebooks.empty()) spec.codebooks = own.codebooks;
    // What is said of few people there counts too: the stricter of the two.
    spec.privacy.min_cell = std::max(spec.privacy.min_cell, own.privacy.min_cell);
    spec.privacy.ids = spec.privacy.ids && own.privacy.ids;
  }
  if (spec.playbook.empty() && spec.engagement.empty() && spec.needs.names.empty() &&
      spec.targeting.criteria.empty())
    throw core::usage_error(
        "nothing says what is to be found out: [[playbook]] the options, [engagement] what customers do, "
        "[needs] "
        "what matters to them, [targeting] what makes a segment worth it; --spec names a file that does");
}

}  // namespace

void playbook(const comm::Communicator& world, const PlaybookOptions& options, Reporter& reporter) {
  auto again = read_again(world, options.result, options.inputs, split_sets(options).second);
  const auto& stored = again.stored;
  auto& spec = again.spec;
  declare(world, options, spec);
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const insight::Gate gate(spec.privacy);
  const io::Shard shard(world, io::open_table(world, spec.input));
  const PlaybookInput input{world, shard, spec, stored, options.result, codebook, gate, reporter};
  const auto trials = trials_of(input, options.campaign);
  const auto figures = target_figures(input);  // it may fail: before the long reads
  const auto blocks = resolve(input);
  const auto grouping = segments_by_id(world, shard, spec, stored, options.result, reporter);
  const playbook::Segments segments{grouping.ids, grouping.names};
  reporter.stage(fmt::format("counting what {} segments did with {} columns", grouping.ids.size(),
                             blocks.columns.size()));
  const auto counts = playbook::count(world, shard, blocks, grouping.segmented().labels, grouping.ids.size());
  const auto tells = tell_of_few(world, shard, grouping.segmented().labels, grouping.ids.size(), gate,
                                 blocks.columns, few_values, "the playbook");
  auto entries =
      playbook::make_entries({blocks, counts, clustered_columns(blocks, stored.model.schema),
                              nearest_segments(stored.model.centres()), spec.profile.smallest_effect, tells});
  Tables tables;
  if (trials) playbook::add_trials(entries, blocks, segments, *trials);
  const auto told = playbook::withhold(std::move(entries), gate);
  tables.entries = playbook::playbook_table(told, blocks, segments);
  tables.reach = playbook::reach_table(counts, told, blocks, segments, gate);
  if (!spec.engagement.empty()) tables.motives = motives_of(input, grouping);
  if (!spec.needs.names.empty()) tables.needs = needs_of(input, grouping);
  if (!spec.targeting.criteria.empty()) {
    tables.criteria = playbook::criteria_table(spec.targeting, figures, segments, codebook);
    tables.targets = playbook::target_table(spec.targeting, figures, segments, codebook);
  }
  comm::heed_last_stop_requests(world);
  write(world, options, spec, stored, tables, reporter);
  std::string summary;
  if (!blocks.blocks.empty()) summary = playbook::summarise(told, blocks, segments);
  if (trials) summary += playbook::summarise_trials(told, blocks, segments);
  if (!tables.needs.columns.empty()) summary += playbook::summarise_needs(tables.needs);
  if (!tables.targets.columns.empty()) summary += playbook::summarise_targets(tables.targets);
  if (options.csv != "-") reporter.summary(summary);
  reporter.stage(fmt::format("done: {}", options.output));
}

}  // namespace psychograph::runs

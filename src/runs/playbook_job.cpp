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
#include "playbook/motives.hpp"
#include "playbook/tables.hpp"
#include "results/layout.hpp"
#include "runs/described_columns.hpp"
#include "runs/grouping.hpp"
#include "runs/spec_options.hpp"
#include "runs/stored_spec.hpp"

namespace psychograph::runs {
namespace {

io::FileUse files_of(const PlaybookOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {{"--output", options.output}}};
  use.read.push_back(options.result);
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

playbook::Blocks resolve(const comm::Communicator& world, const io::Shard& shard, spec::Spec spec,
                         const features::Schema& schema, Reporter& reporter) {
  playbook::Blocks blocks;
  const auto names = columns_of(spec.playbook);
  const auto told = spec.playbook;
  std::vector<features::Feature> known;
  for (const auto& fitted : schema.features) known.push_back(fitted.feature);
  describe_these(spec, names);
  auto described = describe(world, shard, spec, known, reporter);
  for (const auto& name : names) {
    const auto place =
        std::find_if(described.features.begin(), described.features.end(),
                     [&](const auto& fitted) { return fitted.feature.columns.front() == name; });
    if (place == described.features.end() || place->feature.leveled)
      throw core::data_error(
          fmt::format("{}: column \"{}\" holds words, and the playbook takes flags, counts and amounts",
                      io::files_name(shard.table()), name));
    if (place->statistics.count > 0 && place->statistics.min < 0)
      throw core::data_error(
          fmt::format("{}: column \"{}\" is as low as {}, and what somebody did is not below 0",
                      io::files_name(shard.table()), name, place->statistics.min));
    blocks.columns.push_back(*place);
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

/// Numbers that the segments were made of, and what says how engaged customers are. Collective.
results::TidyTable motives_of(const comm::Communicator& world, const io::Shard& shard, spec::Spec spec,
                              const features::Schema& schema, const Grouping& grouping,
                              const playbook::Segments& segments, const insight::Codebook& codebook,
                              const insight::Gate& gate, Reporter& reporter) {
  std::vector<features::FittedFeature> numbers;
  std::vector<features::Feature> known;
  std::vector<std::string> names;
  for (const auto& fitted : schema.features) {
    known.push_back(fitted.feature);
    if (!fitted.feature.clustered || fitted.feature.leveled) continue;
    const auto& columns = fitted.feature.columns;
    if (std::find_first_of(columns.begin(), columns.end(), spec.engagement.begin(), spec.engagement.end()) !=
        columns.end())
      continue;  // it goes with itself
    numbers.push_back(fitted);
    names.push_back(fitted.feature.name);
  }
  const auto wanted = spec.engagement;
  describe_these(spec, wanted);
  const auto described = describe(world, shard, spec, known, reporter);
  std::vector<features::FittedFeature> engagements;
  for (const auto& name : wanted) {
    const auto place =
        std::find_if(described.features.begin(), described.features.end(),
                     [&](const auto& fitted) { return fitted.feature.columns.front() == name; });
    if (place == described.features.end() || place->feature.leveled)
      throw core::data_error(fmt::format("{}: column \"{}\" holds words, and engagement is a number",
                                         io::files_name(shard.table()), name));
    engagements.push_back(*place);
  }
  const auto pairs = playbook::count_pairs(world, shard, numbers, engagements, grouping.segmented().labels,
                                           grouping.ids.size());
  return playbook::motive_table(playbook::find_motives(pairs), names, wanted, segments, codebook, gate);
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

void write(const comm::Communicator& world, const PlaybookOptions& options, const spec::Spec& spec,
           const results::StoredResult& stored, const results::TidyTable& entries,
           const results::TidyTable& reach, const results::TidyTable& motives, Reporter& reporter) {
  namespace layout = results::layout;
  if (!options.csv.empty()) {
    io::OrderedText csv(world, options.csv);
    csv.append(world.rank() == 0 ? results::to_csv(entries) : std::string());
    csv.commit();
  }
  io::OutputFile file(world, options.output);
  file.create_group(layout::playbook);
  results::write_table(file, layout::playbook_options, entries);
  results::write_table(file, layout::playbook_reach, reach);
  if (!motives.columns.empty()) results::write_table(file, layout::playbook_motives, motives);
  file.create_group(layout::run);
  file.write_text(layout::spec, spec.effective);
  file.set_attribute(layout::run, "job", std::string("playbook"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "segments_model_sha256", stored.model_sha256);
  file.set_attribute(layout::run, "command", reporter.command());
  file.commit();
}

}  // namespace

void playbook(const comm::Communicator& world, const PlaybookOptions& options, Reporter& reporter) {
  auto again = read_again(world, options.result, options.inputs, options.sets);
  const auto& stored = again.stored;
  auto& spec = again.spec;
  if (!options.spec.empty()) {
    SpecOptions told;
    told.path = options.spec;
    const auto own = load_spec(world, told, spec::Purpose::describe);
    spec.playbook = own.playbook;
    spec.engagement = own.engagement;
  }
  if (spec.playbook.empty() && spec.engagement.empty())
    throw core::usage_error(
        "no [[playbook]] block says what the options are, and no [engagement] what customers do; --spec "
        "names a "
        "file that does");
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const io::Shard shard(world, io::open_table(world, spec.input));
  const auto blocks = resolve(world, shard, spec, stored.model.schema, reporter);
  const auto grouping = segments_by_id(world, shard, spec, stored, options.result, reporter);
  reporter.stage(fmt::format("counting what {} segments did with {} columns", grouping.ids.size(),
                             blocks.columns.size()));
  const auto counts = playbook::count(world, shard, blocks, grouping.segmented().labels, grouping.ids.size());
  const auto entries = playbook::make_entries({blocks, counts, clustered_columns(blocks, stored.model.schema),
                                               nearest_segments(stored.model.centres())});
  const insight::Gate gate(spec.privacy);
  const playbook::Segments segments{grouping.ids, grouping.names};
  results::TidyTable motives;
  if (!spec.engagement.empty())
    motives =
        motives_of(world, shard, spec, stored.model.schema, grouping, segments, codebook, gate, reporter);
  comm::heed_last_stop_requests(world);
  write(world, options, spec, stored, playbook::playbook_table(entries, blocks, segments, gate),
        playbook::reach_table(playbook::find_reach(counts), blocks, segments, gate), motives, reporter);
  reporter.summary(playbook::summarise(entries, blocks, segments, gate));
  reporter.stage(fmt::format("done: {}", options.output));
}

}  // namespace psychograph::runs

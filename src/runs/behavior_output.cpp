#include "runs/behavior_output.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "behavior/period.hpp"
#include "results/layout.hpp"
#include "runs/behavior_input.hpp"

namespace psychograph::runs {

namespace layout = results::layout;

OwnColumns own_columns(const comm::Communicator& world, const io::Table& table, const std::string& id,
                       Reporter& reporter) {
  OwnColumns own;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& column = table.columns[c];
    if (!column.unreadable.empty()) {
      reporter.warn(fmt::format("column \"{}\" {}; it is left out", column.name, column.unreadable));
    } else if (column.globbed || column.written_back || column.name == id) {  // pandas' row index is none
      own.taken.push_back({c, column.name});
    }
  }
  own.attributes = io::column_attributes(world, table, places(own.taken));
  std::vector<std::string> paths;
  for (const auto& file : table.files) paths.push_back(file.path);
  own.codebook = insight::read_codebook(world, paths, {});
  return own;
}

void carry(const comm::Communicator& world, const io::Shard& shard, const OwnColumns& own,
           const std::vector<behavior::BlockFeatures>& blocks, io::OutputFile& file, Reporter& reporter) {
  const auto is_feature = [&](const std::string& name) {
    return std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) {
      return std::any_of(block.columns.begin(), block.columns.end(),
                         [&](const auto& column) { return column.name == name; });
    });
  };
  std::vector<Taken> taken;
  std::vector<io::CarriedAttributes> attributes;
  for (std::size_t i = 0; i < own.taken.size(); ++i) {
    const auto& name = own.taken[i].name;
    if (is_feature(name)) {
      reporter.warn(fmt::format("column \"{}\" of the customers is replaced by the feature", name));
      continue;
    }
    taken.push_back(own.taken[i]);
    attributes.push_back(own.attributes[i]);
  }
  const auto carried = carry(world, shard, taken, attributes, false, reporter);
  create_columns(carried, file, behavior_table, shard.table().rows());
  write_columns(world, carried, file, behavior_table,
                [&](double share) { reporter.progress("the customers' own columns", share); });
  if (!own.codebook.columns().empty()) insight::write_codebook(file, own.codebook);
}

WaitingTexts write_tables(const comm::Communicator& world, const BehaviorOptions& options,
                          const NamedTables& tables, io::OutputFile& file) {
  for (const auto& [path, table] : tables) results::write_table(file, path, table);
  WaitingTexts waiting;
  if (options.csv.empty()) return waiting;
  for (const auto& [path, table] : tables) {
    const auto name = path.substr(path.rfind('/') + 1);
    auto& csv = *waiting.emplace_back(std::make_unique<io::OrderedText>(world, csv_path(options, name)));
    csv.append(world.rank() == 0 ? results::to_csv(table) : std::string());
  }
  return waiting;
}

void write_run(const comm::Communicator& world, const spec::Events& spec, const BehaviorFacts& facts,
               const std::string& command, io::OutputFile& file) {
  file.create_group(layout::run);
  file.set_attribute(layout::run, "job", std::string("behavior"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "n", facts.customers);
  file.set_attribute(layout::run, "events", facts.events);
  file.set_attribute(layout::run, "as_of", behavior::day_text(facts.as_of));
  file.set_attribute(layout::run, "split", behavior::day_text(facts.split));
  file.set_attribute(layout::run, "ranks", static_cast<std::int64_t>(world.size()));
  file.set_attribute(layout::run, "command", command);
  file.write_text(layout::spec, spec.effective);
}

}  // namespace psychograph::runs

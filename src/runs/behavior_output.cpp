#include "runs/behavior_output.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "behavior/period.hpp"
#include "insight/codebook.hpp"
#include "io/carried_columns.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "runs/behavior_input.hpp"

namespace psychograph::runs {

namespace layout = results::layout;

void carry(const comm::Communicator& world, const io::Shard& shard,
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
  io::carry_columns(world, shard, columns, file, behavior_table);
  std::vector<std::string> paths;
  for (const auto& table_file : table.files) paths.push_back(table_file.path);
  const auto codebook = insight::read_codebook(world, paths, {});
  if (!codebook.columns().empty()) insight::write_codebook(file, codebook);
}

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

#include "runs/comparison_file.hpp"

#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/ordered_text.hpp"
#include "io/output_file.hpp"
#include "results/layout.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::runs {
namespace {

/// Everybody's segment in every run, rows as in the table; -1: not looked at, or nowhere. Collective.
void write_labels(io::OutputFile& file, const Found& found, const io::Shard& shard) {
  for (std::size_t i = 0; i < found.compared.runs.size(); ++i) {
    const auto& [encoding, at] = found.where[i];
    const auto& places = found.places[encoding];
    std::vector<std::int32_t> labels(shard.local_rows(), -1);
    for (std::size_t row = 0; row < places.of_run[at].size(); ++row) {
      const auto place = places.of_run[at][row];
      if (place < found.compared.runs[i].run.options.k) labels[places.rows[row]] = place;
    }
    file.write_rows<std::int32_t>(
        fmt::format("{}/{}", results::layout::comparison_labels, found.compared.runs[i].run.id),
        shard.table().rows(), shard.rows().begin, labels);
  }
}

void write_csv(const comm::Communicator& world, const std::string& folder,
               const std::vector<NamedTable>& all) {
  comm::run_on_root(world, [&] {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw core::environment_error(fmt::format("{}: can't be made: {}", folder, error.message()));
  });
  for (const auto& [name, table] : all) {
    io::OrderedText csv(world, fmt::format("{}/{}.csv", folder, name));
    csv.append(world.rank() == 0 ? results::to_csv(table) : std::string());
    csv.commit();
  }
}

}  // namespace

void write_comparison(const comm::Communicator& world, const ComparisonOutput& output, const spec::Spec& spec,
                      const Found& found, const io::Shard& shard) {
  namespace layout = results::layout;
  const auto all = tables(found.compared, spec.privacy.min_cell);
  const auto lasting_no_more = volatile_tables(found.compared);
  io::OutputFile file(world, spec.output_path);
  for (const auto& [name, table] : all)
    results::write_table(file, fmt::format("{}/{}", layout::comparison, name), table);
  for (const auto& [name, table] : lasting_no_more)
    results::write_table(file, fmt::format("{}/{}", layout::comparison, name), table);
  if (output.labels) write_labels(file, found, shard);
  file.create_group(layout::run);
  file.set_attribute(layout::run, "job", std::string("compare"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "input_fingerprint", output.fingerprint);
  file.set_attribute(layout::run, "ranks", static_cast<std::int64_t>(world.size()));
  file.set_attribute(layout::run, "command", output.command);
  file.write_text(layout::spec, spec.effective);
  if (!output.csv.empty()) {
    write_csv(world, output.csv, all);
    write_csv(world, output.csv, lasting_no_more);
  }
  comm::heed_last_stop_requests(world);
  file.commit();
}

}  // namespace psychograph::runs

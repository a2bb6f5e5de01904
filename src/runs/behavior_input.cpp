#include "runs/behavior_input.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "io/atomic_path.hpp"
#include "io/table.hpp"
#include "runs/json_text.hpp"
#include "spec/parse_events.hpp"

namespace psychograph::runs {
namespace {

/// The tables that are written as CSV, by their names.
std::vector<std::string> csv_names(const spec::Events& spec) {
  std::vector<std::string> names{"cut_points", "levels"};
  if (spec.retention) names.insert(names.end(), {"retention", "cohorts"});
  return names;
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
  one(tally.bare, "rows that hold nothing but delimiters are left out");
  one(tally.without_value, "missing values or quantities count as 0");
}

}  // namespace

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

std::int64_t ReadEvents::kept() const {
  std::int64_t kept = 0;
  for (const auto& tally : tallies)
    kept +=
        tally.read - tally.without_id.count - tally.without_time.count - tally.bad.count - tally.late.count;
  return kept;
}

ReadEvents read_events(const comm::Communicator& world, const spec::Events& spec, const std::string& folder,
                       Reporter& reporter) {
  std::vector<behavior::EventLevels> levels(spec.blocks.size());
  std::vector<std::unique_ptr<behavior::Source>> sources;
  const io::UnpackProgress unpacking = [&](const std::string& name, double bytes) {
    reporter.progress(fmt::format("{}: {:.0f} MB unpacked", name, bytes / 1e6));
  };
  const auto beside = folder + "/events.csv";
  double rows = 0;
  for (std::size_t b = 0; b < spec.blocks.size(); ++b) {
    std::optional<std::int64_t> as_of;
    if (spec.behavior.as_of) as_of = *spec.behavior.as_of * core::microseconds_in(core::TimeUnit::days);
    sources.push_back(behavior::open_events(
        world, {spec.blocks[b], static_cast<std::uint8_t>(b), as_of, levels[b], beside, unpacking}));
    for (const auto& notice : sources.back()->notices) reporter.warn(notice);
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
  for (std::size_t b = 0; b < spec.blocks.size(); ++b) tell(spec.blocks[b], tallies[b], reporter);
  ReadEvents read{std::move(levels), std::move(tallies), std::move(dealt)};
  if (read.kept() == 0)
    throw core::data_error(fmt::format("{}: no events are left", spec.blocks.front().files.front()));
  return read;
}

}  // namespace psychograph::runs

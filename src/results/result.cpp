#include "results/result.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <ctime>
#include <fmt/format.h>
#include <unistd.h>

#include "cluster/algorithms.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/figure.hpp"
#include "io/ids.hpp"
#include "results/archive.hpp"
#include "results/layout.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::results {
namespace {

using io::OutputFile;

constexpr std::array<const char*, 3> job_names{"segment", "resegment", "assign"};
constexpr std::array<const char*, 7> timings{"seconds_read",    "seconds_features", "seconds_seed",
                                             "seconds_cluster", "seconds_profile",  "seconds_write",
                                             "seconds_total"};

void write_segments(OutputFile& file, const Result& result) {
  const auto& segments = result.segments;
  const auto& schema = result.model.schema;
  const auto k = static_cast<std::int64_t>(segments.centroids().k());
  const auto p = static_cast<std::int64_t>(segments.centroids().p());
  const auto centres = schema.centres();
  std::vector<double> encoded;
  std::vector<double> original;
  for (std::size_t c = 0; c < segments.centroids().k(); ++c) {
    for (std::size_t j = 0; j < centres.size(); ++j)
      encoded.push_back(segments.centroids().at(c, j) + centres[j]);
    const auto in_user_units = schema.to_user_units(segments.centroids().row(c));
    original.insert(original.end(), in_user_units.begin(), in_user_units.end());
  }
  file.write_whole<std::int32_t>(layout::segment_id, {k}, result.model.ids);
  file.write_whole<std::int64_t>(layout::segment_size, {k}, segments.size);
  file.write_whole<double>(layout::segment_share, {k}, segments.shares());
  file.write_whole<double>(layout::segment_inertia, {k}, segments.inertia);
  file.write_strings(layout::segment_name, result.model.names);
  file.write_whole<double>(layout::centroids, {k, p}, encoded);
  file.write_strings(layout::encoded_columns, schema.encoded_names());
  file.write_whole<double>(layout::centroids_in_user_units, {k, p}, original);
  file.write_strings(layout::columns, schema.encoded_names());
}

/// Statistics about whom nothing can be worked out.
features::Schema without_figures(features::Schema schema) {
  constexpr double none = core::not_a_number;
  for (auto& fitted : schema.features) {
    auto& s = fitted.statistics;
    s.count = s.missing = no_count;
    s.mean = s.sd = s.min = s.max = none;
    s.quantiles.fill(none);
    fitted.alpha.reset();
    for (auto& level : fitted.levels) level.count = no_count;
  }
  return schema;
}

void write_features(OutputFile& file, const features::Schema& schema) {
  std::vector<std::string> names;
  std::vector<std::string> facets;
  std::vector<std::string> kinds;
  std::vector<std::uint8_t> clustered;
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> missing;
  std::array<std::vector<double>, 5> figures;
  std::vector<double> quantiles;
  std::vector<std::string> level_features;
  std::vector<std::string> level_names;
  std::vector<std::int64_t> level_counts;
  for (const auto& fitted : schema.features) {
    const auto& s = fitted.statistics;
    names.push_back(fitted.feature.name);
    facets.emplace_back(spec::to_string(fitted.feature.facet));
    kinds.emplace_back(spec::to_string(fitted.feature.kind));
    clustered.push_back(fitted.feature.clustered ? 1 : 0);
    counts.push_back(s.count);
    missing.push_back(s.missing);
    const std::array<double, 5> values{s.mean, s.sd, s.min, s.max, fitted.alpha.value_or(core::not_a_number)};
    for (std::size_t i = 0; i < values.size(); ++i) figures[i].push_back(values[i]);
    quantiles.insert(quantiles.end(), s.quantiles.begin(), s.quantiles.end());
    for (const auto& level : fitted.levels) {
      level_features.push_back(fitted.feature.name);
      level_names.push_back(level.name);
      level_counts.push_back(level.count);
    }
  }
  const auto q = static_cast<std::int64_t>(names.size());
  file.write_strings(layout::feature_name, names);
  file.write_strings(layout::feature_facet, facets);
  file.write_strings(layout::feature_kind, kinds);
  file.write_whole<std::uint8_t>(layout::feature_clustered, {q}, clustered);
  file.write_whole<std::int64_t>(layout::feature_count, {q}, counts);
  file.write_whole<std::int64_t>(layout::feature_missing, {q}, missing);
  constexpr std::array<const char*, 5> figure_paths{layout::feature_mean, layout::feature_sd,
                                                    layout::feature_min, layout::feature_max,
                                                    layout::feature_alpha};
  for (std::size_t i = 0; i < figures.size(); ++i) file.write_whole<double>(figure_paths[i], {q}, figures[i]);
  constexpr auto levels = static_cast<std::int64_t>(features::quantile_levels.size());
  file.write_whole<double>(layout::feature_quantiles, {q, levels}, quantiles);
  file.set_attribute(layout::feature_quantiles, "levels", features::quantile_levels);
  if (level_names.empty()) return;
  file.write_strings(layout::level_feature, level_features);
  file.write_strings(layout::level_name, level_names);
  file.write_whole<std::int64_t>(layout::level_count, {static_cast<std::int64_t>(level_names.size())},
                                 level_counts);
}

void write_model(OutputFile& file, const std::string& archive) {
  const std::vector<std::uint8_t> bytes(archive.begin(), archive.end());
  file.write_whole<std::uint8_t>(layout::model, {static_cast<std::int64_t>(bytes.size())}, bytes);
  file.set_attribute(layout::model, layout::model_checksum, sha256(archive));
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string now_utc() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void write_run(OutputFile& file, const Result& result, const std::string& model_sha256) {
  file.write_text(layout::spec, result.effective_spec);
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "seed", static_cast<std::int64_t>(result.seed));
  file.set_attribute(layout::run, "n", result.customers);
  file.set_attribute(layout::run, "p", static_cast<std::int64_t>(result.segments.centroids().p()));
  file.set_attribute(layout::run, "k", static_cast<std::int64_t>(result.segments.centroids().k()));
  file.set_attribute(layout::run, "job", std::string(to_string(result.job)));
  file.set_attribute(layout::run, "algorithm", std::string(to_string(result.algorithm)));
  file.set_attribute(layout::run, "model_sha256", model_sha256);
  if (result.gamma) file.set_attribute(layout::run, "gamma", *result.gamma);
  if (result.fitted) {
    file.set_attribute(layout::run, "iterations", result.fitted->iterations);
    file.set_attribute(layout::run, "converged", std::int64_t{result.fitted->converged ? 1 : 0});
    file.set_attribute(layout::run, "restart", result.fitted->restart);
    file.set_attribute(layout::run, "starts", result.fitted->starts);
    file.set_attribute(layout::run, "reached", result.fitted->reached);
    file.set_attribute(layout::run, "objective", result.fitted->objective);
    file.set_attribute(layout::run, "objective_name",
                       std::string(cluster::algorithm(result.algorithm).objective));
  }
  file.set_attribute(layout::run, "inertia", result.segments.total_inertia);
  file.set_attribute(layout::run, "input_fingerprint", result.input_fingerprint);
}

/// As much of a command line as an attribute of HDF5 holds, whole characters of it.
std::string bounded(std::string command) {
  constexpr std::size_t most = 60'000;  // of 64 KiB
  if (command.size() <= most) return command;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(command[end]) & 0xC0U) == 0x80U) --end;
  return command.substr(0, end) + " ...";
}

/// Rank 0's view, on every rank.
void write_volatile(const comm::Communicator& world, OutputFile& file, const Provenance& provenance) {
  const auto texts = comm::run_on_root(world, [&] {
    return std::vector<std::string>{now_utc(), host_name(), bounded(provenance.command),
                                    environment("SLURM_JOB_ID"), environment("SLURM_RESTART_COUNT")};
  });
  const auto seconds = comm::run_on_root(world, [&] {
    return std::vector<double>{provenance.seconds_read,    provenance.seconds_features,
                               provenance.seconds_seed,    provenance.seconds_cluster,
                               provenance.seconds_profile, provenance.seconds_write,
                               provenance.seconds_total};
  });
  file.set_attribute(layout::run, "ranks", static_cast<std::int64_t>(world.size()));
  file.set_attribute(layout::run, "date", texts[0]);
  file.set_attribute(layout::run, "host", texts[1]);
  file.set_attribute(layout::run, "command", texts[2]);
  file.set_attribute(layout::run, "job_id", texts[3]);
  file.set_attribute(layout::run, "restart_count", std::int64_t{std::atoi(texts[4].c_str())});
  file.set_attribute(layout::run, "resumed", std::int64_t{provenance.resumed ? 1 : 0});
  for (std::size_t i = 0; i < timings.size(); ++i) file.set_attribute(layout::run, timings[i], seconds[i]);
}

}  // namespace

const char* to_string(Job job) { return job_names[static_cast<std::size_t>(job)]; }

std::optional<Job> job_named(std::string_view name) {
  const auto place = std::find(job_names.begin(), job_names.end(), name);
  if (place == job_names.end()) return std::nullopt;
  return static_cast<Job>(place - job_names.begin());
}

CustomerSegments by_ids(cluster::Assignment&& assignment, const std::vector<std::int32_t>& ids) {
  CustomerSegments customers{std::move(assignment.label), std::move(assignment.runner_up),
                             std::move(assignment.distance), std::move(assignment.margin),
                             std::move(assignment.membership)};
  for (auto* segments : {&customers.id, &customers.runner_up_id}) {
    for (auto& segment : *segments) {
      if (segment >= 0) segment = ids[static_cast<std::size_t>(segment)];
    }
  }
  return customers;
}

bool is_volatile(std::string_view attribute) {
  constexpr std::array<std::string_view, 7> names{"ranks",  "date",          "host",   "command",
                                                  "job_id", "restart_count", "resumed"};
  return std::find(names.begin(), names.end(), attribute) != names.end() ||
         std::find(timings.begin(), timings.end(), attribute) != timings.end();
}

double least_bytes(std::int64_t customers, std::size_t id_bytes, std::int64_t k, std::int64_t width) {
  constexpr double assignment = 2 * sizeof(std::int32_t) + 2 * sizeof(float);
  constexpr double segment = sizeof(std::int32_t) + sizeof(std::int64_t) + 2 * sizeof(double);
  constexpr double centroid = 2 * sizeof(double);
  return static_cast<double>(customers) * (static_cast<double>(id_bytes) + assignment) +
         static_cast<double>(k) * (segment + static_cast<double>(width) * centroid);
}

void create_assignments(OutputFile& file, std::int64_t customers, std::int64_t memberships, hid_t id_type) {
  file.create(layout::customer_id, id_type, {customers});
  file.create(layout::segment, H5T_NATIVE_INT32, {customers});
  file.create(layout::distance, H5T_NATIVE_FLOAT, {customers});
  file.create(layout::runner_up, H5T_NATIVE_INT32, {customers});
  file.create(layout::margin, H5T_NATIVE_FLOAT, {customers});
  if (memberships > 0) file.create(layout::membership, H5T_NATIVE_FLOAT, {customers, memberships});
}

void write_assignments(OutputFile& file, std::int64_t first, std::int64_t memberships,
                       const CustomerSegments& customers) {
  const auto count = static_cast<std::int64_t>(customers.id.size());
  file.write_block(layout::segment, first, count, customers.id.data());
  file.write_block(layout::distance, first, count, customers.distance.data());
  file.write_block(layout::runner_up, first, count, customers.runner_up_id.data());
  file.write_block(layout::margin, first, count, customers.margin.data());
  if (memberships > 0) file.write_block(layout::membership, first, count, customers.membership.data());
}

void finish_result(const comm::Communicator& world, OutputFile& file, const Result& result,
                   Provenance provenance, const core::Stopwatch& writing,
                   const std::function<void()>& may_replace,
                   const std::function<void(io::OutputFile&)>& also_write) {
  const auto archive = result.archive.empty() ? to_archive(result.model) : result.archive;
  write_segments(file, result);
  // What may be told of them has passed the profile's gate, and stands there.
  write_features(file, result.min_cell > 0 ? without_figures(result.model.schema) : result.model.schema);
  write_model(file, archive);
  write_run(file, result, sha256(archive));
  const core::Stopwatch profiling;
  if (also_write) also_write(file);
  provenance.seconds_profile = profiling.seconds();
  provenance.seconds_write += writing.seconds() - provenance.seconds_profile;
  provenance.seconds_total += writing.seconds();
  write_volatile(world, file, provenance);
  file.commit(may_replace);
}

void write_result(const comm::Communicator& world, const std::string& path, const Result& result,
                  const io::Shard& shard, const std::optional<std::string>& id, Provenance provenance,
                  const std::function<void()>& may_replace,
                  const std::function<void(io::OutputFile&)>& also_write) {
  const core::Stopwatch writing;
  const io::IdFormat id_format(world, shard, id);
  OutputFile file(world, path);
  const auto memberships = memberships_of(result.model);
  create_assignments(file, result.customers, memberships, id_format.type());
  io::write_ids(world, shard, id_format, file, layout::customer_id);
  write_assignments(file, result.first_row, memberships, result.customers_by_id);
  finish_result(world, file, result, std::move(provenance), writing, may_replace, also_write);
}

}  // namespace psychograph::results

#include "segments/result.hpp"

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

#include "comm/run_on_all_ranks.hpp"
#include "io/ids.hpp"
#include "segments/archive.hpp"

namespace psychograph::segments {
namespace {

using io::OutputFile;

constexpr std::array<const char*, 6> timings{"seconds_read",    "seconds_features", "seconds_seed",
                                             "seconds_cluster", "seconds_write",    "seconds_total"};

void write_segments(OutputFile& file, const Result& result) {
  const auto& segments = result.segments;
  const auto& schema = result.model.schema;
  const auto k = static_cast<std::int64_t>(segments.centroids.k());
  const auto p = static_cast<std::int64_t>(segments.centroids.p());
  const auto centres = schema.centres();
  std::vector<double> shares;
  std::vector<double> encoded;
  std::vector<double> original;
  double total_weight = 0;
  for (const double weight : segments.weight) total_weight += weight;
  for (std::size_t c = 0; c < segments.centroids.k(); ++c) {
    shares.push_back(total_weight > 0 ? segments.weight[c] / total_weight : 0.0);
    for (std::size_t j = 0; j < centres.size(); ++j)
      encoded.push_back(segments.centroids.at(c, j) + centres[j]);
    const auto in_user_units = schema.to_user_units(segments.centroids.row(c));
    original.insert(original.end(), in_user_units.begin(), in_user_units.end());
  }
  file.write_whole<std::int32_t>("/segments/id", {k}, result.model.ids);
  file.write_whole<std::int64_t>("/segments/size", {k}, segments.size);
  file.write_whole<double>("/segments/share", {k}, shares);
  file.write_whole<double>("/segments/inertia", {k}, segments.inertia);
  file.write_strings("/segments/name", result.model.names);
  file.write_whole<double>("/segments/centroids", {k, p}, encoded);
  file.write_strings("/segments/encoded_columns", schema.encoded_names());
  file.write_whole<double>("/segments/centroids_original", {k, p}, original);
  file.write_strings("/segments/columns", schema.encoded_names());
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
    const std::array<double, 5> values{s.mean, s.sd, s.min, s.max,
                                       fitted.alpha.value_or(std::numeric_limits<double>::quiet_NaN())};
    for (std::size_t i = 0; i < values.size(); ++i) figures[i].push_back(values[i]);
    quantiles.insert(quantiles.end(), s.quantiles.begin(), s.quantiles.end());
    for (const auto& level : fitted.levels) {
      level_features.push_back(fitted.feature.name);
      level_names.push_back(level.name);
      level_counts.push_back(level.count);
    }
  }
  const auto q = static_cast<std::int64_t>(names.size());
  file.write_strings("/features/name", names);
  file.write_strings("/features/facet", facets);
  file.write_strings("/features/kind", kinds);
  file.write_whole<std::uint8_t>("/features/clustered", {q}, clustered);
  file.write_whole<std::int64_t>("/features/count", {q}, counts);
  file.write_whole<std::int64_t>("/features/missing", {q}, missing);
  constexpr std::array<const char*, 5> figure_names{"mean", "sd", "min", "max", "alpha"};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    file.write_whole<double>(fmt::format("/features/{}", figure_names[i]), {q}, figures[i]);
  }
  constexpr auto levels = static_cast<std::int64_t>(features::quantile_levels.size());
  file.write_whole<double>("/features/quantiles", {q, levels}, quantiles);
  file.set_attribute("/features/quantiles", "levels", features::quantile_levels);
  if (level_names.empty()) return;
  file.write_strings("/features/levels/feature", level_features);
  file.write_strings("/features/levels/name", level_names);
  file.write_whole<std::int64_t>("/features/levels/count", {static_cast<std::int64_t>(level_names.size())},
                                 level_counts);
}

void write_model(OutputFile& file, const std::string& archive) {
  const std::vector<std::uint8_t> bytes(archive.begin(), archive.end());
  file.write_whole<std::uint8_t>("/model/archive", {static_cast<std::int64_t>(bytes.size())}, bytes);
  file.set_attribute("/model/archive", "sha256", sha256(archive));
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
  file.write_text("/run/spec", result.effective_spec);
  file.set_attribute("/run", "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute("/run", "seed", static_cast<std::int64_t>(result.seed));
  file.set_attribute("/run", "n", result.customers);
  file.set_attribute("/run", "p", static_cast<std::int64_t>(result.segments.centroids.p()));
  file.set_attribute("/run", "k", static_cast<std::int64_t>(result.segments.centroids.k()));
  file.set_attribute("/run", "algorithm", std::string(result.assigned_only ? "assign" : "kmeans"));
  file.set_attribute("/run", "model_sha256", model_sha256);
  if (!result.assigned_only) {
    file.set_attribute("/run", "iterations", result.fitted.iterations);
    file.set_attribute("/run", "converged", std::int64_t{result.fitted.converged ? 1 : 0});
    file.set_attribute("/run", "restart", result.fitted.restart);
  }
  file.set_attribute("/run", "inertia", result.segments.total_inertia);
  file.set_attribute("/run", "input_fingerprint", result.input_fingerprint);
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
    return std::vector<double>{provenance.seconds_read,  provenance.seconds_features,
                               provenance.seconds_seed,  provenance.seconds_cluster,
                               provenance.seconds_write, provenance.seconds_total};
  });
  file.set_attribute("/run", "ranks", static_cast<std::int64_t>(world.size()));
  file.set_attribute("/run", "date", texts[0]);
  file.set_attribute("/run", "host", texts[1]);
  file.set_attribute("/run", "command", texts[2]);
  file.set_attribute("/run", "job_id", texts[3]);
  file.set_attribute("/run", "restart_count", std::int64_t{std::atoi(texts[4].c_str())});
  file.set_attribute("/run", "resumed", std::int64_t{provenance.resumed ? 1 : 0});
  for (std::size_t i = 0; i < timings.size(); ++i) file.set_attribute("/run", timings[i], seconds[i]);
}

}  // namespace

void call_by_ids(cluster::Assignment& assignment, const std::vector<std::int32_t>& ids) {
  for (auto* segments : {&assignment.segment, &assignment.runner_up}) {
    for (auto& segment : *segments) {
      if (segment >= 0) segment = ids[static_cast<std::size_t>(segment)];
    }
  }
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

void create_assignments(OutputFile& file, std::int64_t customers, hid_t id_type) {
  file.create(id_dataset, id_type, {customers});
  file.create("/assignments/segment", H5T_NATIVE_INT32, {customers});
  file.create("/assignments/distance", H5T_NATIVE_FLOAT, {customers});
  file.create("/assignments/runner_up", H5T_NATIVE_INT32, {customers});
  file.create("/assignments/margin", H5T_NATIVE_FLOAT, {customers});
}

void write_assignments(OutputFile& file, std::int64_t first, const cluster::Assignment& assignment) {
  const auto count = static_cast<std::int64_t>(assignment.segment.size());
  file.write_block("/assignments/segment", first, count, assignment.segment.data());
  file.write_block("/assignments/distance", first, count, assignment.distance.data());
  file.write_block("/assignments/runner_up", first, count, assignment.runner_up.data());
  file.write_block("/assignments/margin", first, count, assignment.margin.data());
}

void finish_result(const comm::Communicator& world, OutputFile& file, const Result& result,
                   Provenance provenance, const core::Stopwatch& writing,
                   const std::function<void()>& may_replace,
                   const std::function<void(io::OutputFile&)>& also_write) {
  const auto archive = result.assigned_only ? result.archive : to_archive(result.model);
  write_segments(file, result);
  write_features(file, result.model.schema);
  write_model(file, archive);
  write_run(file, result, sha256(archive));
  if (also_write) also_write(file);
  provenance.seconds_write += writing.seconds();
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
  create_assignments(file, result.customers, id_format.type());
  io::write_ids(world, shard, id_format, file, id_dataset);
  write_assignments(file, result.first_row, result.segments.assignment);
  finish_result(world, file, result, std::move(provenance), writing, may_replace, also_write);
}

}  // namespace psychograph::segments

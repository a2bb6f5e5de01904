#include "results/stored_result.hpp"

#include <cmath>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/input_file.hpp"
#include "results/archive.hpp"
#include "results/layout.hpp"

namespace psychograph::results {
namespace {

/// What rank 0 tells the others.
struct Raw {
  std::string archive;
  std::string model_sha256;
  std::string spec;
  std::string version;
  Job job = Job::segment;
  spec::Algorithm algorithm = spec::Algorithm::kmeans;
  std::string input_fingerprint;
  std::string previous_model_sha256;
  std::int64_t customers = 0;
  bool has_profile = false;
  std::vector<std::int64_t> sizes;
  std::vector<double> shares;
  template <class Archive>
  void serialize(Archive& to, unsigned) {
    to& archive& model_sha256& spec& version& job& algorithm& input_fingerprint& previous_model_sha256&
        customers& has_profile& sizes& shares;
  }
};

SegmentModel parse_model(const std::string& archive, const std::string& path) {
  try {
    return from_archive(archive);
  } catch (const core::Error& error) {
    throw core::Error(error.code(), fmt::format("{}: {}", path, error.what()));
  }
}

/// What the file says of the model's segments, in the order of their ids.
void read_segments(const io::InputFile& file, const SegmentModel& model, Raw& raw) {
  const auto k = model.ids.size();
  raw.customers = file.rows(layout::segment);
  raw.sizes = file.values<std::int64_t>(layout::segment_size, k);
  auto left = raw.customers;
  for (const auto size : raw.sizes) {
    if (size < 0 || size > left) file.fail(layout::segment_size);
    left -= size;
  }
  raw.shares = file.values<double>(layout::segment_share, k);
  double sum = 0;
  for (const double share : raw.shares) {
    if (!(share >= 0)) file.fail(layout::segment_share);
    sum += share;
  }
  constexpr double rounding = 1e-6;
  if (sum != 0 && !(std::abs(sum - 1) <= rounding)) file.fail(layout::segment_share);  // 0: nobody took part
  if (file.has(layout::segment_id) && file.values<std::int32_t>(layout::segment_id, k) != model.ids)
    file.fail(layout::segment_id);
}

/// Which job made the file, and by which algorithm. Files of earlier versions have no `job`: there the
/// algorithm of a result of assign is "assign", and what comes from an earlier model is of resegment.
void read_origin(const io::InputFile& file, Raw& raw) {
  const auto unknown = [&](const std::string& name) {
    return core::data_error(
        fmt::format("{}: was made by \"{}\", which this program does not know", file.path(), name));
  };
  auto algorithm = file.attribute(layout::run, "algorithm");
  if (const auto name = file.attribute_if_there(layout::run, "job")) {
    const auto job = job_named(*name);
    if (!job) throw unknown(*name);
    raw.job = *job;
  } else if (algorithm == to_string(Job::assign)) {
    raw.job = Job::assign;
    algorithm = to_string(spec::Algorithm::kmeans);
  } else {
    raw.job = raw.previous_model_sha256.empty() ? Job::segment : Job::resegment;
  }
  const auto known = spec::algorithm_named(algorithm);
  if (!known) throw unknown(algorithm);
  raw.algorithm = *known;
}

Raw read_raw(const std::string& path) {
  const io::Fence fence(path);
  const io::InputFile file(path, "result of segment");
  Raw raw;
  const auto bytes = file.values<std::uint8_t>(layout::model);
  raw.archive.assign(bytes.begin(), bytes.end());
  raw.model_sha256 = file.attribute(layout::model, layout::model_checksum);
  if (sha256(raw.archive) != raw.model_sha256)
    throw core::data_error(fmt::format("{}: the model is damaged: its checksum is wrong", path));
  raw.spec = file.text(layout::spec);
  raw.version = file.attribute(layout::run, "version");
  raw.input_fingerprint = file.attribute(layout::run, "input_fingerprint");
  raw.previous_model_sha256 = file.attribute_if_there(layout::run, "previous_model_sha256").value_or("");
  raw.has_profile = file.has(layout::profile);
  read_origin(file, raw);
  read_segments(file, parse_model(raw.archive, path), raw);
  return raw;
}

}  // namespace

StoredResult read_result(const comm::Communicator& world, const std::string& path) {
  auto raw = comm::run_on_root(world, [&] { return read_raw(path); });
  return {parse_model(raw.archive, path),
          std::move(raw.archive),
          std::move(raw.model_sha256),
          std::move(raw.spec),
          std::move(raw.version),
          raw.job,
          raw.algorithm,
          std::move(raw.input_fingerprint),
          std::move(raw.previous_model_sha256),
          raw.customers,
          raw.has_profile,
          std::move(raw.sizes),
          std::move(raw.shares)};
}

}  // namespace psychograph::results

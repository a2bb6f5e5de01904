// The result of a segmentation, and the file it is written to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/assign.hpp"
#include "cluster/restarts.hpp"
#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "core/stopwatch.hpp"
#include "features/schema.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "results/model.hpp"
#include "spec/spec.hpp"

namespace psychograph::results {

/// Wall-clock seconds of each stage; volatile, like everything in `Provenance`.
struct Provenance {
  std::string command = {};
  bool resumed = false;
  double seconds_read = 0;      ///< inside HDF5's reads, the slowest rank's
  double seconds_features = 0;  ///< statistics and encoding, without the reads
  double seconds_seed = 0;
  double seconds_cluster = 0;
  double seconds_profile = 0;
  double seconds_write = 0;  ///< of all but the profile
  double seconds_total = 0;
};

/// What has made a result.
enum class Job { segment, resegment, assign };
const char* to_string(Job job);
/// None where `name` is no job's.
std::optional<Job> job_named(std::string_view name);

/// What is told of the customers: of the local rows, segments by their ids, which they keep for life, not by
/// their index in a model. A customer who takes no part has ids of -1, and NaN elsewhere.
struct CustomerSegments {
  core::RowVector<std::int32_t> id;
  core::RowVector<std::int32_t> runner_up_id;  ///< -1 where there is one segment
  core::RowVector<float> distance;             ///< as in cluster::Assignment
  core::RowVector<float> margin;
  core::RowVector<float> membership;  ///< [rows, k] in the order of the model's ids; empty but of a mixture
};

struct Result {
  Job job = Job::segment;
  spec::Algorithm algorithm = spec::Algorithm::kmeans;  ///< that found the segments
  SegmentModel model;
  cluster::Segments
      segments;  ///< its model is that one's; its assignment is empty once `by_ids` has taken it
  CustomerSegments customers_by_id;
  std::optional<cluster::Fitted> fitted;  ///< none where the model is that of an earlier run
  std::optional<double> gamma = {};       ///< of k-prototypes, where it was estimated
  std::int64_t customers = 0;             ///< rows of the table
  std::int64_t first_row = 0;             ///< global row of this rank's first customer
  std::string archive;  ///< of the model of an earlier run, as it was found; empty where the model is new
  std::string effective_spec;
  std::int64_t min_cell = 0;  ///< what would tell of fewer customers is not told
  std::uint64_t seed = 0;
  std::string input_fingerprint;
};

/// Whether an attribute of /run is volatile: what differs from run to run, and nothing else in the file does.
bool is_volatile(std::string_view attribute);

/// What a result file takes at the least: `customers` with ids of `id_bytes`, `k` segments in `width` encoded
/// columns.
double least_bytes(std::int64_t customers, std::size_t id_bytes, std::int64_t k, std::int64_t width);

/// The result file in pieces. First of all the datasets of the customers, so that the space they need is set
/// aside before the work begins; `memberships` are told of each. Collective. Throws an environment error, as
/// the following do.
void create_assignments(io::OutputFile& file, std::int64_t customers, std::int64_t memberships,
                        hid_t id_type);
/// All but the ids of this rank's rows from the global row `first` on. There may be none. Collective.
void write_assignments(io::OutputFile& file, std::int64_t first, std::int64_t memberships,
                       const CustomerSegments& customers);
/// All the rest; then the file gets its name. What has passed since `writing` began is added to
/// `provenance.seconds_write` and `seconds_total`. `also_write` is called on all ranks, and adds what else
/// the file is to hold; `may_replace` on rank 0 before the file gets its name. Collective.
void finish_result(const comm::Communicator& world, io::OutputFile& file, const Result& result,
                   Provenance provenance, const core::Stopwatch& writing,
                   const std::function<void()>& may_replace = {},
                   const std::function<void(io::OutputFile&)>& also_write = {});

/// Writes the result file at `path` (docs/formats.md), whole or not at all; the ids are read from the column
/// `id` of `shard` on the way (none: row numbers). The last two are those of `finish_result`.
/// `provenance.seconds_write` and `seconds_total` are completed. Collective. Throws an environment error, or
/// a data error where the ids can't be read any more.
void write_result(const comm::Communicator& world, const std::string& path, const Result& result,
                  const io::Shard& shard, const std::optional<std::string>& id, Provenance provenance,
                  const std::function<void()>& may_replace = {},
                  const std::function<void(io::OutputFile&)>& also_write = {});

/// Takes the assignment's memory over. `ids` [k] are those of the centroids' segments; -1 stays.
/// Precondition: every label is below k. Local.
CustomerSegments by_ids(cluster::Assignment&& assignment, const std::vector<std::int32_t>& ids);

}  // namespace psychograph::results

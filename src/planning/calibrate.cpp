#include "planning/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <barrier>
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/stopwatch.hpp"
#include "features/encode.hpp"
#include "features/resolve.hpp"
#include "io/fingerprint.hpp"
#include "io/ids.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "kernel/data.hpp"
#include "planning/loops.hpp"
#include "planning/timed.hpp"
#include "synthetic/write.hpp"

namespace psychograph::planning {
namespace {

constexpr std::int64_t most_columns = 1 << 12;
constexpr std::int64_t most_cells = 1 << 20;
constexpr double short_while = 0.1;  ///< seconds for each of the larger measurements

// What is assumed where it can't be measured: an all-reduce over a plain network, a file system shared with
// others, a node's own disk.
constexpr double assumed_latency = 1e-5;
constexpr double assumed_message = 1e9;
constexpr double assumed_read = 1e9;
constexpr double assumed_write = 5e8;
constexpr double assumed_scratch = 1e9;

/// What the cores of a node do together. `make` gives each its loop, `amount` is what a call of it does.
template <class Make, class Amount>
double rate_of_threads(int threads, Make make, Amount amount) {
  std::vector<double> rates(static_cast<std::size_t>(threads));
  std::vector<std::exception_ptr> failures(rates.size());
  std::barrier<> start(threads);
  const auto run = [&](std::size_t thread) {
    try {
      auto loop = make();
      start.arrive_and_wait();
      rates[thread] = mean_rate(amount(loop), short_while, std::ref(loop));
    } catch (...) {
      failures[thread] = std::current_exception();
      start.arrive_and_drop();
    }
  };
  {
    std::vector<std::jthread> others;
    others.reserve(rates.size());
    while (others.size() + 1 < rates.size()) {
      try {
        others.emplace_back(run, others.size() + 1);
      } catch (const std::system_error&) {  // as many as the system allows
        for (auto t = others.size() + 1; t < rates.size(); ++t) start.arrive_and_drop();
        break;
      }
    }
    run(0);
  }
  double sum = 0;
  double count = 0;
  for (std::size_t t = 0; t < rates.size(); ++t) {
    if (failures[t]) std::rethrow_exception(failures[t]);
    sum += rates[t];
    count += rates[t] > 0 ? 1 : 0;
  }
  return sum / count * threads;
}

/// The sum of `mine` over the ranks of rank 0's node. Collective.
double sum_on_first_node(const comm::Communicator& world, double mine, double& ranks) {
  std::vector<std::string> names;
  std::vector<double> values;
  boost::mpi::all_gather(world, boost::mpi::environment::processor_name(), names);
  boost::mpi::all_gather(world, mine, values);
  double sum = 0;
  ranks = 0;
  for (std::size_t r = 0; r < names.size(); ++r) {
    if (names[r] != names.front()) continue;
    sum += values[r];
    ++ranks;
  }
  return sum;
}

/// One core's rate, and that of a node's cores together: threads of a single rank, or the ranks as they are.
/// Collective.
template <class Make, class Amount>
void measure_shared(const comm::Communicator& world, Make make, Amount amount, double& core, double& node,
                    double& cores) {
  auto loop = comm::run_on_all_ranks(world, make);
  core = world.rank() == 0 ? best_rate(amount(loop), short_while, std::ref(loop)) : 0;
  core = comm::max_over_ranks(world, core);
  if (world.size() == 1) {
    cores = usable_cores();
    node = comm::run_on_all_ranks(world, [&] { return rate_of_threads(usable_cores(), make, amount); });
  } else {
    world.barrier();
    node = sum_on_first_node(world, mean_rate(amount(loop), short_while, std::ref(loop)), cores);
  }
  // A single core can't be slower than its share.
  core = std::max(core, node / cores);
}

/// Seconds of one all-reduce of so many integers, the best of several. Collective.
double all_reduce_seconds(const comm::Communicator& world, std::size_t count) {
  std::vector<std::int64_t> values(count, 1);
  double best = 1e9;
  for (int i = 0; i < 20; ++i) {
    world.barrier();
    const core::Stopwatch watch;
    comm::sum_over_ranks(world, values);
    best = std::min(best, watch.seconds());
    values.assign(count, 1);
  }
  return comm::max_over_ranks(world, best);
}

void measure_all_reduce(const comm::Communicator& world, std::size_t numbers, Constants& constants) {
  constants.latency = assumed_latency;
  constants.message = assumed_message;
  if (world.size() == 1) return;
  const double steps = std::log2(static_cast<double>(world.size()));
  const auto count = std::max<std::size_t>(numbers, 1 << 14);
  const double least = all_reduce_seconds(world, 1);
  const double more = all_reduce_seconds(world, count);
  constants.latency = std::max(least / steps, 1e-9);
  constants.message = 8 * static_cast<double>(count) * steps / std::max(more - least, 1e-9);
}

/// Cells a second of a small made-up table, read, fitted and encoded by one rank: `alone`.
double encode_rate(const comm::Communicator& alone) {
  synthetic::Request request;
  request.customers = 1 << 18;
  request.features = 16;
  request.segments = 4;
  request.separation = 5;
  const auto path =
      (std::filesystem::temp_directory_path() / fmt::format("psychograph-{}.h5", ::getpid())).string();
  const struct Remove {
    const std::string& path;
    ~Remove() {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
    }
  } remove{path};
  {
    io::OutputFile file(alone, path);
    synthetic::write_customers(alone, synthetic::plan(request), file, [](double) {});
    file.commit();
  }
  spec::Spec spec;
  spec.input.files = {path};
  spec.features.emplace_back().columns = {"feature_*"};
  io::Shard shard(alone, io::open_table(alone, spec.input));
  const auto features = features::resolve(shard.table(), spec);
  const features::Participation everybody{{}, {}, shard.table().rows()};
  std::vector<std::size_t> used(shard.table().columns.size());
  std::iota(used.begin(), used.end(), std::size_t{0});
  return best_rate(static_cast<double>(request.customers * request.features), short_while, [&] {
    io::Fingerprint fingerprint(shard, used);
    io::require_unique_ids(alone, shard, "customer_id");
    auto encoded = features::fit_and_encode(alone, shard, features, everybody);
    const auto data = kernel::describe_data(alone, encoded.matrix, {}, shard.rows());
    fingerprint.finish(alone);
  });
}

/// A number after `name` in one of the kernel's files, in kB there.
double kernel_tells(const char* file, const std::string& name) {
  std::ifstream lines(file);
  std::string word;
  while (lines >> word) {
    double value = 0;
    if (word == name && lines >> value) return value * 1024;
  }
  return 0;
}

}  // namespace

double resident_bytes() { return kernel_tells("/proc/self/status", "VmRSS:"); }
double node_bytes() { return kernel_tells("/proc/meminfo", "MemTotal:"); }

int usable_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Constants calibrate(const comm::Communicator& world, std::int64_t k, std::int64_t p, double process_bytes) {
  // Rates hardly depend on sizes as large as these, and the measurement should not take long.
  p = std::min(p, most_columns);
  k = std::min(k, most_cells / p);
  Constants constants;
  constants.k = static_cast<double>(k);
  constants.p = static_cast<double>(p);
  constants.process = comm::max_over_ranks(world, process_bytes);
  constants.read = assumed_read;
  constants.write = assumed_write;
  constants.scratch = assumed_scratch;
  measure_shared(
      world, [&] { return KernelLoop(k, p); }, [](const KernelLoop& loop) { return loop.operations(); },
      constants.kernel_core, constants.kernel_node, constants.cores);
  // Out of reach of any cache, and little enough for a node of many cores.
  const auto together = std::max(world.size(), usable_cores());
  const auto bytes = std::clamp<std::int64_t>((std::int64_t{1} << 28) / together, 8 << 20, 128 << 20);
  measure_shared(
      world, [&] { return StreamingLoop(bytes); }, [](const StreamingLoop& loop) { return loop.bytes(); },
      constants.bandwidth_core, constants.bandwidth_node, constants.cores);
  measure_all_reduce(world, static_cast<std::size_t>(k * p + 2 * k + 4), constants);
  const auto alone = comm::subgroup(world, world.rank() == 0);
  constants.encode = comm::run_on_root(world, [&] { return encode_rate(alone); });
  auto loop = comm::run_on_all_ranks(world, [&] { return KernelLoop(k, p); });
  loop.measure_the_rest(constants);
  std::vector<double> rest = {constants.skip,   constants.sample,   constants.move, constants.square,
                              constants.reduce, constants.centroid, constants.seed, constants.screen};
  boost::mpi::broadcast(world, rest.data(), static_cast<int>(rest.size()), 0);
  constants.skip = rest[0];
  constants.sample = rest[1];
  constants.move = rest[2];
  constants.square = rest[3];
  constants.reduce = rest[4];
  constants.centroid = rest[5];
  constants.seed = rest[6];
  constants.screen = rest[7];
  return constants;
}

}  // namespace psychograph::planning

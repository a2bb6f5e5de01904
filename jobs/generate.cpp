// psychograph generate: a customer table of any size whose true segments are known. Ranks draw the rows they
// own block by block, and write each block's columns together; memory does not grow with the table.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/output_file.hpp"
#include "io/synthetic.hpp"
#include "jobs/jobs.hpp"

namespace psychograph::jobs {
namespace {

constexpr std::int64_t block_rows = std::int64_t{1} << 20;

struct Options {
  std::int64_t customers = 0;
  io::Synthetic table;
  std::string output;
};

/// feature_00, feature_01, ...: as wide as the last number, and at least two digits.
std::string feature_name(const Options& options, std::int64_t feature) {
  const auto width = std::max<std::size_t>(2, std::to_string(options.table.features - 1).size());
  return fmt::format("/customers/feature_{:0{}}", feature, width);
}

/// A table too large for its disk should fail now and not in an hour. Throws an environment error.
void check_room(const Options& options) {
  std::error_code unknown;
  const auto folder = std::filesystem::absolute(options.output, unknown).parent_path();
  const auto room = std::filesystem::space(folder, unknown);
  if (unknown) return;  // the file can't be made there either, and that says more
  const auto row_bytes = sizeof(std::int64_t) + sizeof(std::int32_t) +
                         sizeof(float) * static_cast<double>(options.table.features);
  const auto bytes = static_cast<double>(options.customers) * row_bytes;
  if (bytes <= static_cast<double>(room.available)) return;
  throw core::environment_error(fmt::format("{}: needs {:.1f} GB, and its file system has {:.1f} GB left",
                                            options.output, bytes / 1e9,
                                            static_cast<double>(room.available) / 1e9));
}

/// This rank's part of `rows`, cut into equally many blocks on every rank (the last ones may be empty).
struct Blocks {
  Blocks(const comm::Communicator& world, std::int64_t rows, std::int64_t most)
      : mine(comm::local_range(rows, world.rank(), world.size())),
        size(std::min(most, std::max<std::int64_t>(1, comm::local_range(rows, 0, world.size()).size()))),
        count((comm::local_range(rows, 0, world.size()).size() + size - 1) / size) {}

  [[nodiscard]] core::RowRange operator[](std::int64_t block) const {
    const auto begin = std::min(mine.begin + block * size, mine.end);
    return {begin, std::min(begin + size, mine.end)};
  }

  core::RowRange mine;
  std::int64_t size;
  std::int64_t count;
};

/// /customers and /truth/segment. Returns the sizes of the segments over all ranks. Collective.
std::vector<std::int64_t> write_customers(const comm::Communicator& world, const Options& options,
                                          io::OutputFile& file, Reporter& reporter) {
  const auto& table = options.table;
  file.create("/customers/customer_id", H5T_NATIVE_INT64, {options.customers});
  for (std::int64_t f = 0; f < table.features; ++f) {
    file.create(feature_name(options, f), io::native_type<float>(), {options.customers});
  }
  file.create("/truth/segment", H5T_NATIVE_INT32, {options.customers});

  const Blocks blocks(world, options.customers, block_rows);
  const auto block_size = static_cast<std::size_t>(blocks.size);
  std::vector<double> shares;
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> sizes;
  std::vector<std::int32_t> segments;
  std::vector<core::NormalPair> centres;
  std::vector<float> even;
  std::vector<float> odd;
  comm::run_on_all_ranks(world, [&] {
    shares = io::cumulative_shares(table);
    sizes.resize(shares.size());
    centres.resize(shares.size());
    ids.resize(block_size);
    segments.resize(block_size);
    even.resize(block_size);
    odd.resize(block_size);
  });

  for (std::int64_t b = 0; b < blocks.count; ++b) {
    const auto rows = blocks[b];
    const auto count = static_cast<std::size_t>(rows.size());
    for (std::size_t i = 0; i < count; ++i) ids[i] = rows.begin + static_cast<std::int64_t>(i);
    file.write_block("/customers/customer_id", rows.begin, rows.size(), ids.data());

    const auto labels = std::span(segments).first(count);
    io::draw_segments(table, shares, rows.begin, labels);
    for (const auto segment : labels) ++sizes[static_cast<std::size_t>(segment)];
    file.write_block("/truth/segment", rows.begin, rows.size(), labels.data());

    for (std::int64_t pair = 0; pair < table.feature_pairs(); ++pair) {
      // Drawn anew for each block: K numbers beside a block of rows cost nothing, and K * P might not fit.
      for (std::size_t s = 0; s < centres.size(); ++s) {
        centres[s] = io::draw_centre(table, pair, static_cast<std::int64_t>(s));
      }
      io::draw_features(table, pair, centres, rows.begin, labels, std::span(even).first(count),
                        std::span(odd).first(count));
      file.write_block(feature_name(options, 2 * pair), rows.begin, rows.size(), even.data());
      if (2 * pair + 1 < table.features) {
        file.write_block(feature_name(options, 2 * pair + 1), rows.begin, rows.size(), odd.data());
      }
      const auto done = static_cast<double>(b * table.feature_pairs() + pair + 1);
      reporter.progress("generating", done / static_cast<double>(blocks.count * table.feature_pairs()));
    }
  }
  comm::sum_over_ranks(world, std::span(sizes));
  return sizes;
}

/// /truth/centroids [segments, features], and what they were drawn from. Collective.
void write_truth(const comm::Communicator& world, const io::Synthetic& table, io::OutputFile& file) {
  file.create("/truth/centroids", H5T_NATIVE_DOUBLE, {table.segments, table.features});
  const Blocks blocks(world, table.segments, std::max<std::int64_t>(1, block_rows / table.features));
  const auto width = static_cast<std::size_t>(table.features);
  auto centroids = comm::run_on_all_ranks(
      world, [&] { return std::vector<double>(static_cast<std::size_t>(blocks.size) * width); });
  for (std::int64_t b = 0; b < blocks.count; ++b) {
    const auto rows = blocks[b];
    for (auto segment = rows.begin; segment < rows.end; ++segment) {
      const auto row =
          std::span(centroids).subspan(static_cast<std::size_t>(segment - rows.begin) * width, width);
      for (std::size_t f = 0; f < width; f += 2) {
        const auto centre = io::draw_centre(table, static_cast<std::int64_t>(f / 2), segment);
        row[f] = centre.first;
        if (f + 1 < width) row[f + 1] = centre.second;
      }
    }
    file.write_block("/truth/centroids", rows.begin, rows.size(), centroids.data());
  }
  file.set_attribute("/truth", "seed", static_cast<std::int64_t>(table.seed));
  file.set_attribute("/truth", "separation", table.separation);
}

std::string summary(const Options& options, const std::vector<std::int64_t>& sizes) {
  constexpr std::size_t most_listed = 20;
  const auto listed = sizes.size() > most_listed ? most_listed / 2 : sizes.size();
  const auto& table = options.table;
  std::string text =
      fmt::format("{}: {} customers, {} features, {} segments (seed {}, separation {})\n", options.output,
                  options.customers, table.features, table.segments, table.seed, table.separation);
  text += fmt::format("{:>9}  {:>14}  {:>7}\n", "segment", "customers", "share");
  for (std::size_t s = 0; s < listed; ++s) {
    text += fmt::format("{:>9}  {:>14}  {:>6.2f}%\n", s, sizes[s],
                        100.0 * static_cast<double>(sizes[s]) / static_cast<double>(options.customers));
  }
  if (listed < sizes.size()) {
    text += fmt::format("and {} smaller ones: see /truth/segment\n", sizes.size() - listed);
  }
  return text;
}

void generate(const comm::Communicator& world, const Options& options, Reporter& reporter) {
  const auto& table = options.table;
  if (table.segments > options.customers) {
    throw core::usage_error(
        fmt::format("--segments {} is more than --customers {}: every segment has at least one",
                    table.segments, options.customers));
  }
  if (!std::isfinite(table.separation)) throw core::usage_error("--separation must be a finite number");
  reporter.stage(fmt::format("generating {} customers with {} features in {} segments", options.customers,
                             table.features, table.segments));
  comm::run_on_root(world, [&] { check_room(options); });
  io::OutputFile file(world, options.output);
  const auto sizes = write_customers(world, options, file, reporter);
  write_truth(world, table, file);
  file.commit();
  reporter.stage(fmt::format("{} is written", options.output));
  reporter.summary(summary(options, sizes));
}

}  // namespace

Job generate_job(CLI::App& app) {
  auto options = std::make_shared<Options>();
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  app.add_option("--customers", options->customers, "Number of rows")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, largest));
  app.add_option("--features", options->table.features, "Number of features")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000}));
  app.add_option("--segments", options->table.segments,
                 "Number of planted segments, each smaller than the last")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{std::numeric_limits<std::int32_t>::max()}));
  app.add_option("--seed", options->table.seed, "Same seed, same table, on any number of ranks")
      ->check(CLI::Range(std::uint64_t{0}, static_cast<std::uint64_t>(largest)))
      ->capture_default_str();
  app.add_option("--separation", options->table.separation,
                 "How far apart two centroids are (root mean square), in standard deviations of a segment")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--output", options->output, "The HDF5 file to write")->required()->type_name("FILE");
  return
      [options](const comm::Communicator& world, Reporter& reporter) { generate(world, *options, reporter); };
}

}  // namespace psychograph::jobs

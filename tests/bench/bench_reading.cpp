// A table of float64 columns in the disk cache: plain `pread`, our reader, and reading with encoding.
#include <filesystem>
#include <numeric>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/mpi/communicator.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "features/encode.hpp"
#include "features/fit.hpp"
#include "features/resolve.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "samples.hpp"

namespace psychograph::bench {
namespace {

constexpr std::size_t columns = 8;

comm::Communicator alone() { return {MPI_COMM_SELF, boost::mpi::comm_attach}; }

/// A table in the temporary folder, as long as this lives.
class TemporaryTable {
 public:
  TemporaryTable()
      : path_(std::filesystem::temp_directory_path() / fmt::format("psychograph-bench-{}.h5", ::getpid())) {
    const auto world = alone();
    io::OutputFile file(world, path_.string());
    const auto values = random_matrix(rows(), 1);
    std::vector<double> column(rows());
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = static_cast<double>(values.at(i, 0));
    for (std::size_t j = 0; j < columns; ++j) {
      const auto name = fmt::format("/customers/feature_{}", j);
      file.create(name, H5T_NATIVE_DOUBLE, {static_cast<std::int64_t>(column.size())});
      file.write_block(name, 0, static_cast<std::int64_t>(column.size()), column.data());
    }
    file.commit();
  }
  ~TemporaryTable() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryTable(const TemporaryTable&) = delete;
  TemporaryTable& operator=(const TemporaryTable&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] spec::Input input() const {
    spec::Input input;
    input.files = {path_.string()};
    return input;
  }

 private:
  std::filesystem::path path_;
};

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows() * columns * sizeof(double)));
}

/// The ceiling: the whole file in the blocks that our reader takes, 1 MiB.
void reading_pread(benchmark::State& state) {
  const TemporaryTable table;
  std::vector<char> block(1 << 20);
  const int file = ::open(table.path().c_str(), O_RDONLY);
  for (auto _ : state) {
    off_t offset = 0;
    ssize_t got = 0;
    while ((got = ::pread(file, block.data(), block.size(), offset)) > 0) offset += got;
    benchmark::DoNotOptimize(block.data());
  }
  ::close(file);
  count_bytes(state);
}
BENCHMARK(reading_pread)->UseRealTime()->Unit(benchmark::kMillisecond);

void reading_shard(benchmark::State& state) {
  const TemporaryTable table;
  const auto world = alone();
  const io::Shard shard(world, io::open_table(world, table.input()));
  std::vector<std::size_t> all(columns);
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (auto _ : state)
    shard.read(all, [](const io::RawBlock& block) { benchmark::DoNotOptimize(block.data); });
  count_bytes(state);
}
BENCHMARK(reading_shard)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Reading, z-scoring and writing tiles of float.
void encode_table(benchmark::State& state) {
  const TemporaryTable table;
  const auto world = alone();
  spec::Spec wanted;
  wanted.input = table.input();
  wanted.features.emplace_back().columns = {"feature_*"};
  const io::Shard shard(world, io::open_table(world, wanted.input));
  const auto features = features::resolve(shard.table(), wanted);
  const auto participation = features::find_participation(world, shard, wanted, features);
  const auto schema = features::fit(world, shard, features, participation, features::Degenerate::fail);
  for (auto _ : state) {
    const auto matrix = features::encode(world, shard, schema, participation);
    benchmark::DoNotOptimize(matrix.tile(0));
  }
  count_bytes(state);
}
BENCHMARK(encode_table)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace psychograph::bench

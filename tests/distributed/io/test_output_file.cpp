// Blocks that are handed to HDF5 in pieces come out as if in one.
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "comm/all_reduce.hpp"
#include "io/hdf5.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {
namespace {

std::vector<std::int32_t> read_back(const std::string& path, const char* name) {
  const auto file = file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  const auto dataset = dataset_handle(H5Dopen2(file.get(), name, H5P_DEFAULT));
  const auto space = space_handle(H5Dget_space(dataset.get()));
  std::vector<std::int32_t> cells(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
  H5Dread(dataset.get(), H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells.data());
  return cells;
}

TEST(OutputFile, WritesTheSameInPiecesOfAnySize) {
  const comm::Communicator world;
  const auto path = (std::filesystem::temp_directory_path() /
                     ("psychograph-pieces-" +
                      std::to_string(comm::max_over_ranks(world, std::int64_t{::getpid()})) + ".h5"))
                        .string();
  constexpr std::int64_t rows = 1001;
  constexpr std::int64_t width = 3;
  std::vector<std::int32_t> all(rows * width);
  std::iota(all.begin(), all.end(), 7);
  // Shares that differ, so that ranks write different numbers of pieces: all but the last have few.
  const bool last = world.rank() + 1 == world.size();
  const std::int64_t first = world.rank() * 5;
  const std::int64_t count = last ? rows - first : 5;
  for (const std::int64_t piece_bytes : {1, 4, 12, 100, 4000, 1 << 20}) {
    {
      OutputFile file(world, path, piece_bytes);
      file.create("table/cells", H5T_NATIVE_INT32, {rows, width});
      file.write_block("table/cells", first, count, all.data() + first * width);
      file.write_rows<std::int32_t>(
          "table/rows", rows, first,
          std::span(all).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
      file.write_whole<std::int32_t>("table/whole", {rows, width}, all);
      file.write_text("table/text", "one text, however long");
      file.commit();
    }
    world.barrier();
    EXPECT_EQ(read_back(path, "table/cells"), all) << piece_bytes;
    EXPECT_EQ(read_back(path, "table/whole"), all) << piece_bytes;
    EXPECT_EQ(read_back(path, "table/rows"), std::vector<std::int32_t>(all.begin(), all.begin() + rows))
        << piece_bytes;
    world.barrier();
  }
  if (world.rank() == 0) std::filesystem::remove(path);
}

}  // namespace
}  // namespace psychograph::io

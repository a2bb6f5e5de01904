// Encoding while columns are in memory for their fit, and encoding in a pass of its own: the same matrix,
// which is what a plain loop makes of the cells.
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

#include "comm/all_reduce.hpp"
#include "features/encode.hpp"
#include "features/fit.hpp"
#include "features/window_encoder.hpp"
#include "io/fingerprint.hpp"
#include "io/shard.hpp"
#include "io/windows.hpp"

namespace psychograph::features {
namespace {

constexpr std::size_t rows = 70'001;

void write_column(hid_t file, const std::string& name, hid_t type, const void* data) {
  const hsize_t extent = rows;
  const auto space = io::space_handle(H5Screate_simple(1, &extent, nullptr));
  const auto links = io::property_handle(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  const auto dataset = io::dataset_handle(H5Dcreate2(file, ("customers/" + name).c_str(), type, space.get(),
                                                     links.get(), H5P_DEFAULT, H5P_DEFAULT));
  H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

/// A table that rank 0 writes and removes; the same cells on every rank.
class EncodeTest : public testing::Test {
 protected:
  EncodeTest()
      : path_(std::filesystem::temp_directory_path() /
              ("psychograph-encode-" +
               std::to_string(comm::max_over_ranks(world_, std::int64_t{::getpid()})))) {
    std::mt19937 random(9);
    std::normal_distribution<float> normal(5.0F, 2.0F);
    for (std::size_t i = 0; i < rows; ++i) {
      plain_.push_back(normal(random));
      lacking_.push_back(random() % 10 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                            : std::abs(static_cast<double>(normal(random))));
      level_.push_back(static_cast<std::int16_t>(random() % 3));
    }
    if (world_.rank() == 0) {
      const auto file = io::file_handle(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
      write_column(file.get(), "plain", H5T_NATIVE_FLOAT, plain_.data());
      write_column(file.get(), "lacking", H5T_NATIVE_DOUBLE, lacking_.data());
      write_column(file.get(), "level", H5T_NATIVE_INT16, level_.data());
    }
    world_.barrier();
  }
  ~EncodeTest() override {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove(path_);
  }

  [[nodiscard]] io::Shard open() const {
    spec::Input input;
    input.files = {path_.string()};
    return {world_, io::open_table(world_, input)};
  }

  static std::vector<Feature> features() {
    std::vector<Feature> all(3);
    const char* names[] = {"plain", "lacking", "level"};
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].name = names[i];
      all[i].columns = {names[i]};
    }
    all[1].transform = spec::Transform::log1p;
    all[1].missing = spec::Missing::median;
    all[1].scale = spec::Scale::robust;
    all[2].kind = spec::Kind::categorical;
    all[2].leveled = true;
    all[2].missing = spec::Missing::level;
    return all;
  }

  comm::Communicator world_;
  std::filesystem::path path_;
  std::vector<float> plain_;
  std::vector<double> lacking_;
  std::vector<std::int16_t> level_;
};

TEST_F(EncodeTest, OnePassAndTwoGiveThePlainLoopsMatrix) {
  const auto shard = open();
  const Participation everybody{{}, {}, static_cast<std::int64_t>(rows)};
  const auto [schema, matrix] = fit_and_encode(world_, shard, features(), everybody);
  const auto again = encode(world_, shard, schema, everybody);
  EXPECT_EQ(matrix.columns(), 5U);
  std::int64_t wrong = 0;
  const auto first = static_cast<std::size_t>(shard.rows().begin);
  for (std::size_t i = 0; i < shard.local_rows(); ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      const auto& fitted = schema.features[j];
      const double cell = j == 0 ? static_cast<double>(plain_[first + i]) : lacking_[first + i];
      const double value = transformed(fitted.feature.transform, std::isnan(cell) ? fitted.fill : cell);
      const auto wanted = static_cast<float>((value - fitted.offset) * fitted.factor - fitted.centres[0]);
      wrong += matrix.at(i, fitted.first_column) != wanted ? 1 : 0;
    }
    const auto& leveled = schema.features[2];
    for (std::size_t l = 0; l < 3; ++l) {
      const bool on = level_[first + i] == static_cast<std::int16_t>(l);
      const auto wanted = static_cast<float>((on ? leveled.factor : 0.0) - leveled.centres[l]);
      wrong += matrix.at(i, leveled.first_column + l) != wanted ? 1 : 0;
    }
    for (std::size_t j = 0; j < 5; ++j) wrong += matrix.at(i, j) != again.at(i, j) ? 1 : 0;
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(EncodeTest, WindowsGiveTheRowsOfTheWholeMatrix) {
  const auto shard = open();
  const Participation everybody{{}, {}, static_cast<std::int64_t>(rows)};
  const auto [schema, matrix] = fit_and_encode(world_, shard, features(), everybody);
  for (const std::int64_t rows_at_once : {1000, 4096, 100'000}) {
    WindowEncoder encoder(shard, schema, std::nullopt, "the test");
    io::Windows windows(world_, shard, encoder.columns(), rows_at_once);
    std::int64_t next = 0;
    std::int64_t steps = 0;
    std::int64_t wrong = 0;
    while (windows.next()) {
      const auto window = windows.rows();
      EXPECT_EQ(window.begin, next);
      next = window.end;
      ++steps;
      encoder.begin(window);
      windows.read([&](const io::RawBlock& block) { encoder.see(block); });
      encoder.finish();
      for (std::int64_t row = window.begin; row < window.end; ++row) {
        const auto i = static_cast<std::size_t>(row - window.begin);
        for (std::size_t j = 0; j < matrix.columns(); ++j)
          wrong += encoder.matrix().at(i, j) != matrix.at(static_cast<std::size_t>(row), j) ? 1 : 0;
        wrong += encoder.weights()[i] != 1.0 ? 1 : 0;
      }
    }
    EXPECT_EQ(next, shard.rows().size());
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(steps, comm::max_over_ranks(world_, steps));
    EXPECT_GE(steps, shard.rows().size() / rows_at_once);
    EXPECT_TRUE(encoder.notices(world_).empty());
  }
}

TEST_F(EncodeTest, TheFingerprintDoesNotDependOnWhoReads) {
  const std::vector<std::size_t> columns{0, 1, 2};
  std::vector<std::string> found;
  for (int way = 0; way < 3; ++way) {
    auto shard = open();
    io::Fingerprint fingerprint(shard, columns);
    const auto look = [](const io::RawBlock&) {};
    // The columns over and over: so many that a window is shorter than the table.
    const std::vector<std::size_t> many(512, 1);
    if (way == 1) {
      std::int64_t next = 0;
      std::int64_t windows = 0;
      std::int64_t seen = 0;
      shard.read_by_rows(many, [&](const io::RawBlock& block) {
        windows += block.first == next ? 1 : 0;
        if (block.first == next) next += static_cast<std::int64_t>(block.count);
        seen += static_cast<std::int64_t>(block.count);
      });
      EXPECT_EQ(next, shard.rows().size());
      EXPECT_EQ(seen, 512 * shard.rows().size());
      EXPECT_GE(windows, shard.rows().size() / 8192);
    }
    if (way == 2) {
      shard.read(std::vector<std::size_t>{2}, look);
      shard.read(std::vector<std::size_t>{2, 0}, look);
    }
    found.push_back(fingerprint.finish(world_));
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
}

}  // namespace
}  // namespace psychograph::features

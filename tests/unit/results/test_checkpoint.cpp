// What a run notes on disk is read back bit for bit, whole or not at all, and belongs to one run.
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/error.hpp"
#include "results/checkpoint.hpp"

namespace psychograph::results {
namespace {

namespace fs = std::filesystem;

Checkpoint example(std::int64_t restart, std::int64_t iterations) {
  Checkpoint checkpoint{"0.1.0", "[cluster]\nk = 2\n", "00ff", {}};
  auto& progress = checkpoint.progress;
  progress.restart = restart;
  progress.iterations = iterations;
  progress.inertia = 1.0L / 3;  // needs all 64 bits
  progress.centroids.emplace(2, 3);
  for (std::size_t i = 0; i < 6; ++i) progress.centroids->row(0)[i] = 1.0 / static_cast<double>(i + 3);
  if (restart == 0) return checkpoint;
  auto& best = progress.best.emplace();
  best.centroids = core::Centroids(2, 3);
  best.centroids.at(1, 2) = 0.1;
  best.inertia = 0.7;
  best.iterations = 12;
  best.converged = true;
  best.restart = restart - 1;
  return checkpoint;
}

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    place_ = fs::temp_directory_path() / ("psychograph-checkpoint-" + std::to_string(::getpid()));
    fs::create_directory(place_);
  }
  void TearDown() override { fs::remove_all(place_); }
  [[nodiscard]] std::string result() const { return (place_ / "segments.h5").string(); }
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(result() + ".checkpoint")) found.push_back(entry.path());
    return found;
  }
  fs::path place_;
};

TEST(Checkpoint, SurvivesItsArchive) {
  const auto checkpoint = example(2, 17);
  const auto read = checkpoint_from_archive(to_archive(checkpoint));
  EXPECT_EQ(read.spec, checkpoint.spec);
  EXPECT_EQ(read.input_fingerprint, "00ff");
  EXPECT_EQ(read.progress.restart, 2);
  EXPECT_EQ(read.progress.iterations, 17);
  EXPECT_EQ(read.progress.inertia, 1.0L / 3);
  EXPECT_EQ(read.progress.centroids, checkpoint.progress.centroids);
  EXPECT_EQ(read.progress.best->centroids, checkpoint.progress.best->centroids);
  EXPECT_EQ(read.progress.best->inertia, 0.7);
  EXPECT_TRUE(read.progress.best->converged);
  Checkpoint fresh;  // no centroids, no best, an inertia of infinity
  const auto again = checkpoint_from_archive(to_archive(fresh));
  EXPECT_FALSE(again.progress.centroids.has_value());
  EXPECT_FALSE(again.progress.best.has_value());
  EXPECT_EQ(again.progress.inertia, std::numeric_limits<long double>::infinity());
  EXPECT_THROW((void)checkpoint_from_archive("22 serialization::archive"), core::Error);
}

TEST(Checkpoint, IsRefusedWhereNoFitComesToIt) {
  using Change = std::function<void(cluster::Progress&)>;
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [words, change] : std::vector<std::pair<const char*, Change>>{
           {"restart -1", [](auto& p) { p.restart = -1; }},
           {"iteration -1", [](auto& p) { p.iterations = -1; }},
           {"none is the best", [](auto& p) { p.best.reset(); }},
           {"none is the best", [](auto& p) { p.restart = 0; }},
           {"its inertia is nan", [](auto& p) { p.inertia = not_a_number; }},
           {"its inertia is -inf", [](auto& p) { p.inertia = -std::numeric_limits<double>::infinity(); }},
           {"its inertia is 0.33", [](auto& p) { p.centroids.reset(); }},
           {"centroid 1 is nan in column 2", [](auto& p) { p.centroids->at(1, 2) = not_a_number; }},
           {"centroid 0 is 1e+30 in column 0", [](auto& p) { p.best->centroids.at(0, 0) = 1e30; }},
           {"of two shapes", [](auto& p) { p.centroids.emplace(3, 3); }},
           {"of two shapes", [](auto& p) { p.best->centroids = core::Centroids(2, 2); }},
           {"its best restart is 2", [](auto& p) { p.best->restart = 2; }},
           {"after -1 iterations", [](auto& p) { p.best->iterations = -1; }},
           {"of inertia nan", [](auto& p) { p.best->inertia = not_a_number; }},
       }) {
    auto checkpoint = example(2, 17);
    change(checkpoint.progress);
    try {
      (void)checkpoint_from_archive(to_archive(checkpoint));
      ADD_FAILURE() << words;
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::data);
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
  const auto progress = example(2, 17).progress;
  EXPECT_TRUE(fits(progress, 2, 2, 3));
  EXPECT_FALSE(fits(progress, 1, 2, 3));
  EXPECT_FALSE(fits(progress, 8, 3, 3));
  EXPECT_FALSE(fits(progress, 8, 2, 4));
}

TEST_F(Folder, KeepsTheNewestTwoAndReadsTheFarthest) {
  CheckpointFolder folder(result());
  folder.claim(false);
  EXPECT_FALSE(folder.has_any());
  for (const auto& [restart, iterations] : {std::pair{0, 0}, {0, 9}, {0, 10}, {1, 2}})
    folder.write(example(restart, iterations));
  EXPECT_EQ(files().size(), 3U);  // and the owner
  std::vector<std::string> damaged;
  EXPECT_EQ(folder.newest(damaged)->progress.restart, 1);
  EXPECT_TRUE(damaged.empty());
  folder.remove();
  EXPECT_FALSE(fs::exists(folder.path()));
}

TEST_F(Folder, GoesBackOneWhereTheNewestIsDamaged) {
  CheckpointFolder folder(result());
  folder.claim(false);
  folder.write(example(0, 1));
  folder.write(example(0, 2));
  for (const auto& path : files()) {
    if (path.string().find("0000000003") != std::string::npos) fs::resize_file(path, fs::file_size(path) - 7);
  }
  std::vector<std::string> damaged;
  EXPECT_EQ(folder.newest(damaged)->progress.iterations, 1);
  ASSERT_EQ(damaged.size(), 1U);
  EXPECT_NE(damaged.front().find("checksum is wrong"), std::string::npos);
  for (const auto& path : files()) {
    if (path.extension() == ".state") std::ofstream(path) << "nothing";
  }
  EXPECT_THROW((void)folder.newest(damaged), core::Error);
}

TEST_F(Folder, KeepsTwoGoodOnesBehindADamagedOne) {
  CheckpointFolder folder(result());
  folder.claim(false);
  folder.write(example(0, 1));
  folder.write(example(0, 5));
  for (const auto& path : files()) {
    if (path.string().find("0000000006") != std::string::npos) std::ofstream(path) << "nothing";
  }
  CheckpointFolder resumed(result());
  resumed.claim(true);
  resumed.write(example(0, 2));
  std::vector<std::string> damaged;
  EXPECT_EQ(resumed.newest(damaged)->progress.iterations, 2);
  EXPECT_TRUE(damaged.empty());
  EXPECT_EQ(files().size(), 3U);
}

TEST_F(Folder, BelongsToTheRunThatClaimedItLast) {
  CheckpointFolder old_run(result());
  old_run.claim(false);
  old_run.write(example(0, 1));
  ::setenv("SLURM_RESTART_COUNT", "1", 1);
  CheckpointFolder restarted(result());
  restarted.claim(true);
  EXPECT_TRUE(restarted.has_any());
  EXPECT_THROW(old_run.require_owner(), core::Error);
  EXPECT_THROW(old_run.write(example(0, 2)), core::Error);
  restarted.write(example(0, 3));
  old_run.release();  // of no effect: it is another's
  old_run.remove();   // likewise
  EXPECT_TRUE(restarted.has_any());
  ::unsetenv("SLURM_RESTART_COUNT");
  CheckpointFolder fresh(result());
  fresh.claim(false);
  EXPECT_FALSE(fresh.has_any());
  fresh.release();
  EXPECT_FALSE(fs::exists(fresh.path()));
}

}  // namespace
}  // namespace psychograph::results

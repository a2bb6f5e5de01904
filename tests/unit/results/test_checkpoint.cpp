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

#include "cluster/restarts.hpp"
#include "core/error.hpp"
#include "core/figure.hpp"
#include "core/state_archive.hpp"
#include "results/checkpoint.hpp"

namespace psychograph::results {
namespace {

namespace fs = std::filesystem;

/// The words of a state of k-means on k = 2 and 3 columns, as it stands after `iterations`.
core::Words state(std::int64_t iterations, core::Centroids centroids = core::Centroids(2, 3),
                  long double inertia = 1.0L / 3) {
  for (std::size_t i = 0; i < centroids.values().size(); ++i)
    centroids.row(0)[i] += 1.0 / static_cast<double>(i + 3);
  core::StateArchive archive;
  archive& centroids& iterations& inertia;
  return std::move(archive).words();
}

Checkpoint example(std::int64_t restart, std::int64_t iterations) {
  Checkpoint checkpoint{"0.1.0", "[cluster]\nk = 2\n", "00ff", {}};
  auto& progress = checkpoint.progress;
  progress.restart = restart;
  progress.steps = iterations;
  progress.fit = state(iterations);
  if (restart == 0) return checkpoint;
  auto& best = progress.best.emplace();
  core::Centroids centroids(2, 3);
  centroids.at(1, 2) = 0.1;
  best.model = cluster::CentroidModel{centroids};
  best.inertia = 0.7;
  best.iterations = 12;
  best.converged = true;
  best.restart = restart - 1;
  return checkpoint;
}

spec::Cluster options_of(std::int64_t k) {
  spec::Cluster options;
  options.k = k;
  return options;
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
  EXPECT_EQ(read.progress.steps, 17);
  EXPECT_EQ(read.progress.fit, checkpoint.progress.fit);
  EXPECT_EQ(read.progress.best->model, checkpoint.progress.best->model);
  EXPECT_EQ(read.progress.best->inertia, 0.7);
  EXPECT_TRUE(read.progress.best->converged);
  Checkpoint fresh;  // not begun, no best
  const auto again = checkpoint_from_archive(to_archive(fresh));
  EXPECT_FALSE(again.progress.fit.has_value());
  EXPECT_FALSE(again.progress.best.has_value());
  EXPECT_THROW((void)checkpoint_from_archive("22 serialization::archive"), core::Error);
}

TEST(Checkpoint, IsRefusedWhereNoFitComesToIt) {
  using Change = std::function<void(cluster::Progress&)>;
  const auto bad_at = [](std::size_t place, double value) {
    core::Centroids centroids(2, 3);
    centroids.row(0)[place] = value;
    return centroids;
  };
  const auto best = [](cluster::Progress& p) -> core::Centroids& {
    return std::get<cluster::CentroidModel>(p.best->model).centroids;
  };
  for (const auto& [words, change] : std::vector<std::pair<const char*, Change>>{
           {"restart -1", [](auto& p) { p.restart = -1; }},
           {"restart 3 of 2", [](auto& p) { p.restart = 3; }},
           {"step -1", [](auto& p) { p.steps = -1; }},
           {"has not begun", [](auto& p) { p.fit.reset(); }},
           {"none is the best", [](auto& p) { p.best.reset(); }},
           {"none is the best", [](auto& p) { p.restart = 0; }},
           {"inertia is nan", [&](auto& p) { p.fit = state(17, core::Centroids(2, 3), core::not_a_number); }},
           {"inertia is -1", [](auto& p) { p.fit = state(17, core::Centroids(2, 3), -1); }},
           {"inertia is inf",
            [](auto& p) {
              p.fit = state(17, core::Centroids(2, 3), std::numeric_limits<double>::infinity());
            }},
           {"iteration 0 its inertia is 0.33", [](auto& p) { p.steps = 0, p.fit = state(0); }},
           {"centroid 1 is nan in column 2",
            [&](auto& p) { p.fit = state(17, bad_at(5, core::not_a_number)); }},
           {"no state", [](auto& p) { p.fit->pop_back(); }},
           {"no state", [](auto& p) { p.fit->push_back(0); }},
           {"no state", [](auto& p) { p.fit->at(0) = std::uint64_t{1} << 60; }},
           {"centroid 0 is 1e+30 in column 0", [&](auto& p) { best(p).at(0, 0) = 1e30; }},
           {"are 3 of 3 columns", [](auto& p) { p.fit = state(17, core::Centroids(3, 3)); }},
           {"are 2 of 2 columns", [&](auto& p) { best(p) = core::Centroids(2, 2); }},
           {"its best restart is 2", [](auto& p) { p.best->restart = 2; }},
           {"after -1 steps", [](auto& p) { p.best->iterations = -1; }},
           {"of inertia nan", [](auto& p) { p.best->inertia = core::not_a_number; }},
       }) {
    auto progress = example(2, 17).progress;
    EXPECT_EQ(cluster::find_fault(progress, options_of(2), 2, 3), "");
    change(progress);
    const auto fault = cluster::find_fault(progress, options_of(2), 2, 3);
    EXPECT_NE(fault.find(words), std::string::npos) << words << ": " << fault;
  }
  EXPECT_NE(cluster::find_fault(example(2, 17).progress, options_of(3), 8, 3), "");
  EXPECT_NE(cluster::find_fault(example(2, 17).progress, options_of(2), 8, 4), "");
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
  EXPECT_EQ(folder.newest(damaged)->progress.steps, 1);
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
  EXPECT_EQ(resumed.newest(damaged)->progress.steps, 2);
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

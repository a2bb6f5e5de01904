#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/figure.hpp"
#include "distributed/shared_table.hpp"
#include "features/fit.hpp"
#include "insight/tally.hpp"

namespace psychograph::insight {
namespace {

constexpr std::size_t rows = 1200;
constexpr std::size_t k = 4;

/// Columns of several shapes, on every rank the same.
struct Columns {
  std::vector<double> bell, tail, answer, weight;
  std::vector<std::int32_t> segment;
};

Columns draw() {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  Columns made;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto g = static_cast<std::int32_t>(random() % (k + 1)) - 1;
    made.segment.push_back(g);
    made.bell.push_back(random() % 20 == 0 ? core::not_a_number : normal(random) + 0.3 * g + 1000);
    made.tail.push_back(random() % 3 == 0 ? 0.0 : std::exp(4 * normal(random)));
    made.answer.push_back(random() % 10 == 0 ? core::not_a_number : 1.0 + static_cast<double>(random() % 6));
    made.weight.push_back(1 + static_cast<double>(random() % 3));
  }
  return made;
}

class TallyTest : public ::testing::Test {
 protected:
  TallyTest() : columns_(draw()) {
    const auto folder = std::filesystem::temp_directory_path();
    path_ = folder /
            ("psychograph-tally-" + std::to_string(comm::max_over_ranks(world_, std::int64_t{::getpid()})));
    if (world_.rank() == 0) {
      const auto file = io::file_handle(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
      io::write_column(file.get(), "/customers/answer", columns_.answer);
      io::write_column(file.get(), "/customers/bell", columns_.bell);
      io::write_column(file.get(), "/customers/tail", columns_.tail);
      io::write_column(file.get(), "/customers/weight", columns_.weight);
    }
    world_.barrier();
    shard_.emplace(world_, io::inspect_table({path_.string()}, "/customers"));
    for (const char* name : {"bell", "tail", "answer"}) {
      features::Feature feature;
      feature.name = name;
      feature.columns = {name};
      feature.clustered = false;
      feature.kind = std::string(name) == "answer" ? spec::Kind::ordinal : spec::Kind::numeric;
      features_.push_back(feature);
    }
    const features::Participation everybody{{}, {}, static_cast<std::int64_t>(rows)};
    schema_ = features::fit(world_, *shard_, features_, everybody, features::Degenerate::report);
  }
  ~TallyTest() override {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove(path_);
  }

  std::vector<Tally> run(const std::optional<std::string>& weight) {
    TallyInput input{.world = world_,
                     .shard = *shard_,
                     .features = {},
                     .k = k,
                     .labels = {},
                     .weight = weight,
                     .wanted_by = "a test"};
    for (const auto& fitted : schema_.features) input.features.push_back(&fitted);
    input.labels = [&](core::RowRange range, std::span<std::int32_t> out) {
      const auto first = shard_->rows().begin + range.begin;
      std::copy_n(columns_.segment.begin() + static_cast<std::ptrdiff_t>(first), out.size(), out.begin());
    };
    return tally(input);
  }

  /// Serial: of one column and group.
  void expect(const Tally& found, const std::vector<double>& column, bool weighted) {
    for (std::size_t g = 0; g <= k; ++g) {
      std::vector<double> values;
      double weights = 0, squares = 0, sum = 0;
      std::int64_t missing = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        if (columns_.segment[i] < 0 || (g < k && columns_.segment[i] != static_cast<std::int32_t>(g)))
          continue;
        if (std::isnan(column[i])) {
          ++missing;
          continue;
        }
        const double w = weighted ? columns_.weight[i] : 1.0;
        values.push_back(column[i]);
        weights += w;
        squares += w * w;
        sum += w * column[i];
      }
      std::sort(values.begin(), values.end());
      EXPECT_EQ(found.count[g], static_cast<std::int64_t>(values.size()));
      EXPECT_EQ(found.missing[g], missing);
      EXPECT_NEAR(found.sums[g].weight, weights, 1e-9);
      EXPECT_NEAR(found.sums[g].weight_square, squares, 1e-9);
      EXPECT_NEAR(found.sums[g].mean, sum / weights, 1e-9 * std::abs(sum / weights));
      for (std::size_t q = 0; q < told_quantiles.size(); ++q) {
        const double place = told_quantiles[q] * static_cast<double>(values.size() - 1);
        const auto low = static_cast<std::size_t>(place);
        const double t = place - std::floor(place);
        const double wanted = values[low] + t * (values[std::min(low + 1, values.size() - 1)] - values[low]);
        EXPECT_NEAR(found.quantiles[g][q], wanted, 1e-9 * std::abs(wanted)) << g << ' ' << q;
      }
    }
  }

  comm::Communicator world_;
  Columns columns_;
  std::filesystem::path path_;
  std::optional<io::Shard> shard_;
  std::vector<features::Feature> features_;
  features::Schema schema_;
};

TEST_F(TallyTest, AgreesWithASerialCount) {
  const auto found = run({});
  expect(found[0], columns_.bell, false);
  expect(found[1], columns_.tail, false);
  expect(found[2], columns_.answer, false);
  EXPECT_EQ(found[2].levels, (std::vector<std::string>{"1", "2", "3", "4", "5", "6"}));
  for (std::size_t g = 0; g < k; ++g) {
    for (std::size_t l = 0; l < 6; ++l) {
      std::int64_t count = 0;
      for (std::size_t i = 0; i < rows; ++i)
        count += columns_.segment[i] == static_cast<std::int32_t>(g) &&
                         columns_.answer[i] == 1.0 + static_cast<double>(l)
                     ? 1
                     : 0;
      EXPECT_EQ(found[2].level_count_at(g, l), count);
    }
  }
}

TEST_F(TallyTest, AgreesWithASerialCountOfWeights) {
  const auto found = run("weight");
  expect(found[0], columns_.bell, true);
  expect(found[1], columns_.tail, true);
  expect(found[2], columns_.answer, true);
}

TEST_F(TallyTest, OfOtherCustomersThanTheStatistics) {
  // The quantiles that buckets are laid by are far off: everything is found all the same.
  for (auto& fitted : schema_.features) {
    fitted.statistics.min -= 2000;
    fitted.statistics.max -= 1999;
    for (auto& quantile : fitted.statistics.quantiles) quantile -= 1999.5;
    fitted.statistics.mean -= 2000;
  }
  const auto found = run({});
  expect(found[0], columns_.bell, false);
  expect(found[1], columns_.tail, false);
  expect(found[2], columns_.answer, false);
}

}  // namespace
}  // namespace psychograph::insight

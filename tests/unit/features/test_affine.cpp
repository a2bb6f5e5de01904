// Cells written to the matrix: every instruction set against the plain expression.
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/feature_matrix.hpp"
#include "core/instruction_set.hpp"
#include "features/affine.hpp"

namespace psychograph::features {
namespace {

TEST(Affine, WriteWhatThePlainExpressionGives) {
  std::mt19937 random(64);
  std::normal_distribution<double> normal(3.0, 100.0);
  std::vector<double> values(64);
  for (auto& value : values) value = normal(random);
  const Affine affine{0.3, 1.7, -0.25};
  for (const auto& target : core::targets()) {
    core::force_target(target);
    core::FeatureMatrix matrix(values.size(), 3);
    write_lines(values, affine, &matrix.at(0, 1), 3 * core::tile_rows);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(matrix.at(i, 1), static_cast<float>((values[i] - 0.3) * 1.7 + 0.25));
      EXPECT_EQ(matrix.at(i, 0), 0.0F);
      EXPECT_EQ(matrix.at(i, 2), 0.0F);
    }
  }
  core::force_target("");
}

}  // namespace
}  // namespace psychograph::features

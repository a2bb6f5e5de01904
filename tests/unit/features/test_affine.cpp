// Cells written to the matrix: every instruction set against the plain expression.
#include <cstdint>
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

TEST(Affine, LooksUpWhatIsStored) {
  std::mt19937 random(65);
  std::vector<std::uint16_t> words(48);
  std::vector<std::uint8_t> bytes(48);
  for (auto& word : words) word = static_cast<std::uint16_t>(random());
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  std::vector<float> encoded(65536);
  for (auto& cell : encoded) cell = static_cast<float>(random());
  for (const auto& target : core::targets()) {
    core::force_target(target);
    core::FeatureMatrix matrix(words.size(), 3);
    look_up_lines(bytes, encoded.data(), &matrix.at(0, 0), 3 * core::tile_rows);
    look_up_lines(words, encoded.data(), &matrix.at(0, 1), 3 * core::tile_rows);
    for (std::size_t i = 0; i < words.size(); ++i) {
      EXPECT_EQ(matrix.at(i, 0), encoded[bytes[i]]);
      EXPECT_EQ(matrix.at(i, 1), encoded[words[i]]);
      EXPECT_EQ(matrix.at(i, 2), 0.0F);
    }
  }
  core::force_target("");
}

}  // namespace
}  // namespace psychograph::features

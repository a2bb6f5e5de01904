// Random numbers in vector lanes: the words of random.hpp, the same bits on every instruction set, and normal
// numbers that are normal far into their tails.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/alias_table.hpp"
#include "core/draw.hpp"
#include "core/instruction_set.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::core {
namespace {

/// Enough draws that six standard errors are a tight bound, and a failure is no accident.
constexpr std::int64_t draws = std::int64_t{1} << 20;
const double standard_error = 1 / std::sqrt(static_cast<double>(draws));

const Sequence sequence = {0x0123456789abcdef, Purpose::generate_value, 7};

std::vector<std::uint32_t> words(std::int64_t first, std::int64_t count) {
  std::vector<std::uint32_t> out(static_cast<std::size_t>(count));
  draw_words(sequence, first, out);
  return out;
}
std::vector<float> normals(std::int64_t first, std::int64_t count, const Sequence& from = sequence) {
  std::vector<float> out(static_cast<std::size_t>(count));
  draw_normals(from, first, out);
  return out;
}
std::vector<float> exponentials() {
  std::vector<float> values(static_cast<std::size_t>(draws));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = -80.0F + 160.0F * static_cast<float>(i) / static_cast<float>(draws);
  }
  exponentiate(values);
  return values;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

TEST(Draw, GivesTheSameBitsOnEveryInstructionSet) {
  constexpr std::int64_t first = (std::int64_t{1} << 40) + 64;
  core::force_target("scalar");
  const auto expected_words = words(first, draws);
  const auto expected_normals = normals(first, draws);
  const auto expected_exponentials = exponentials();
  for (const auto& target : core::targets()) {
    core::force_target(target);
    EXPECT_TRUE(same_bits(words(first, draws), expected_words)) << target;
    EXPECT_TRUE(same_bits(normals(first, draws), expected_normals)) << target;
    EXPECT_TRUE(same_bits(exponentials(), expected_exponentials)) << target;
  }
  core::force_target("");
}

TEST(Draw, WordsAreThoseOfPhilox) {
  constexpr std::int64_t first = (std::int64_t{1} << 36) - 128;  // the counter's upper half changes within
  const auto drawn = words(first, 256);
  for (std::int64_t i = 0; i < 256; ++i) {
    const auto row = first + i;
    const auto call = static_cast<std::uint64_t>(row / draw_tile * 16 + row % 16);
    const auto bits = random_bits(sequence.seed, sequence.purpose, sequence.stream, call);
    const auto word = row % draw_tile / 16;
    const auto half = word < 2 ? bits.first : bits.second;
    EXPECT_EQ(drawn[static_cast<std::size_t>(i)], static_cast<std::uint32_t>(half >> (32 * (word % 2)))) << i;
  }
}

TEST(Draw, DoesNotDependOnWhereABlockBegins) {
  const auto whole = normals(0, 640);
  for (const std::int64_t begin : {64, 320, 576}) {
    const auto part = normals(begin, 64);
    EXPECT_TRUE(same_bits(part, {whole.begin() + begin, whole.begin() + begin + 64})) << begin;
  }
}

TEST(Draw, NormalsAreThoseOfBoxAndMuller) {
  constexpr double pi = 3.14159265358979323846;
  const auto drawn = normals(0, draws);
  const auto bits = words(0, draws);
  double worst = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const std::size_t pair = i - i % 32 + i % 16;  // words 0 and 1 of a call, or 2 and 3
    const double unit = (bits[pair] + 0.5) * 0x1p-32;
    const auto word = bits[pair + 16];
    const double angle = pi / 2 * (word >> 30) + pi / 4 * 0x1p-31 * static_cast<std::int32_t>(word << 2);
    const double radius = std::sqrt(-2 * std::log(unit));
    const double exact = radius * (i % 32 < 16 ? std::cos(angle) : std::sin(angle));
    worst = std::max(worst, std::abs(static_cast<double>(drawn[i]) - exact));
  }
  EXPECT_LT(worst, 2e-4);  // near 0 alone, where a float just below 1 is coarse
}

TEST(Draw, NormalsHaveTheirMoments) {
  const auto drawn = normals(0, draws);
  double powers[5] = {};
  for (const float value : drawn) {
    for (int power = 1; power <= 4; ++power) powers[power] += std::pow(static_cast<double>(value), power);
  }
  const double moments[5] = {1, 0, 1, 0, 3};
  const double variances[5] = {0, 1, 2, 15, 96};  // of z^m: E z^2m - (E z^m)^2
  for (int power = 1; power <= 4; ++power) {
    const double bound = 6 * std::sqrt(variances[power]) * standard_error;
    EXPECT_NEAR(powers[power] / static_cast<double>(draws), moments[power], bound) << "power " << power;
  }
}

double below(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

TEST(Draw, NormalsHaveTheirQuantilesAndTails) {
  constexpr std::size_t bins = 100;
  constexpr std::int64_t count = 16 * draws;
  std::array<double, bins> found{};
  std::array<double, 6> beyond_below{};
  std::array<double, 6> beyond_above{};
  float largest = 0;
  for (std::int64_t first = 0; first < count; first += draws) {
    for (const float value : normals(first, draws)) {
      const auto z = static_cast<double>(value);
      ++found[static_cast<std::size_t>(below(z) * static_cast<double>(bins))];
      for (std::size_t tail = 1; tail < 6; ++tail) {
        beyond_below[tail] += z < -static_cast<double>(tail) ? 1 : 0;
        beyond_above[tail] += z > static_cast<double>(tail) ? 1 : 0;
      }
      largest = std::max(largest, std::abs(value));
    }
  }
  const auto expect = [&](double hits, double probability, const std::string& what) {
    const double mean = probability * static_cast<double>(count);
    EXPECT_NEAR(hits, mean, 6 * std::sqrt(mean)) << what;
  };
  for (std::size_t bin = 0; bin < bins; ++bin) expect(found[bin], 1.0 / bins, std::to_string(bin) + " %");
  for (std::size_t tail = 1; tail < 6; ++tail) {
    const double probability = below(-static_cast<double>(tail));
    expect(beyond_below[tail], probability, "below -" + std::to_string(tail));
    expect(beyond_above[tail], probability, "above " + std::to_string(tail));
  }
  EXPECT_GT(largest, 5.2F);
  EXPECT_LT(largest, 6.78F);
}

TEST(Draw, NeighboursAndStreamsAreIndependent) {
  const auto one = normals(0, draws);
  auto other = sequence;
  ++other.stream;
  const auto two = normals(0, draws, other);
  for (const std::size_t lag : {1U, 15U, 16U, 17U, 32U, 48U, 64U}) {
    double product = 0;
    double squares = 0;
    for (std::size_t i = lag; i < one.size(); ++i) {
      const auto a = static_cast<double>(one[i - lag]);
      const auto b = static_cast<double>(one[i]);
      product += a * b;
      squares += (a * a - 1) * (b * b - 1);
    }
    EXPECT_NEAR(product / static_cast<double>(draws), 0, 6 * standard_error) << lag;
    EXPECT_NEAR(squares / static_cast<double>(draws), 0, 6 * 2 * standard_error) << lag;
  }
  double product = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    product += static_cast<double>(one[i]) * static_cast<double>(two[i]);
  }
  EXPECT_NEAR(product / static_cast<double>(draws), 0, 6 * standard_error);
}

TEST(Exponentiate, IsExactToTwoUnitsInTheLastPlace) {
  const auto values = exponentials();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float x = -80.0F + 160.0F * static_cast<float>(i) / static_cast<float>(draws);
    const double exact = std::exp(static_cast<double>(x));
    ASSERT_NEAR(static_cast<double>(values[i]) / exact, 1, 0x1p-22) << x;
  }
}

TEST(AliasTable, DrawsByWeight) {
  const std::vector<double> weights = {5, 0, 1, 0.25, 3.75};
  const AliasTable table(weights);
  std::vector<double> counts(weights.size());
  for (const auto word : words(0, draws)) ++counts[static_cast<std::size_t>(table(word))];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(counts[i] / static_cast<double>(draws), weights[i] / 10, 6 * 0.5 * standard_error) << i;
  }
  EXPECT_EQ(counts[1], 0);
}

TEST(AliasTable, DrawsFromOneWeightAndAtTheEdges) {
  constexpr auto last = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(AliasTable(std::vector<double>{3.0})(0), 0);
  EXPECT_EQ(AliasTable(std::vector<double>{3.0})(last), 0);
  const AliasTable equal(std::vector<double>(1000, 0.1));
  EXPECT_EQ(equal(0), 0);
  EXPECT_EQ(equal(last), 999);
}

}  // namespace
}  // namespace psychograph::core

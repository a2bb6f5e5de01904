// Cells of every stored type as numbers, and what is missing among them.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/number.hpp"
#include "io/block.hpp"

namespace psychograph::io {
namespace {

/// Doubles that come to cells of the type `stored`; the places that are then missing.
std::vector<std::size_t> missing_among(const std::vector<double>& values, hid_t stored,
                                       core::Number sentinel) {
  const auto type = element_type(stored);
  std::vector<std::byte> bytes(values.size() * std::max(type.size, sizeof(double)));
  std::memcpy(bytes.data(), values.data(), values.size() * sizeof(double));
  H5Tconvert(H5T_NATIVE_DOUBLE, stored, values.size(), bytes.data(), nullptr, H5P_DEFAULT);
  const RawBlock block{0, 0, 0, values.size(), bytes.data(), type.size, &type};
  std::vector<double> out(values.size());
  numbers(block, {{sentinel}, {}}, out);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::isnan(out[i])) places.push_back(i);
  }
  return places;
}

template <class Whole>
std::vector<std::size_t> missing_among(const std::vector<Whole>& cells, hid_t stored, core::Number sentinel) {
  const auto type = element_type(stored);
  const RawBlock block{0,         0,    0, cells.size(), reinterpret_cast<const std::byte*>(cells.data()),
                       type.size, &type};
  std::vector<double> out(cells.size());
  numbers(block, {{sentinel}, {}}, out);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::isnan(out[i])) places.push_back(i);
  }
  return places;
}

/// A floating type with that many bits of exponent and fraction.
Handle floating_type(std::size_t exponent, std::size_t fraction, std::size_t bias) {
  auto type = type_handle(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(type.get(), exponent + fraction, fraction, exponent, 0, fraction);
  H5Tset_ebias(type.get(), bias);
  H5Tset_precision(type.get(), 1 + exponent + fraction);
  H5Tset_size(type.get(), 2);
  return type;
}

TEST(MissingNumbers, AreComparedInTheTypeOfTheColumn) {
  const auto half = floating_type(5, 10, 15);
  const auto brain = floating_type(8, 7, 127);
  const std::vector<std::size_t> second{1};
  for (const double sentinel : {-9999.9, -99.9, 0.1, -9999.0, 6.1e-5}) {
    for (const hid_t type :
         {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE, half.get(), brain.get()}) {
      EXPECT_EQ(
          missing_among({1.5, sentinel, 2.5, std::numeric_limits<double>::quiet_NaN()}, type, {sentinel}),
          (std::vector<std::size_t>{1, 3}))
          << sentinel << " in " << H5Tget_size(type) << " bytes";
    }
  }
  EXPECT_EQ(missing_among({1.5, 1e20, 3}, H5T_IEEE_F32LE, {1e20}), second);
  EXPECT_EQ(missing_among({1.5, -3.4e38, 3}, H5T_IEEE_F32LE, {-3.4e38}), second);
  EXPECT_EQ(missing_among({1.5, -99, 3}, H5T_STD_I8LE, {-99}), second);
  EXPECT_EQ(missing_among({1.5, -99, 3}, H5T_STD_I16BE, {-99}), second);
  EXPECT_EQ(missing_among({1.5, 99, 3}, H5T_STD_U8LE, {99}), second);
}

TEST(MissingNumbers, OutOfTheRangeOfTheTypeMatchNothing) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::size_t> none;
  EXPECT_EQ(missing_among({1, infinity, 3}, H5T_IEEE_F32LE, {1e39}), none);
  EXPECT_EQ(missing_among({1, infinity, 3}, floating_type(5, 10, 15).get(), {70000}), none);
  EXPECT_EQ(missing_among({1, infinity, 3}, H5T_IEEE_F32LE, {infinity}), std::vector<std::size_t>{1});
  EXPECT_EQ(missing_among({1, 127, -128}, H5T_STD_I8LE, {128}), none);
  EXPECT_EQ(missing_among({1, 127, -128, -1}, H5T_STD_I8LE, {255}), none);
  EXPECT_EQ(missing_among({1, 255, 0}, H5T_STD_U8LE, {-1}), none);
  EXPECT_EQ(missing_among({1, 2, 3}, H5T_STD_I8LE, {2.5}), none);
}

TEST(MissingNumbers, TellLongIntegersApart) {
  constexpr auto edge = std::int64_t{1} << 53;
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  const std::vector<std::int64_t> cells{edge, edge + 1, edge + 2, -edge - 1, least, least + 1, -1};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(missing_among(cells, H5T_NATIVE_INT64, core::number_of(cells[i])), std::vector<std::size_t>{i});
  }
  const std::vector<std::uint64_t> large{1, ~std::uint64_t{0}, ~std::uint64_t{0} - 1, std::uint64_t{1} << 63};
  for (std::size_t i = 0; i < large.size(); ++i) {
    EXPECT_EQ(missing_among(large, H5T_NATIVE_UINT64, core::number_of(large[i])),
              std::vector<std::size_t>{i});
  }
  EXPECT_EQ(missing_among(large, H5T_NATIVE_UINT64, {-1}), std::vector<std::size_t>{});
  std::vector<std::int64_t> swapped = cells;
  H5Tconvert(H5T_STD_I64LE, H5T_STD_I64BE, swapped.size(), swapped.data(), nullptr, H5P_DEFAULT);
  EXPECT_EQ(missing_among(swapped, H5T_STD_I64BE, core::number_of(edge + 1)), std::vector<std::size_t>{1});
}

TEST(Number, KeepsTheDigitsOfWholeNumbers) {
  using Limits = std::numeric_limits<std::int64_t>;
  EXPECT_EQ(core::number_of(std::int64_t{-7}), (core::Number{-7, 0}));
  EXPECT_EQ(core::number_of((std::int64_t{1} << 53) + 1), (core::Number{0x1p53, 1}));
  EXPECT_EQ(core::number_of(-(std::int64_t{1} << 53) - 1), (core::Number{-0x1p53, -1}));
  EXPECT_EQ(core::number_of(Limits::max()), (core::Number{0x1p63, -1}));
  EXPECT_EQ(core::number_of(Limits::min()), (core::Number{-0x1p63, 0}));
  EXPECT_EQ(core::number_of(~std::uint64_t{0}), (core::Number{0x1p64, -1}));
}

TEST(Number, AsText) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(3), "3");
  EXPECT_EQ(number_text(-9007199254740992.0), "-9007199254740992");
  EXPECT_EQ(number_text(1e16), "10000000000000000");
  EXPECT_EQ(number_text(1e30), "1e+30");
  const auto type = element_type(H5T_NATIVE_UINT64);
  EXPECT_EQ(whole_text(type, -1), "18446744073709551615");
}

}  // namespace
}  // namespace psychograph::io

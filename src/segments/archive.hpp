// What models and checkpoints have in common as Boost.Serialization text archives: numbers stored bit for
// bit, and a checksum.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/centroids.hpp"

namespace psychograph::segments {

/// SHA-256 (FIPS 180-4) of `bytes`, in lower-case hex.
std::string sha256(std::string_view bytes);

// A text archive rounds numbers and can't read NaN back: they travel as their bits.
template <class Archive>
void archive_number(Archive& archive, double& value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  archive& bits;
  value = std::bit_cast<double>(bits);
}

template <class Archive>
void archive_numbers(Archive& archive, std::vector<double>& values) {
  std::uint64_t count = values.size();
  archive& count;
  values.resize(count);
  for (double& value : values) archive_number(archive, value);
}

template <class Archive>
void archive_centroids(Archive& archive, core::Centroids& c) {
  std::uint64_t k = c.k();
  std::uint64_t p = c.p();
  archive& k& p;
  if (c.k() != k || c.p() != p) c = core::Centroids(k, p);
  for (std::size_t i = 0; i < k * p; ++i) archive_number(archive, c.row(0)[i]);
}

}  // namespace psychograph::segments

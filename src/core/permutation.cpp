#include "core/permutation.hpp"

#include <algorithm>
#include <cmath>

namespace psychograph::core {
namespace {

/// Four rounds make a Feistel network's output look random (Luby and Rackoff 1988); two more are cheap.
constexpr std::uint64_t rounds = 6;

std::uint64_t root_above(std::uint64_t size) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(size)));
  // The root of a number beyond 2^53 may be off by one.
  while (root * root >= size && root > 1) --root;
  while (root * root < size) ++root;
  return std::max<std::uint64_t>(root, 1);
}

}  // namespace

Permutation::Permutation(std::uint64_t seed, Purpose purpose, std::uint32_t stream, std::int64_t size)
    : seed_(seed),
      purpose_(purpose),
      stream_(stream),
      size_(static_cast<std::uint64_t>(size)),
      width_(root_above(size_)),
      height_(std::max<std::uint64_t>((size_ + width_ - 1) / width_, 1)) {}

std::uint64_t Permutation::once(std::uint64_t place) const {
  auto left = place % width_;
  auto right = place / width_;
  for (std::uint64_t round = 0; round < rounds; round += 2) {
    // Both sides are below 2^32.
    left = (left + random_bits(seed_, purpose_, stream_, round << 32 | right).first % width_) % width_;
    right =
        (right + random_bits(seed_, purpose_, stream_, (round + 1) << 32 | left).first % height_) % height_;
  }
  return left + width_ * right;
}

std::int64_t Permutation::operator()(std::int64_t place) const {
  auto next = once(static_cast<std::uint64_t>(place));
  while (next >= size_) next = once(next);
  return static_cast<std::int64_t>(next);
}

}  // namespace psychograph::core

// A random order of n things of which each place can be looked up alone: nothing is stored, nothing of size n
// is shuffled, and any rank can ask for any place.
#pragma once

#include <cstdint>

#include "core/random.hpp"

namespace psychograph::core {

/// A permutation of [0, size), drawn by (seed, purpose, stream). A Feistel network over a rectangle that is
/// hardly larger than `size`, walked on until it comes out within (Black and Rogaway, "Ciphers with arbitrary
/// finite domains", 2002).
class Permutation {
 public:
  /// Precondition: 0 <= size <= 2^62.
  Permutation(std::uint64_t seed, Purpose purpose, std::uint32_t stream, std::int64_t size);

  /// Precondition: 0 <= place < size.
  [[nodiscard]] std::int64_t operator()(std::int64_t place) const;

 private:
  [[nodiscard]] std::uint64_t once(std::uint64_t place) const;

  std::uint64_t seed_;
  Purpose purpose_;
  std::uint32_t stream_;
  std::uint64_t size_;
  std::uint64_t width_ = 1;   ///< of the rectangle: the least whole number whose square is at least `size`
  std::uint64_t height_ = 1;  ///< as many rows as it takes
};

}  // namespace psychograph::core

// The kernel's loops, for one instruction set; kernel.cpp includes this once a set.
#if defined(PSYCHOGRAPH_KERNEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PSYCHOGRAPH_KERNEL_INL
#undef PSYCHOGRAPH_KERNEL_INL
#else
#define PSYCHOGRAPH_KERNEL_INL
#endif

#include <algorithm>
#include <cmath>
#include <limits>

#include <hwy/highway.h>

#include "cluster/kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::cluster {
namespace HWY_NAMESPACE {

constexpr std::size_t tile_rows = core::FeatureMatrix::tile_rows;
constexpr std::size_t group_size = PackedCentroids::group_size;

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

// The plain loop: 16 lanes one after the other. Its std::fma is what the vector sets' instruction is.
struct Floats {
  float lane[tile_rows];
};
struct Integers {
  std::int32_t lane[tile_rows];
};
constexpr std::size_t vectors = 1;
constexpr std::size_t at_once = group_size;

inline Floats load(const float* from) {
  Floats v;
  std::copy_n(from, tile_rows, v.lane);
  return v;
}
inline Integers load(const std::int32_t* from) {
  Integers v;
  std::copy_n(from, tile_rows, v.lane);
  return v;
}
inline Floats all(float value) {
  Floats v;
  std::fill_n(v.lane, tile_rows, value);
  return v;
}
inline Integers all(std::int32_t value) {
  Integers v;
  std::fill_n(v.lane, tile_rows, value);
  return v;
}
template <class V, class T>
void store(const V& v, T* to) {
  std::copy_n(v.lane, tile_rows, to);
}
inline Floats minus_product(const Floats& a, const Floats& b, Floats sum) {
  for (std::size_t i = 0; i < tile_rows; ++i) sum.lane[i] = std::fma(-a.lane[i], b.lane[i], sum.lane[i]);
  return sum;
}
inline Floats plus_square(const Floats& a, Floats sum) {
  for (std::size_t i = 0; i < tile_rows; ++i) sum.lane[i] = std::fma(a.lane[i], a.lane[i], sum.lane[i]);
  return sum;
}
inline Floats difference(Floats a, const Floats& b) {
  for (std::size_t i = 0; i < tile_rows; ++i) a.lane[i] -= b.lane[i];
  return a;
}
/// Where a < b: takes `index`, and a; keeps the others.
inline void take_lower(const Floats& a, std::int32_t index, Floats& best, Integers& best_index) {
  for (std::size_t i = 0; i < tile_rows; ++i) {
    if (a.lane[i] < best.lane[i]) {
      best.lane[i] = a.lane[i];
      best_index.lane[i] = index;
    }
  }
}
inline void take_two_lowest(const Floats& a, std::int32_t index, Floats& best, Integers& best_index,
                            Floats& next, Integers& next_index) {
  for (std::size_t i = 0; i < tile_rows; ++i) {
    if (a.lane[i] < best.lane[i]) {
      next.lane[i] = best.lane[i];
      next_index.lane[i] = best_index.lane[i];
      best.lane[i] = a.lane[i];
      best_index.lane[i] = index;
    } else if (a.lane[i] < next.lane[i]) {
      next.lane[i] = a.lane[i];
      next_index.lane[i] = index;
    }
  }
}
constexpr std::size_t lanes = tile_rows;

#else

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::CappedTag<float, tile_rows>;
using IntTag = hn::RebindToSigned<FloatTag>;
using Floats = hn::Vec<FloatTag>;
using Integers = hn::Vec<IntTag>;
constexpr std::size_t lanes = hn::MaxLanes(FloatTag());
constexpr std::size_t vectors = tile_rows / lanes;
/// Centroids whose scores are in registers at once: 16 of the 32 wide registers, or 8 to 16 of the others.
constexpr std::size_t at_once = vectors == 1 ? 16 : 4;

HWY_INLINE Floats load(const float* from) { return hn::LoadU(FloatTag(), from); }
HWY_INLINE Integers load(const std::int32_t* from) { return hn::LoadU(IntTag(), from); }
HWY_INLINE Floats all(float value) { return hn::Set(FloatTag(), value); }
HWY_INLINE Integers all(std::int32_t value) { return hn::Set(IntTag(), value); }
HWY_INLINE void store(Floats v, float* to) { hn::StoreU(v, FloatTag(), to); }
HWY_INLINE void store(Integers v, std::int32_t* to) { hn::StoreU(v, IntTag(), to); }
HWY_INLINE Floats minus_product(Floats a, Floats b, Floats sum) { return hn::NegMulAdd(a, b, sum); }
HWY_INLINE Floats plus_square(Floats a, Floats sum) { return hn::MulAdd(a, a, sum); }
HWY_INLINE Floats difference(Floats a, Floats b) { return hn::Sub(a, b); }
HWY_INLINE void take_lower(Floats a, std::int32_t index, Floats& best, Integers& best_index) {
  const auto lower = hn::Lt(a, best);
  best = hn::IfThenElse(lower, a, best);
  best_index = hn::IfThenElse(hn::RebindMask(IntTag(), lower), all(index), best_index);
}
HWY_INLINE void take_two_lowest(Floats a, std::int32_t index, Floats& best, Integers& best_index,
                                Floats& next, Integers& next_index) {
  const auto lower = hn::Lt(a, best);
  const auto between = hn::Lt(a, next);
  const auto lower_int = hn::RebindMask(IntTag(), lower);
  const auto between_int = hn::RebindMask(IntTag(), between);
  next = hn::IfThenElse(lower, best, hn::IfThenElse(between, a, next));
  next_index = hn::IfThenElse(lower_int, best_index, hn::IfThenElse(between_int, all(index), next_index));
  best = hn::IfThenElse(lower, a, best);
  best_index = hn::IfThenElse(lower_int, all(index), best_index);
}

#endif

/// Scores of `at_once` centroids, beginning with place `first` of a group, for the 16 rows of a tile:
/// [centroid][vector].
HWY_INLINE void score(const float* HWY_RESTRICT tile, std::size_t p, const float* HWY_RESTRICT group,
                      const float* HWY_RESTRICT half_norms, std::size_t first,
                      Floats (&scores)[at_once][vectors]) {
  for (std::size_t c = 0; c < at_once; ++c) {
    for (std::size_t v = 0; v < vectors; ++v) scores[c][v] = all(half_norms[first + c]);
  }
  for (std::size_t j = 0; j < p; ++j) {
    Floats x[vectors];
    for (std::size_t v = 0; v < vectors; ++v) x[v] = load(tile + j * tile_rows + v * lanes);
    const float* HWY_RESTRICT centroid = group + j * group_size + first;
    for (std::size_t c = 0; c < at_once; ++c) {
      const auto value = all(centroid[c]);
      for (std::size_t v = 0; v < vectors; ++v) scores[c][v] = minus_product(x[v], value, scores[c][v]);
    }
  }
}

/// The best so far of a tile's 16 rows.
struct Best {
  Floats score[vectors];
  Integers index[vectors];
};

/// Tiles that are held in cache while the groups of centroids pass by: some 16 KiB of them.
constexpr std::size_t most_tiles = 16;
HWY_INLINE std::size_t tiles_at_once(std::size_t p) {
  return std::clamp<std::size_t>(16384 / (p * tile_rows * sizeof(float)), 1, most_tiles);
}

/// Lets the 16 centroids of group g stand for the rows of a tile.
HWY_INLINE void compare_group(const float* HWY_RESTRICT tile, std::size_t p, const PackedCentroids& centroids,
                              std::size_t g, Best& best) {
  for (std::size_t place = 0; place < group_size; place += at_once) {
    Floats scores[at_once][vectors];
    score(tile, p, centroids.group(g), centroids.half_norms(g), place, scores);
    for (std::size_t c = 0; c < at_once; ++c) {
      const auto index = static_cast<std::int32_t>(g * group_size + place + c);
      for (std::size_t v = 0; v < vectors; ++v) take_lower(scores[c][v], index, best.score[v], best.index[v]);
    }
  }
}

void nearest_tiles(const core::FeatureMatrix& matrix, std::size_t first, std::size_t count,
                   const PackedCentroids& centroids, std::int32_t* labels) {
  const std::size_t block = tiles_at_once(matrix.columns());
  Best best[most_tiles];
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t tiles = std::min(block, count - begin);
    for (std::size_t t = 0; t < tiles; ++t) {
      for (std::size_t v = 0; v < vectors; ++v) {
        best[t].score[v] = all(std::numeric_limits<float>::infinity());
        best[t].index[v] = all(std::int32_t{0});
      }
    }
    for (std::size_t g = 0; g < centroids.groups(); ++g) {
      for (std::size_t t = 0; t < tiles; ++t) {
        compare_group(matrix.tile(first + begin + t), matrix.columns(), centroids, g, best[t]);
      }
    }
    for (std::size_t t = 0; t < tiles; ++t) {
      for (std::size_t v = 0; v < vectors; ++v) {
        store(best[t].index[v], labels + (begin + t) * tile_rows + v * lanes);
      }
    }
  }
}

void nearest_two_tiles(const core::FeatureMatrix& matrix, std::size_t first, std::size_t count,
                       const PackedCentroids& centroids, std::int32_t* labels, std::int32_t* runner_up) {
  for (std::size_t t = 0; t < count; ++t) {
    const float* tile = matrix.tile(first + t);
    Floats best[vectors];
    Floats next[vectors];
    Integers best_index[vectors];
    Integers next_index[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      best[v] = next[v] = all(std::numeric_limits<float>::infinity());
      best_index[v] = next_index[v] = all(std::int32_t{-1});
    }
    for (std::size_t g = 0; g < centroids.groups(); ++g) {
      for (std::size_t place = 0; place < group_size; place += at_once) {
        Floats scores[at_once][vectors];
        score(tile, matrix.columns(), centroids.group(g), centroids.half_norms(g), place, scores);
        for (std::size_t c = 0; c < at_once; ++c) {
          const auto index = static_cast<std::int32_t>(g * group_size + place + c);
          for (std::size_t v = 0; v < vectors; ++v) {
            take_two_lowest(scores[c][v], index, best[v], best_index[v], next[v], next_index[v]);
          }
        }
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) {
      store(best_index[v], labels + t * tile_rows + v * lanes);
      store(next_index[v], runner_up + t * tile_rows + v * lanes);
    }
  }
}

/// Squared distances, otherwise as `score`.
HWY_INLINE void square_distances(const float* HWY_RESTRICT tile, std::size_t p,
                                 const float* HWY_RESTRICT group, std::size_t first,
                                 Floats (&sums)[at_once][vectors]) {
  for (std::size_t c = 0; c < at_once; ++c) {
    for (std::size_t v = 0; v < vectors; ++v) sums[c][v] = all(0.0F);
  }
  for (std::size_t j = 0; j < p; ++j) {
    Floats x[vectors];
    for (std::size_t v = 0; v < vectors; ++v) x[v] = load(tile + j * tile_rows + v * lanes);
    const float* HWY_RESTRICT centroid = group + j * group_size + first;
    for (std::size_t c = 0; c < at_once; ++c) {
      const auto value = all(centroid[c]);
      for (std::size_t v = 0; v < vectors; ++v) sums[c][v] = plus_square(difference(x[v], value), sums[c][v]);
    }
  }
}

void lower_nearest_tiles(const core::FeatureMatrix& matrix, const PackedCentroids& centroids,
                         std::int32_t first_index, float* distance, std::int32_t* index) {
  for (std::size_t t = 0; t < matrix.tiles(); ++t) {
    Floats best[vectors];
    Integers best_index[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      best[v] = load(distance + t * tile_rows + v * lanes);
      best_index[v] = load(index + t * tile_rows + v * lanes);
    }
    for (std::size_t first = 0; first < centroids.k(); first += at_once) {
      const std::size_t place = first % group_size;
      Floats sums[at_once][vectors];
      square_distances(matrix.tile(t), matrix.columns(), centroids.group(first / group_size), place, sums);
      const std::size_t filled = std::min(at_once, centroids.k() - first);
      for (std::size_t c = 0; c < filled; ++c) {
        const auto name = first_index + static_cast<std::int32_t>(first + c);
        for (std::size_t v = 0; v < vectors; ++v) take_lower(sums[c][v], name, best[v], best_index[v]);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) {
      store(best[v], distance + t * tile_rows + v * lanes);
      store(best_index[v], index + t * tile_rows + v * lanes);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::cluster
HWY_AFTER_NAMESPACE();

#endif

#include "kernel/screen_loops.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/feature_matrix.hpp"

#if defined(__x86_64__)

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // of GCC 12's own header, where it is inlined
#endif
#include <immintrin.h>

// Highway's version of Debian 12 does not know the instruction.
#define PSYCHOGRAPH_VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

namespace psychograph::kernel {
namespace {

using core::tile_rows;
constexpr std::size_t at_once = ScreenedCentroids::at_once;
constexpr std::size_t together = 2;  // tiles: each centroid's pair that is loaded serves both
constexpr std::size_t most_tiles = 16;
constexpr std::int32_t nothing = 0x7FFFFFFF;

/// The two lowest scores of a tile's rows so far, with the index of their centroid in the low bits.
struct Lowest {
  __m512i best;
  __m512i next;
};

/// What a tile's rows are like.
struct Rows {
  __m512 margin;
  __mmask16 too_long;
};

/// sum + the products of two pairs. Not the intrinsic: GCC 12 copies its sums from register to register.
PSYCHOGRAPH_VNNI inline __m512i plus_products(__m512i sum, __m512i row, __m512i centroid) {
  asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(centroid));
  return sum;
}

/// Rounds a tile to whole numbers, two features side by side.
PSYCHOGRAPH_VNNI inline Rows round_tile(const float* tile, const ScreenedCentroids& centroids,
                                        std::int32_t* rounded) {
  constexpr __mmask32 odd = 0xAAAAAAAA;
  const __m512 scale = _mm512_set1_ps(centroids.row_scale);
  __m512 square = _mm512_setzero_ps();
  for (std::size_t j = 0; j < centroids.p; j += 2, rounded += tile_rows) {
    const __m512 low = _mm512_mul_ps(_mm512_loadu_ps(tile + j * tile_rows), scale);
    const __m512 high = j + 1 < centroids.p
                            ? _mm512_mul_ps(_mm512_loadu_ps(tile + (j + 1) * tile_rows), scale)
                            : _mm512_setzero_ps();
    square = _mm512_fmadd_ps(low, low, _mm512_fmadd_ps(high, high, square));
    const __m512i pair = _mm512_mask_blend_epi16(odd, _mm512_cvtps_epi32(low),
                                                 _mm512_slli_epi32(_mm512_cvtps_epi32(high), 16));
    _mm512_storeu_si512(rounded, pair);
  }
  const __m512 length = _mm512_sqrt_ps(square);
  return {
      _mm512_fmadd_ps(length, _mm512_set1_ps(centroids.margin_of_length), _mm512_set1_ps(centroids.margin)),
      static_cast<__mmask16>(~_mm512_cmp_ps_mask(length, _mm512_set1_ps(centroids.longest), _CMP_LE_OQ))};
}

/// Compares two tiles with the centroids of one turn.
PSYCHOGRAPH_VNNI inline void take_turn(const std::int32_t* const (&rows)[together],
                                       const ScreenedCentroids& centroids, std::size_t turn,
                                       Lowest* const (&lowest)[together]) {
  const std::size_t features = centroids.pairs_of_features();
  const std::int32_t* pairs = centroids.pairs.data() + turn * features * at_once;
  const std::int32_t* const offsets = centroids.offsets.data() + turn * at_once;
  __m512i scores[together][at_once];
  for (std::size_t c = 0; c < at_once; ++c) scores[0][c] = scores[1][c] = _mm512_set1_epi32(offsets[c]);
  for (std::size_t i = 0; i < features; ++i, pairs += at_once) {
    const __m512i first = _mm512_load_si512(rows[0] + i * tile_rows);
    const __m512i second = _mm512_load_si512(rows[1] + i * tile_rows);
    for (std::size_t c = 0; c < at_once; ++c) {
      const __m512i pair = _mm512_set1_epi32(pairs[c]);
      scores[0][c] = plus_products(scores[0][c], first, pair);
      scores[1][c] = plus_products(scores[1][c], second, pair);
    }
  }
  constexpr int first_without_second_or_third = 0xBA;
  const __m512i mask = _mm512_set1_epi32(centroids.index_mask);
  for (std::size_t t = 0; t < together; ++t) {
    __m512i best = lowest[t]->best;
    __m512i next = lowest[t]->next;
    for (std::size_t c = 0; c < at_once; ++c) {
      const __m512i index = _mm512_set1_epi32(static_cast<std::int32_t>(turn * at_once + c));
      const __m512i score =
          _mm512_ternarylogic_epi32(scores[t][c], mask, index, first_without_second_or_third);
      next = _mm512_min_epi32(next, _mm512_max_epi32(best, score));
      best = _mm512_min_epi32(best, score);
    }
    *lowest[t] = {best, next};
  }
}

/// Brings the next tiles into cache, some lines at a time, while these are compared.
class Fetch {
 public:
  Fetch(Tiles tiles, std::size_t first, std::size_t count, std::size_t p, std::size_t portions)
      : tiles_(tiles),
        tile_(first),
        end_(first + count),
        p_(p),
        portion_((count * p + portions - 1) / portions) {}

  void some() {
    for (std::size_t i = 0; i < portion_ && tile_ < end_; ++i) {
      _mm_prefetch(tiles_.at_or_after(tile_) + line_ * tile_rows, _MM_HINT_T0);
      if (++line_ < p_) continue;
      line_ = 0;
      ++tile_;
    }
  }

 private:
  Tiles tiles_;
  std::size_t tile_;
  std::size_t end_;
  std::size_t p_;
  std::size_t portion_;
  std::size_t line_ = 0;
};

/// Tiles whose rounded rows stay in cache while the centroids pass by.
std::size_t tiles_at_once(std::size_t features) {
  constexpr std::size_t bytes = 16384;
  return std::clamp<std::size_t>(bytes / (features * tile_rows * sizeof(std::int32_t)) / together * together,
                                 together, most_tiles);
}

/// The first element on a cache line; there is one line more than needed.
std::int32_t* aligned(std::vector<std::int32_t>& room) {
  constexpr std::uintptr_t line = 64;
  const auto address = reinterpret_cast<std::uintptr_t>(room.data());
  return room.data() + (line - address % line) % line / sizeof(std::int32_t);
}

}  // namespace

PSYCHOGRAPH_VNNI void screen_tiles(Tiles tiles, const ScreenedCentroids& centroids,
                                   std::vector<std::int32_t>& rounded, std::int32_t* labels,
                                   std::uint16_t* unsure) {
  const std::size_t features = centroids.pairs_of_features();
  const std::size_t block = tiles_at_once(features);
  const std::size_t tile_size = features * tile_rows;
  rounded.resize((block + 1) * tile_size);
  std::int32_t* const rows = aligned(rounded);
  Lowest lowest[most_tiles + 1];
  lowest[most_tiles] = {_mm512_set1_epi32(nothing), _mm512_set1_epi32(nothing)};
  Rows about[most_tiles];
  for (std::size_t begin = 0; begin < tiles.size(); begin += block) {
    const std::size_t count = std::min(block, tiles.size() - begin);
    for (std::size_t t = 0; t < count; ++t) {
      about[t] = round_tile(tiles[begin + t], centroids, rows + t * tile_size);
      lowest[t] = {_mm512_set1_epi32(nothing), _mm512_set1_epi32(nothing)};
    }
    Fetch fetch(tiles, begin + count, block, centroids.p, centroids.turns() * (count + 1) / together);
    for (std::size_t turn = 0; turn < centroids.turns(); ++turn) {
      for (std::size_t t = 0; t < count; t += together) {
        // At an odd end the last tile goes along twice.
        const std::size_t other = std::min(t + 1, count - 1);
        fetch.some();
        take_turn({rows + t * tile_size, rows + other * tile_size}, centroids, turn,
                  {&lowest[t], &lowest[t + 1 < count ? t + 1 : most_tiles]});
      }
    }
    for (std::size_t t = 0; t < count; ++t) {
      const __m512 apart =
          _mm512_sub_ps(_mm512_cvtepi32_ps(lowest[t].next), _mm512_cvtepi32_ps(lowest[t].best));
      const __mmask16 near = ~_mm512_cmp_ps_mask(apart, about[t].margin, _CMP_GT_OQ);
      unsure[begin + t] = static_cast<std::uint16_t>(near | about[t].too_long);
      _mm512_storeu_si512(labels + (begin + t) * tile_rows,
                          _mm512_and_si512(lowest[t].best, _mm512_set1_epi32(centroids.index_mask)));
    }
  }
}

}  // namespace psychograph::kernel

#else

namespace psychograph::kernel {

void screen_tiles(Tiles, const ScreenedCentroids&, std::vector<std::int32_t>&, std::int32_t*,
                  std::uint16_t*) {
  std::abort();  // see its precondition
}

}  // namespace psychograph::kernel

#endif

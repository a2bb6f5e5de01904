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

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"
#include "kernel/kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::kernel {
namespace HWY_NAMESPACE {

using core::tile_rows;
constexpr std::size_t group_size = PackedCentroids::group_size;

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes
static_assert(tile_rows == most_lanes);

constexpr std::size_t vectors = tile_rows / lanes;
/// Tiles, and centroids, whose scores are in registers at once. With 32 wide registers two tiles and eight
/// centroids: each value of a centroid that is loaded serves two products, or loads would be the limit.
constexpr std::size_t together = vectors == 1 ? 2 : 1;
constexpr std::size_t at_once = vectors == 1 ? 8 : 4;

HWY_INLINE Floats plus_square(Floats a, Floats sum) { return fused(a, a, sum); }
HWY_INLINE Floats root_or_zero(Floats a) { return root(higher(a, all(0.0F))); }
/// Where a < b: takes `index`, and a; keeps the others.
HWY_INLINE void take_lower(Floats a, std::int32_t index, Floats& best, Integers& best_index) {
  const auto is_better = is_lower(a, best);
  best = lower(a, best);  // sooner there than a choice by `is_better`
  best_index = choose(is_better, all(index), best_index);
}
HWY_INLINE void take_two_lowest(Floats a, std::int32_t index, Floats& best, Integers& best_index,
                                Floats& next, Integers& next_index) {
  const auto is_best = is_lower(a, best);
  const auto is_next = is_lower(a, next);
  next = choose(is_best, best, choose(is_next, a, next));
  next_index = choose(is_best, best_index, choose(is_next, all(index), next_index));
  best = choose(is_best, a, best);
  best_index = choose(is_best, all(index), best_index);
}
/// Keeps the lowest with its index, and the second lowest.
HWY_INLINE void take_lower_and_next(Floats a, std::int32_t index, Floats& best, Integers& best_index,
                                    Floats& next) {
  next = lower(next, higher(best, a));
  take_lower(a, index, best, best_index);
}

/// Part of a tile that is fetched into cache meanwhile, one line with every feature, so that the products
/// hide it.
struct Ahead {
  const float* tile;
  std::size_t features;
};

/// Scores of `at_once` centroids, beginning with place `first` of a group, for the rows of some tiles:
/// [tile][centroid][vector].
HWY_INLINE void score(const float* const (&tiles)[together], std::size_t p, const float* HWY_RESTRICT group,
                      const float* HWY_RESTRICT half_norms, std::size_t first, const Ahead& ahead,
                      Floats (&scores)[together][at_once][vectors]) {
  for (std::size_t c = 0; c < at_once; ++c) {
    for (auto& of_tile : scores) {
      for (std::size_t v = 0; v < vectors; ++v) of_tile[c][v] = all(half_norms[first + c]);
    }
  }
  for (std::size_t j = 0; j < p; ++j) {
    Floats x[together][vectors];
    for (std::size_t t = 0; t < together; ++t) {
      for (std::size_t v = 0; v < vectors; ++v) x[t][v] = load(tiles[t] + j * tile_rows + v * lanes);
    }
    if (j < ahead.features) hwy::Prefetch(ahead.tile + j * tile_rows);
    const float* HWY_RESTRICT centroid = group + j * group_size + first;
    for (std::size_t c = 0; c < at_once; ++c) {
      const auto value = all(centroid[c]);
      for (std::size_t t = 0; t < together; ++t) {
        for (std::size_t v = 0; v < vectors; ++v)
          scores[t][c][v] = minus_product(x[t][v], value, scores[t][c][v]);
      }
    }
  }
}

/// The best so far of a tile's 16 rows.
struct Best {
  Floats score[vectors];
  Integers index[vectors];

  HWY_INLINE void clear() {
    for (std::size_t v = 0; v < vectors; ++v) {
      score[v] = all(std::numeric_limits<float>::infinity());
      index[v] = all(std::int32_t{0});
    }
  }
  HWY_INLINE void take(const Floats (&scores)[vectors], std::int32_t centroid) {
    for (std::size_t v = 0; v < vectors; ++v) take_lower(scores[v], centroid, score[v], index[v]);
  }
};

/// The same, and the second best score.
struct BestAndNext : Best {
  Floats next[vectors];

  HWY_INLINE void clear() {
    Best::clear();
    for (std::size_t v = 0; v < vectors; ++v) next[v] = all(std::numeric_limits<float>::infinity());
  }
  HWY_INLINE void take(const Floats (&scores)[vectors], std::int32_t centroid) {
    for (std::size_t v = 0; v < vectors; ++v)
      take_lower_and_next(scores[v], centroid, score[v], index[v], next[v]);
  }
};

/// Tiles that are held in cache while the groups of centroids pass by: some 16 KiB of them.
constexpr std::size_t most_tiles = 16;
HWY_INLINE std::size_t tiles_at_once(std::size_t p) {
  return std::clamp<std::size_t>(16384 / (p * tile_rows * sizeof(float)) / together * together, together,
                                 most_tiles);
}

/// Turns that a group's 16 centroids are compared in.
constexpr std::size_t turns_a_group = group_size / at_once;
static_assert(turns_a_group % together == 0);

/// Lets the centroids of one turn stand for the rows of some tiles; meanwhile a share of the tiles `next`
/// comes into cache.
template <class Found>
HWY_INLINE void take_turn(const float* const (&tiles)[together], const float* const (&next)[together],
                          const PackedCentroids& centroids, std::size_t turn,
                          Found* const (&found)[together]) {
  const std::size_t p = centroids.p();
  // Each tile is fetched in its own turns, the same share in each.
  const std::size_t turns_a_tile = centroids.groups() * turns_a_group / together;
  const std::size_t share = (p + turns_a_tile - 1) / turns_a_tile;
  const std::size_t first = std::min(turn % turns_a_tile * share, p);
  const Ahead ahead{next[turn / turns_a_tile] + first * tile_rows, std::min(share, p - first)};
  const std::size_t g = turn / turns_a_group;
  const std::size_t place = turn % turns_a_group * at_once;
  Floats scores[together][at_once][vectors];
  score(tiles, p, centroids.group(g), centroids.half_norms(g), place, ahead, scores);
  for (std::size_t t = 0; t < together; ++t) {
    for (std::size_t c = 0; c < at_once; ++c)
      found[t]->take(scores[t][c], static_cast<std::int32_t>(g * group_size + place + c));
  }
}

/// Compares all tiles with all centroids, and shows what was found of each. A block of tiles stays in cache
/// while the groups of centroids pass by.
template <class Found, class Show>
HWY_INLINE void compare(Tiles tiles, const PackedCentroids& centroids, Show show) {
  const std::size_t block = tiles_at_once(centroids.p());
  Found found[most_tiles + together];
  for (std::size_t begin = 0; begin < tiles.size(); begin += block) {
    const std::size_t count = std::min(block, tiles.size() - begin);
    for (std::size_t t = 0; t < count; ++t) found[t].clear();
    for (std::size_t g = 0; g < centroids.groups(); ++g) {
      for (std::size_t t = 0; t < count; t += together) {
        const float* some[together];
        const float* next[together];
        Found* found_of[together];
        for (std::size_t i = 0; i < together; ++i) {
          // At an odd end the last tile goes along twice.
          some[i] = tiles[begin + std::min(t + i, count - 1)];
          next[i] = tiles.at_or_after(begin + block + t + i);
          found_of[i] = &found[t + i < count ? t + i : most_tiles + i];
        }
        for (std::size_t turn = g * turns_a_group; turn < (g + 1) * turns_a_group; ++turn)
          take_turn(some, next, centroids, turn, found_of);
      }
    }
    for (std::size_t t = 0; t < count; ++t) show(begin + t, found[t]);
  }
}

void nearest_tiles(Tiles tiles, const PackedCentroids& centroids, std::int32_t* labels) {
  compare<Best>(tiles, centroids, [&](std::size_t t, const Best& found) {
    for (std::size_t v = 0; v < vectors; ++v) store(found.index[v], labels + t * tile_rows + v * lanes);
  });
}

/// |x|^2 of the rows of vector v of a tile.
HWY_INLINE Floats square_norms(const float* HWY_RESTRICT tile, std::size_t p, std::size_t v) {
  Floats sum = all(0.0F);
  for (std::size_t j = 0; j < p; ++j) sum = plus_square(load(tile + j * tile_rows + v * lanes), sum);
  return sum;
}

/// The lead of the best over the next, from below: docs/design.md, "Bounds", has the derivation.
HWY_INLINE Floats lead_of(Floats best, Floats next, Floats square_norm, float square_radius, float rounding) {
  const auto error = product(all(rounding), sum(all(square_radius), square_norm));
  const auto error_2 = sum(error, error);
  const auto near = sum(square_norm, sum(best, best));
  const auto far = sum(square_norm, sum(next, next));
  const auto gain = difference(difference(next, best), error_2);
  const auto distances = sum(root_or_zero(sum(near, error_2)), root_or_zero(sum(far, error_2)));
  const auto lead = quotient(sum(gain, gain), distances);
  const auto least_far = root_or_zero(difference(far, error_2));
  const auto reserve = quotient(product(all(8.0F), error), least_far);
  constexpr float hair = 1.0F - 0x1p-20F;  // for the rounding of these lines themselves
  return difference(product(all(hair), lower(lead, product(all(0.5F), least_far))),
                    product(all(1 / hair), reserve));
}

void nearest_and_lead_tiles(Tiles tiles, const PackedCentroids& centroids, float square_radius,
                            std::int32_t* labels, float* leads) {
  const auto rounding = static_cast<float>(centroids.p() + 8) * 0x1p-23F;
  compare<BestAndNext>(tiles, centroids, [&](std::size_t t, const BestAndNext& found) {
    for (std::size_t v = 0; v < vectors; ++v) {
      store(found.index[v], labels + t * tile_rows + v * lanes);
      const auto norms = square_norms(tiles[t], centroids.p(), v);
      store(lead_of(found.score[v], found.next[v], norms, square_radius, rounding),
            leads + t * tile_rows + v * lanes);
    }
  });
}

/// The best and the second best with their indices.
struct BestTwo : Best {
  Floats next[vectors];
  Integers next_index[vectors];

  HWY_INLINE void clear() {
    Best::clear();
    for (std::size_t v = 0; v < vectors; ++v) {
      next[v] = all(std::numeric_limits<float>::infinity());
      index[v] = next_index[v] = all(std::int32_t{-1});  // the first best one becomes the next: of none
    }
  }
  HWY_INLINE void take(const Floats (&scores)[vectors], std::int32_t centroid) {
    for (std::size_t v = 0; v < vectors; ++v)
      take_two_lowest(scores[v], centroid, score[v], index[v], next[v], next_index[v]);
  }
};

void nearest_two_tiles(Tiles tiles, const PackedCentroids& centroids, std::int32_t* labels,
                       std::int32_t* runner_up) {
  compare<BestTwo>(tiles, centroids, [&](std::size_t t, const BestTwo& found) {
    for (std::size_t v = 0; v < vectors; ++v) {
      store(found.index[v], labels + t * tile_rows + v * lanes);
      store(found.next_index[v], runner_up + t * tile_rows + v * lanes);
    }
  });
}

/// Squared distances as the sum of (x - c)^2, otherwise as `score`.
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

/// Of a tile's 16 rows.
struct NearestOfTile {
  float square[tile_rows];
  std::int32_t index[tile_rows];
};

HWY_INLINE void keep(const Best& best, NearestOfTile& to) {
  for (std::size_t v = 0; v < vectors; ++v) {
    store(best.score[v], to.square + v * lanes);
    store(best.index[v], to.index + v * lanes);
  }
}

/// By the sum of (x - c)^2: twice the work.
NearestOfTile nearest_by_differences(const float* tile, const PackedCentroids& centroids) {
  Best best;
  best.clear();
  for (std::size_t first = 0; first < centroids.k(); first += at_once) {
    Floats sums[at_once][vectors];
    square_distances(tile, centroids.p(), centroids.group(first / group_size), first % group_size, sums);
    const std::size_t filled = std::min(at_once, centroids.k() - first);
    for (std::size_t c = 0; c < filled; ++c) best.take(sums[c], static_cast<std::int32_t>(first + c));
  }
  NearestOfTile result;
  keep(best, result);
  return result;
}

void lower_nearest_tiles(Tiles tiles, const PackedCentroids& centroids, std::int32_t first_index,
                         float* distance, std::int32_t* index) {
  float square_radius = 0;
  for (std::size_t c = 0; c < centroids.k(); ++c)
    square_radius = std::max(square_radius, 2 * centroids.half_norms(c / group_size)[c % group_size]);
  // Sixteen times what rounding can make of |x|^2 + |c|^2 - 2 x.c: nearer than that, differences decide.
  const float noise = 16 * static_cast<float>(centroids.p() + 8) * 0x1p-23F;
  compare<Best>(tiles, centroids, [&](std::size_t t, const Best& best) {
    NearestOfTile found;
    keep(best, found);
    float norm[tile_rows];
    for (std::size_t v = 0; v < vectors; ++v)
      store(square_norms(tiles[t], centroids.p(), v), norm + v * lanes);
    NearestOfTile exact;
    bool have_exact = false;
    for (std::size_t i = 0; i < tile_rows; ++i) {
      float& lowest = distance[t * tile_rows + i];
      float square = norm[i] + 2 * found.square[i];
      if (lowest <= 0) continue;
      if (square <= noise * (norm[i] + square_radius)) {
        if (!have_exact) exact = nearest_by_differences(tiles[t], centroids);
        have_exact = true;
        square = exact.square[i];
        found.index[i] = exact.index[i];
      }
      if (square >= lowest) continue;
      lowest = square;
      index[t * tile_rows + i] = first_index + found.index[i];
    }
  });
}

/// Squared distances of the rows from one point, as the sum of (x - c)^2.
void squares_from_point(Tiles tiles, std::size_t p, const float* point, float* squares) {
  constexpr std::size_t side_by_side = 4;  // so that one sum's latency hides behind the others'
  for (std::size_t begin = 0; begin < tiles.size(); begin += side_by_side) {
    const std::size_t count = std::min(side_by_side, tiles.size() - begin);
    Floats sums[side_by_side][vectors];
    for (auto& sum : sums) {
      for (std::size_t v = 0; v < vectors; ++v) sum[v] = all(0.0F);
    }
    for (std::size_t j = 0; j < p; ++j) {
      const auto value = all(point[j]);
      for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t v = 0; v < vectors; ++v) {
          const auto x = load(tiles[begin + t] + j * tile_rows + v * lanes);
          sums[t][v] = plus_square(difference(x, value), sums[t][v]);
        }
      }
    }
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t v = 0; v < vectors; ++v)
        store(sums[t][v], squares + (begin + t) * tile_rows + v * lanes);
    }
  }
}

/// The sums of (x - c)^2 in double, of each row from the centroid that its label names.
void squares_from_own_tiles(Tiles tiles, std::size_t p, const double* centroids, const std::int32_t* labels,
                            double* squares) {
  const hn::CappedTag<double, 8> tag;
  const hn::Rebind<float, decltype(tag)> float_tag;
  const hn::RebindToSigned<decltype(tag)> index_tag;
  constexpr std::size_t step = hn::MaxLanes(tag);
  constexpr std::size_t parts = tile_rows / step;
  for (std::size_t t = 0; t < tiles.size(); ++t, labels += tile_rows, squares += tile_rows) {
    hn::Vec<decltype(tag)> sums[parts];
    hn::Vec<decltype(index_tag)> places[parts];
    for (std::size_t v = 0; v < parts; ++v) {
      std::int64_t first[step];
      for (std::size_t i = 0; i < step; ++i)
        first[i] = std::max<std::int64_t>(0, labels[v * step + i]) * static_cast<std::int64_t>(p);
      places[v] = hn::LoadU(index_tag, first);
      sums[v] = hn::Zero(tag);
    }
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t v = 0; v < parts; ++v) {
        const auto x = hn::PromoteTo(tag, hn::LoadU(float_tag, tiles[t] + j * tile_rows + v * step));
        const auto away = hn::Sub(x, hn::GatherIndex(tag, centroids + j, places[v]));
        sums[v] = hn::Add(sums[v], hn::Mul(away, away));
      }
    }
    for (std::size_t v = 0; v < parts; ++v) hn::StoreU(sums[v], tag, squares + v * step);
  }
}

/// The best and the second best by the sum of (x - c)^2 in double, features in order. `runner_up` may be
/// null.
void nearest_two_in_double_tiles(Tiles tiles, const core::Centroids& centroids, std::int32_t* labels,
                                 std::int32_t* runner_up) {
  const hn::CappedTag<double, 8> tag;
  const hn::Rebind<float, decltype(tag)> float_tag;
  using Doubles = hn::Vec<decltype(tag)>;
  constexpr std::size_t step = hn::MaxLanes(tag);
  const auto put = [&](Doubles indices, std::int32_t* to) {
    double numbers[step];
    hn::StoreU(indices, tag, numbers);
    for (std::size_t i = 0; i < step; ++i) to[i] = static_cast<std::int32_t>(numbers[i]);
  };
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (std::size_t row = 0; row < tile_rows; row += step) {
      auto best = hn::Set(tag, std::numeric_limits<double>::infinity());
      auto next = best;
      auto index = hn::Set(tag, -1.0);  // the first best one becomes the next: of none
      auto next_index = index;
      for (std::size_t c = 0; c < centroids.k(); ++c) {
        auto sum = hn::Zero(tag);
        for (std::size_t j = 0; j < centroids.p(); ++j) {
          const auto x = hn::PromoteTo(tag, hn::LoadU(float_tag, tiles[t] + j * tile_rows + row));
          const auto away = hn::Sub(x, hn::Set(tag, centroids.at(c, j)));
          sum = hn::Add(sum, hn::Mul(away, away));
        }
        const auto number = hn::Set(tag, static_cast<double>(c));
        const auto lower = hn::Lt(sum, best);
        const auto between = hn::Lt(sum, next);
        next = hn::IfThenElse(lower, best, hn::IfThenElse(between, sum, next));
        next_index = hn::IfThenElse(lower, index, hn::IfThenElse(between, number, next_index));
        best = hn::IfThenElse(lower, sum, best);
        index = hn::IfThenElse(lower, number, index);
      }
      put(index, labels + t * tile_rows + row);
      if (runner_up != nullptr) put(next_index, runner_up + t * tile_rows + row);
    }
  }
}

/// Bit i for row i of a tile: where test(v) [first row of the vector] holds.
template <class Tag, class Test>
HWY_INLINE std::uint16_t bits_of(Tag tag, Test test) {
  std::uint32_t bits = 0;
  for (std::size_t row = 0; row < tile_rows; row += hn::Lanes(tag)) {
    std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(tag, test(row), bytes);
    bits |= (bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8) << row;
  }
  return static_cast<std::uint16_t>(bits);
}

void differing_rows(const std::int32_t* a, const std::int32_t* b, std::size_t tiles, std::uint16_t* rows) {
  const hn::CappedTag<std::int32_t, tile_rows> tag;
  for (std::size_t t = 0; t < tiles; ++t, a += tile_rows, b += tile_rows) {
    rows[t] = bits_of(
        tag, [&](std::size_t row) { return hn::Ne(hn::LoadU(tag, a + row), hn::LoadU(tag, b + row)); });
  }
}

void expired_rows(const std::int32_t* labels, const float* deadlines, const float* travelled,
                  std::size_t tiles, std::uint16_t* rows) {
  const hn::CappedTag<float, tile_rows> tag;
  const hn::RebindToSigned<decltype(tag)> int_tag;
  for (std::size_t t = 0; t < tiles; ++t, labels += tile_rows, deadlines += tile_rows) {
    rows[t] = bits_of(tag, [&](std::size_t row) {
      const auto now = hn::GatherIndex(tag, travelled, hn::LoadU(int_tag, labels + row));
      return hn::Not(hn::Lt(now, hn::LoadU(tag, deadlines + row)));
    });
  }
}

void lengthen_leads(const std::int32_t* labels, const float* travelled, std::size_t tiles, float* leads) {
  const hn::CappedTag<float, tile_rows> tag;
  const hn::RebindToSigned<decltype(tag)> int_tag;
  // `travelled` is rounded up by two units, the sum by half a one: this takes back more than that.
  const auto hair = hn::Set(tag, 1.0F - 0x1p-21F);
  for (std::size_t i = 0; i < tiles * tile_rows; i += hn::Lanes(tag)) {
    const auto now = hn::GatherIndex(tag, travelled, hn::LoadU(int_tag, labels + i));
    hn::StoreU(hn::Mul(hn::Add(hn::LoadU(tag, leads + i), now), hair), tag, leads + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::kernel
HWY_AFTER_NAMESPACE();

#endif

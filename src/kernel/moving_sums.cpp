// Rows from one exact sum to another. The cells of a row lie 64 bytes apart: what costs is to bring them
// together.
#include "kernel/moving_sums.hpp"

#include <algorithm>

#include "core/feature_matrix.hpp"
#include "core/fixed_point.hpp"
#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/moving_sums.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::kernel {
namespace HWY_NAMESPACE {

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes
using Doubles = hn::CappedTag<double, MovingSums::step>;

using core::tile_rows;
constexpr std::size_t block = 64;  // features that are brought together at a time

/// Adds `count` cells, a multiple of 8, times a weight to a row of integers, and takes them from another if
/// it is to `leave` that. load(j) gives cells j, j + 1, ... as doubles.
template <bool leave, class Load>
HWY_INLINE void move_cells(Load load, std::size_t count, double weight,
                           const double* HWY_RESTRICT multipliers, std::int64_t* from, std::int64_t* to) {
  const Doubles d;
  const hn::RebindToSigned<Doubles> i;
  const auto shift = hn::Set(d, core::FixedPoint::shift);
  const auto shift_bits = hn::BitCast(i, shift);
  const auto weights = hn::Set(d, weight);
  for (std::size_t j = 0; j < count; j += hn::Lanes(d)) {
    const auto scaled = hn::Mul(hn::Mul(weights, load(j)), hn::LoadU(d, multipliers + j));
    const auto whole = hn::Sub(hn::BitCast(i, hn::Add(scaled, shift)), shift_bits);
    hn::StoreU(hn::Add(hn::LoadU(i, to + j), whole), i, to + j);
    if constexpr (leave) hn::StoreU(hn::Sub(hn::LoadU(i, from + j), whole), i, from + j);
  }
}

/// Moves `count` features, from `begin` on, of a row.
template <class Load>
HWY_INLINE void move_row(const Move& move, Load load, std::size_t begin, std::size_t count,
                         const MovingSums& sums) {
  const std::size_t width = MovingSums::padded(count);
  const double* const multipliers = sums.multipliers + begin;
  std::int64_t* const to = sums.row(move.to) + begin;
  if (move.from < 0) {
    move_cells<false>(load, width, move.weight, multipliers, nullptr, to);
  } else {
    move_cells<true>(load, width, move.weight, multipliers, sums.row(move.from) + begin, to);
  }
}

/// At most 16 rows, cell by cell. All cells first: read back at once, they would have to wait for their own
/// stores.
void move_scattered(std::span<const Move> moves, const MovingSums& sums) {
  float cells[tile_rows][block] = {};
  for (std::size_t begin = 0; begin < sums.width; begin += block) {
    const std::size_t count = std::min(block, sums.width - begin);
    for (std::size_t m = 0; m < moves.size(); ++m) {
      const float* cell = moves[m].tile + begin * tile_rows + moves[m].row;
      for (std::size_t j = 0; j < count; ++j) cells[m][j] = cell[j * tile_rows];
    }
    for (std::size_t m = 0; m < moves.size(); ++m) {
      const auto load = [&](std::size_t j) {
        return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), cells[m] + j));
      };
      move_row(moves[m], load, begin, count, sums);
    }
  }
}

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

void move_together(std::span<const Move> moves, const MovingSums& sums) { move_scattered(moves, sums); }

#else

static_assert(tile_rows == most_lanes);
constexpr std::size_t four = 4;  // features of a row lie side by side, the next four `by_fours` further
constexpr std::size_t by_fours = four * tile_rows;

/// Where a row's first four are in what `transpose` makes.
HWY_INLINE std::size_t place_of(std::int32_t row) {
  const auto i = static_cast<std::size_t>(row);
  return i / lanes * lanes * four + i % four * lanes + i % lanes / four * four;
}

/// Four features of a tile, from `first` on, row by row: 4 x 4 cells within each 128 bits change places.
/// Instead of what is beyond the last feature, that one comes again.
HWY_INLINE void transpose(const float* HWY_RESTRICT tile, std::size_t first, std::size_t last,
                          float* HWY_RESTRICT to) {
  const FloatTag d;
  for (std::size_t v = 0; v < tile_rows; v += lanes, to += lanes * four) {
    const auto feature = [&](std::size_t j) {
      return hn::LoadU(d, tile + std::min(first + j, last) * tile_rows + v);
    };
    const auto lower_even = hn::InterleaveLower(d, feature(0), feature(2));
    const auto lower_odd = hn::InterleaveLower(d, feature(1), feature(3));
    const auto upper_even = hn::InterleaveUpper(d, feature(0), feature(2));
    const auto upper_odd = hn::InterleaveUpper(d, feature(1), feature(3));
    hn::StoreU(hn::InterleaveLower(d, lower_even, lower_odd), d, to);
    hn::StoreU(hn::InterleaveUpper(d, lower_even, lower_odd), d, to + lanes);
    hn::StoreU(hn::InterleaveLower(d, upper_even, upper_odd), d, to + 2 * lanes);
    hn::StoreU(hn::InterleaveUpper(d, upper_even, upper_odd), d, to + 3 * lanes);
  }
}

/// Features j, j + 1, ... of a row, as doubles.
HWY_INLINE hn::Vec<Doubles> load_by_fours(const float* HWY_RESTRICT row, std::size_t j) {
  const hn::Rebind<float, Doubles> f;
  const float* const from = row + j / four * by_fours + j % four;
  if constexpr (hn::MaxLanes(Doubles()) <= four) {
    return hn::PromoteTo(Doubles(), hn::LoadU(f, from));
  } else {
    const hn::Half<decltype(f)> half;
    return hn::PromoteTo(Doubles(), hn::Combine(f, hn::LoadU(half, from + by_fours), hn::LoadU(half, from)));
  }
}

/// Rows of one tile: all 16 are brought together at once.
void move_together(std::span<const Move> moves, const MovingSums& sums) {
  float cells[block * tile_rows];
  for (std::size_t begin = 0; begin < sums.width; begin += block) {
    const std::size_t count = std::min(block, sums.width - begin);
    for (std::size_t j = 0; j < MovingSums::padded(count); j += four)
      transpose(moves[0].tile, begin + j, sums.width - 1, cells + j * tile_rows);
    for (const auto& move : moves) {
      const float* const row = cells + place_of(move.row);
      const auto load = [&](std::size_t j) { return load_by_fours(row, j); };
      move_row(move, load, begin, count, sums);
    }
  }
}

#endif

void move_all(std::span<const Move> moves, const MovingSums& sums) {
  constexpr std::size_t many = 4;  // of a tile: from so many on, bringing all 16 together is sooner done
  const auto end_of_tile = [&](std::size_t m) {
    const float* const tile = moves[m].tile;
    while (m < moves.size() && moves[m].tile == tile) ++m;
    return m;
  };
  for (std::size_t first = 0; first < moves.size();) {
    auto end = end_of_tile(first);
    if (end - first >= many) {
      move_together(moves.subspan(first, end - first), sums);
    } else {
      // The next tiles' too, as long as they have few.
      while (end < moves.size() && end - first < tile_rows) {
        const auto next = end_of_tile(end);
        if (next - end >= many || next - first > tile_rows) break;
        end = next;
      }
      move_scattered(moves.subspan(first, end - first), sums);
    }
    first = end;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::kernel
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::kernel {

HWY_EXPORT(move_all);

void move_rows(std::span<const Move> moves, const MovingSums& sums) {
  HWY_DYNAMIC_DISPATCH(move_all)(moves, sums);
}

}  // namespace psychograph::kernel

#endif

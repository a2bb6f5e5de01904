// Rows from one exact sum to another. The cells of a row lie 64 bytes apart: what costs is to bring them
// together.
#include "cluster/moving_sums.hpp"

#include <algorithm>

#include "core/feature_matrix.hpp"
#include "core/fixed_point.hpp"

// The same floor as the kernel's, so that one choice of instruction set holds for all.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cluster/moving_sums.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace psychograph::cluster {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::CappedTag<double, MovingSums::step>;

constexpr std::size_t tile_rows = core::FeatureMatrix::tile_rows;
constexpr std::size_t at_once = 16;  // rows whose cells are brought together
constexpr std::size_t block = 64;    // features of them

/// Adds `count` cells, a multiple of 8, times a weight to a row of integers, and takes them from another if
/// it is to `leave` that.
template <bool leave>
HWY_INLINE void move_cells(const float* HWY_RESTRICT cells, std::size_t count, double weight,
                           const double* HWY_RESTRICT multipliers, std::int64_t* from, std::int64_t* to) {
  const Doubles d;
  const hn::Rebind<float, Doubles> f;
  const hn::RebindToSigned<Doubles> i;
  const auto shift = hn::Set(d, core::FixedPoint::shift);
  const auto shift_bits = hn::BitCast(i, shift);
  const auto weights = hn::Set(d, weight);
  for (std::size_t j = 0; j < count; j += hn::Lanes(d)) {
    const auto weighted = hn::Mul(weights, hn::PromoteTo(d, hn::LoadU(f, cells + j)));
    const auto scaled = hn::Mul(weighted, hn::LoadU(d, multipliers + j));
    const auto whole = hn::Sub(hn::BitCast(i, hn::Add(scaled, shift)), shift_bits);
    hn::StoreU(hn::Add(hn::LoadU(i, to + j), whole), i, to + j);
    if constexpr (leave) hn::StoreU(hn::Sub(hn::LoadU(i, from + j), whole), i, from + j);
  }
}

/// Moves `count` features, from `begin` on, of a row.
HWY_INLINE void move_row(const Move& move, const float* cells, std::size_t begin, std::size_t count,
                         const MovingSums& sums) {
  const std::size_t width = MovingSums::padded(count);
  const double* const multipliers = sums.multipliers + begin;
  std::int64_t* const to = sums.row(move.to) + begin;
  if (move.from < 0) {
    move_cells<false>(cells, width, move.weight, multipliers, nullptr, to);
  } else {
    move_cells<true>(cells, width, move.weight, multipliers, sums.row(move.from) + begin, to);
  }
}

/// All cells first: read back at once, they would have to wait for their own stores.
void move_some(std::span<const Move> moves, const MovingSums& sums) {
  float cells[at_once][block] = {};
  for (std::size_t begin = 0; begin < sums.width; begin += block) {
    const std::size_t count = std::min(block, sums.width - begin);
    for (std::size_t m = 0; m < moves.size(); ++m) {
      const float* cell = moves[m].row + begin * tile_rows;
      for (std::size_t j = 0; j < count; ++j) cells[m][j] = cell[j * tile_rows];
    }
    for (std::size_t m = 0; m < moves.size(); ++m) move_row(moves[m], cells[m], begin, count, sums);
  }
}

void move_all(std::span<const Move> moves, const MovingSums& sums) {
  for (std::size_t first = 0; first < moves.size(); first += at_once)
    move_some(moves.subspan(first, std::min(at_once, moves.size() - first)), sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::cluster
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::cluster {

HWY_EXPORT(move_all);

void move_rows(std::span<const Move> moves, const MovingSums& sums) {
  HWY_DYNAMIC_DISPATCH(move_all)(moves, sums);
}

}  // namespace psychograph::cluster

#endif

#include "stats/value_buckets.hpp"

#include <algorithm>
#include <cmath>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stats/value_buckets.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::stats {
namespace HWY_NAMESPACE {

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes

/// Returns how many values, whole vectors of them, it has dealt with. A sum of steps, each of which never
/// falls as the value rises, never falls either, rounded or not.
template <std::size_t pieces>
std::size_t places_between(std::span<const double> values, const ValueBuckets::Steps& steps,
                           std::uint32_t* places) {
  const DoubleTag d;
  const hn::Rebind<std::int32_t, DoubleTag> whole;
  const hn::Rebind<std::uint32_t, DoubleTag> place;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1.0);
  const auto top = hn::Set(d, steps.per_piece);
  const auto nowhere = hn::Set(d, steps.nowhere);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    const auto value = hn::LoadU(d, values.data() + i);
    auto at = zero;
    for (std::size_t s = 0; s < pieces; ++s) {
      const auto step = hn::Mul(hn::Sub(value, hn::Set(d, steps.lowest[s])), hn::Set(d, steps.per_unit[s]));
      at = hn::Add(at, hn::Min(hn::Max(step, zero), top));
    }
    at = hn::IfThenElse(hn::Eq(value, value), at, nowhere);
    auto found = hn::DemoteTo(whole, at);
    if (steps.atom_count > 0) {
      auto behind = zero;
      for (std::size_t a = 0; a < steps.atom_count; ++a) {
        const auto atom = hn::Set(d, steps.atoms[a]);
        behind = hn::Add(behind, hn::IfThenElseZero(hn::Ge(value, atom), one));
        behind = hn::Add(behind, hn::IfThenElseZero(hn::Gt(value, atom), one));
      }
      found = hn::Add(found, hn::DemoteTo(whole, behind));
    }
    hn::StoreU(hn::BitCast(place, found), place, places + i);
  }
  return i;
}

std::size_t places_of(std::span<const double> values, const ValueBuckets::Steps& steps,
                      std::uint32_t* places) {
  switch (steps.pieces) {
    case 1:
      return places_between<1>(values, steps, places);
    case 2:
      return places_between<2>(values, steps, places);
    case 3:
      return places_between<3>(values, steps, places);
    default:
      return places_between<0>(values, steps, places);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::stats
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::stats {

HWY_EXPORT(places_of);

ValueBuckets ValueBuckets::between(std::span<const double> edges, std::span<const double> atoms,
                                   std::size_t count) {
  ValueBuckets made;
  made.per_piece_ = static_cast<double>(std::max<std::size_t>(1, count / most_pieces));
  for (std::size_t e = 0; e + 1 < edges.size() && made.pieces_ < most_pieces; ++e) {
    const double per_unit = made.per_piece_ / (edges[e + 1] - edges[e]);
    if (!(edges[e] < edges[e + 1]) || !std::isfinite(per_unit)) continue;
    made.lowest_[made.pieces_] = edges[e];
    made.per_unit_[made.pieces_++] = per_unit;
  }
  const auto used = std::min(atoms.size(), most_atoms);
  std::copy_n(atoms.begin(), used, made.atoms_);
  std::vector<std::uint32_t> places(used);
  made.atom_places_.assign(used, 0);
  made.find(std::span<const double>(made.atoms_, used), places.data());
  made.atom_places_ = std::move(places);
  made.count_ = static_cast<std::size_t>(made.per_piece_) * made.pieces_ + 2 * used + 1;
  return made;
}

ValueBuckets ValueBuckets::of_whole_numbers(double lowest, std::size_t count) {
  ValueBuckets made;
  made.whole_ = true;
  made.count_ = count;
  made.per_piece_ = static_cast<double>(count - 1);
  made.pieces_ = 1;
  made.lowest_[0] = lowest;
  made.per_unit_[0] = 1;
  return made;
}

std::optional<double> ValueBuckets::only_value(std::size_t bucket) const {
  if (whole_) return lowest_[0] + static_cast<double>(bucket);
  const auto place = std::find(atom_places_.begin(), atom_places_.end(), bucket);
  if (place == atom_places_.end()) return std::nullopt;
  return atoms_[place - atom_places_.begin()];
}

double ValueBuckets::about(std::size_t bucket) const {
  if (const auto value = only_value(bucket)) return *value;
  if (pieces_ == 0) return atom_places_.empty() ? 0.0 : atoms_[0];
  const auto atoms = std::count_if(atom_places_.begin(), atom_places_.end(),
                                   [&](std::uint32_t place) { return place < bucket; });
  const double at = std::max(0.0, static_cast<double>(bucket) - 2 * static_cast<double>(atoms));
  const auto piece = std::min(pieces_ - 1, static_cast<std::size_t>(at / per_piece_));
  return lowest_[piece] + (at - static_cast<double>(piece) * per_piece_) / per_unit_[piece];
}

void ValueBuckets::find(std::span<const double> values, std::uint32_t* places) const {
  const Steps steps{
      lowest_, per_unit_, atoms_, pieces_, atom_places_.size(), per_piece_, static_cast<double>(count_)};
  std::size_t i = HWY_DYNAMIC_DISPATCH(places_of)(values, steps, places);
  for (; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      places[i] = static_cast<std::uint32_t>(count_);
      continue;
    }
    double at = 0;
    for (std::size_t s = 0; s < pieces_; ++s)
      at += std::min(std::max((values[i] - lowest_[s]) * per_unit_[s], 0.0), per_piece_);
    auto found = static_cast<std::uint32_t>(at);
    for (std::size_t a = 0; a < atom_places_.size(); ++a)
      found += (values[i] >= atoms_[a] ? 1U : 0U) + (values[i] > atoms_[a] ? 1U : 0U);
    places[i] = found;
  }
}

}  // namespace psychograph::stats

#endif

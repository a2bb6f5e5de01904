// The columns of a realistic customer table: what each is called, what moves it, how it is told.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "synthetic/table.hpp"

namespace psychograph::synthetic {

/// What columns have in common: customers who are high on one column of a trait tend to be high on the
/// others, and a segment is shifted on all of them.
enum class Trait : std::uint32_t {
  conservation,
  ambition,
  openness,
  thrift,
  loyalty,
  spending,
  activity,
  online,
  life_stage,
  household,
  place,
  count
};

struct Recipe {
  std::string_view name;
  Trait trait;
  double direction;
  Cell cell;
};

/// In the order in which they are dealt out, so that a table of a few columns has some of each sort.
std::span<const Recipe> recipes();

}  // namespace psychograph::synthetic

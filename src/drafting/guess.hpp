// What a column seems to be for, from its name, its labels and its values. A guess, for a person to look at.
#pragma once

#include <string>
#include <vector>

#include "drafting/column_facts.hpp"
#include "spec/spec.hpp"

namespace psychograph::drafting {

enum class Use { feature, described, id, left_out };

struct Guess {
  Use use = Use::feature;
  std::string why = {};  ///< of what is left out: for people
  spec::Facet facet = spec::Facet::behavioral;
  spec::Kind kind = spec::Kind::numeric;
  bool long_tail = false;  ///< of numbers: few are far above the others
  std::string scale = {};  ///< of answers on a scale that at least two other columns have: what they share
};

/// One a column, in their order.
std::vector<Guess> guess(const std::vector<ColumnFacts>& columns);

/// What comes before the digits at a name's end, without what joins them: "Q5" of "Q5_12", "A" of "A1". Empty
/// where there are none.
std::string stem_of(const std::string& name);

}  // namespace psychograph::drafting

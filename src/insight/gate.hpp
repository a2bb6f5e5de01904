// What is withheld because it is about few people.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "insight/closeness.hpp"
#include "insight/persona.hpp"
#include "insight/profile.hpp"
#include "insight/released.hpp"
#include "spec/spec.hpp"

namespace psychograph::insight {

/// Counts of people. Invariant: counts [rows, columns].
struct CountTable {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::int64_t> counts;
  [[nodiscard]] std::int64_t at(std::size_t row, std::size_t column) const {
    return counts[row * columns + column];
  }
};

/// Figures become `Released` here and nowhere else. Where `min_cell` is 0 they pass as they are.
class Gate {
 public:
  explicit Gate(spec::Privacy privacy) : privacy_(privacy) {}

  /// Withholds counts below `min_cell` (but zeros), what else is needed so that they can't be worked back
  /// (`withhold`), and every figure that is made of them: `count` is then results::no_count, figures are NaN,
  /// and the verdict is "withheld". Local.
  [[nodiscard]] Released<Profile> pass(Profile profile) const;

  /// The personas are made of a profile that has passed; prevalences come in here. `sizes` [k + 1]: customers
  /// of each segment, and all of them. Local.
  [[nodiscard]] Released<Personas> pass(Personas personas, const std::vector<Prevalence>& prevalence,
                                        std::span<const std::int64_t> sizes) const;

  /// Counts below `min_cell`, and what they leave of a segment, are results::no_count. Local.
  [[nodiscard]] Released<Closeness> pass(Closeness closeness) const;

  /// Cells that are withheld are results::no_count. Local.
  [[nodiscard]] Released<CountTable> pass(CountTable table) const;

  /// So few that it must not be told; zeros are.
  [[nodiscard]] bool is_small(std::int64_t count) const { return count > 0 && count < privacy_.min_cell; }

  [[nodiscard]] const spec::Privacy& privacy() const { return privacy_; }

 private:
  spec::Privacy privacy_;
};

}  // namespace psychograph::insight

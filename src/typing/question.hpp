// What may be asked of a customer, as numbers that add up exactly.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "features/schema.hpp"

namespace psychograph::typing {

/// One of the numbers that a question becomes: an amount, or whether an answer is the given one.
struct Predictor {
  std::size_t question = 0;
  std::int32_t level = -1;  ///< of the question's levels; -1: an amount
  double centre = 0;        ///< of an amount, in the user's units
  double unit = 1;          ///< a power of two that no cell is further from the centre than
  spec::Transform transform = spec::Transform::none;  ///< what becomes of a cell before

  /// Of an answer that is the given one.
  static constexpr std::int32_t whole = 1 << 30;
  /// Transformed; NaN outside of the transform's domain.
  [[nodiscard]] double value(double cell) const;
  /// Of a value, in whole steps of `step`; 0 for NaN: who has not answered counts as the centre.
  [[nodiscard]] std::int32_t steps(double value) const;
};

/// Cells are whole steps of this.
inline constexpr double step = 0x1p-30;

struct Question {
  features::FittedFeature fitted;   ///< of one column, over the table
  std::size_t first_predictor = 0;  ///< of all
  std::size_t width = 0;
};

struct Questions {
  std::vector<Question> questions;
  std::vector<Predictor> predictors;

  /// The predictors of some questions, in their order.
  [[nodiscard]] std::vector<std::size_t> predictors_of(std::span<const std::size_t> which) const;
  /// Those questions alone.
  [[nodiscard]] Questions only(std::span<const std::size_t> which) const;
};

/// Amounts as people say them, for what is asked; or transformed, as they were clustered.
enum class Amounts { as_said, as_clustered };

/// An amount is one predictor. Of answers that are words each is one, and who has none of them lacks the
/// answer; where nobody does, the first answer is left out, as the others say all. Local.
Questions make_questions(std::vector<features::FittedFeature> columns, Amounts amounts = Amounts::as_said);

}  // namespace psychograph::typing

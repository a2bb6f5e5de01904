// Figures of a customer to the columns of a table. Local.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "behavior/cut_points.hpp"
#include "behavior/fold.hpp"
#include "spec/events.hpp"
#include "spec/rfm_rules.hpp"

namespace psychograph::behavior {

/// Of recency, frequency and monetary.
using RfmCuts = std::array<CutPoints, 3>;

/// What a block's features are made with beside the customer's figures; must outlive the columns.
struct FeatureContext {
  const spec::EventBlock& block;
  const spec::Behavior& behavior;
  const Folding& folding;
  const RfmCuts& cuts;
  std::vector<std::string> channels;    ///< in order
  std::vector<std::string> categories;  ///< in order: all
  std::vector<std::string> shared;      ///< those with a share, by their places
};

/// A customer's figures in a block (`Folding` says where), and scores; all 0 where there are no events.
struct CustomerFigures {
  const std::int64_t* figures = nullptr;
  spec::Scores scores{};
};
/// `recency` and so on have scores as the cut points say, that of recency the other way round.
spec::Scores scores_of(const FeatureContext& context, const std::int64_t* figures);

struct FeatureColumn {
  enum class Type { int8, int16, int32, real, codes };
  std::string name;
  Type type = Type::real;
  std::vector<std::string> categories = {};            ///< of `codes`
  std::function<double(const CustomerFigures&)> cell;  ///< NaN: missing, of real ones alone
};

/// The block's columns, in order; their names begin with its name.
std::vector<FeatureColumn> feature_columns(const FeatureContext& context);

}  // namespace psychograph::behavior

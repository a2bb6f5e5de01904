#include "synthetic/actions.hpp"

#include "synthetic/recipes.hpp"

namespace psychograph::synthetic {
namespace {

/// Beyond the numbers of all features.
constexpr std::uint32_t first_number = 1U << 20;
constexpr double sent = 0.6;
constexpr Rounded answer = {4.8, 1.2, 1, 7};

struct Action {
  const char* name;
  Cell cell;
  Planted planted = {};
  std::uint32_t number_of = 0;  ///< places before: whose numbers it has
};

/// What is not planted is there so that a difference that is found in it is known to be false.
const std::vector<Action>& actions() {
  static const std::vector<Action> all = {
      {"consent_email", Flag{0.7}},       {"consent_post", Flag{0.5}},
      {"sent_email", Flag{sent}},         {"opened_email", Flag{0.25, sent}, {1, 0.9}, 1},
      {"answered_letter", Flag{0.06}},    {"visited_store_30d", Flag{0.35}},
      {"bought_tea", Count{0.8}},         {"bought_coffee", Count{0.6}, {2, 0.5}},
      {"bought_gifts", Count{0.3}},       {"shops_mornings", Flag{0.3}, {3, 0.8}},
      {"shops_evenings", Flag{0.4}},      {"matters_price", answer},
      {"content_price", answer, {0, -1}}, {"matters_service", answer},
      {"content_service", answer},        {"engagement", Pulled{50, 15, 0.2}, {1, 0.5}},
  };
  return all;
}

}  // namespace

std::vector<Column> action_columns(std::int64_t segments) {
  std::vector<Column> columns;
  for (std::uint32_t a = 0; a < actions().size(); ++a) {
    const auto& action = actions()[a];
    auto planted = action.planted;
    planted.segment = static_cast<std::int32_t>(planted.segment % segments);
    Column column{action.name, action.cell, first_number + a - action.number_of,
                  static_cast<std::uint32_t>(Trait::openness)};
    column.planted = planted;
    if (!std::holds_alternative<Pulled>(action.cell)) column.trait = first_number + a;
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace psychograph::synthetic

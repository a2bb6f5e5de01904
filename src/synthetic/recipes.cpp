#include "synthetic/recipes.hpp"

#include <array>

namespace psychograph::synthetic {
namespace {

constexpr std::array<std::string_view, 5> regions = {"north", "west", "centre", "east", "south"};
constexpr std::array<std::string_view, 4> channels = {"phone", "store", "web", "app"};

/// Answers to survey questions: "how important to you ... ?" from 1 to 7, "do you agree?" from 1 to 5.
constexpr Rounded importance = {4.3, 1.4, 1, 7};
constexpr Rounded agreement = {3.1, 1.0, 1, 5};

constexpr std::array<Recipe, 24> all = {{
    {"value_security", Trait::conservation, 1, importance},
    {"spend_12m", Trait::spending, 1, LogNormal{420, 0.8}},
    {"visits_30d", Trait::activity, 1, Count{4}},
    {"region", Trait::place, 1, Category{regions}},
    {"attitude_novelty", Trait::openness, 1, agreement},
    {"age", Trait::life_stage, 1, Rounded{46, 14, 18, 95}},
    {"value_achievement", Trait::ambition, 1, importance},
    {"attitude_planning", Trait::thrift, 1, agreement},
    {"channel", Trait::online, 1, Category{channels}},
    {"attitude_trust", Trait::loyalty, 1, agreement},
    {"value_tradition", Trait::conservation, 1, importance},
    {"spend_online_12m", Trait::spending, 1, LogNormal{130, 1.1}},
    {"app_sessions_30d", Trait::online, 1, Count{9}},
    {"value_stimulation", Trait::openness, 1, importance},
    {"household_size", Trait::household, 1, Rounded{2.6, 1.3, 1, 8}},
    {"value_power", Trait::ambition, 1, importance},
    {"attitude_prices", Trait::thrift, 1, agreement},
    {"support_calls_12m", Trait::loyalty, -1, Count{1.5}},
    {"value_conformity", Trait::conservation, 1, importance},
    {"basket_mean", Trait::spending, 1, LogNormal{38, 0.5}},
    {"value_self_direction", Trait::openness, 1, importance},
    {"attitude_impulse", Trait::thrift, -1, agreement},
    {"attitude_recommend", Trait::loyalty, 1, agreement},
    {"value_hedonism", Trait::ambition, 1, importance},
}};

}  // namespace

std::span<const Recipe> recipes() { return all; }

}  // namespace psychograph::synthetic

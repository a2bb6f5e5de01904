#include "spec/rfm_rules.hpp"

#include <fmt/format.h>

namespace psychograph::spec {
namespace {

bool fits(const RfmRule& rule, const Scores& scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] < rule.ranges[i].first || scores[i] > rule.ranges[i].second) return false;
  }
  return true;
}

}  // namespace

std::vector<RfmRule> usual_rfm_rules() {
  const auto rule = [](const char* name, std::pair<std::int64_t, std::int64_t> recency,
                       std::pair<std::int64_t, std::int64_t> frequency) {
    return RfmRule{name, {recency, frequency, {1, 5}}};
  };
  return {rule("champions", {5, 5}, {4, 5}),
          rule("loyal", {3, 4}, {4, 5}),
          rule("potential loyalists", {4, 5}, {2, 3}),
          rule("new customers", {5, 5}, {1, 1}),
          rule("promising", {4, 4}, {1, 1}),
          rule("need attention", {3, 3}, {3, 3}),
          rule("about to sleep", {3, 3}, {1, 2}),
          rule("can't lose them", {1, 2}, {5, 5}),
          rule("at risk", {1, 2}, {3, 4}),
          rule("hibernating", {1, 2}, {1, 2})};
}

std::optional<std::size_t> rule_of(std::span<const RfmRule> rules, const Scores& scores) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (fits(rules[i], scores)) return i;
  }
  return std::nullopt;
}

std::string find_rule_fault(std::span<const RfmRule> rules, std::int64_t scores) {
  Scores at{};
  for (at[0] = 1; at[0] <= scores; ++at[0]) {
    for (at[1] = 1; at[1] <= scores; ++at[1]) {
      for (at[2] = 1; at[2] <= scores; ++at[2]) {
        const auto first = rule_of(rules, at);
        const auto text = [&] { return fmt::format("r = {}, f = {}, m = {}", at[0], at[1], at[2]); };
        if (!first) return fmt::format("{} has no name", text());
        if (const auto second = rule_of(rules.subspan(*first + 1), at)) {
          return fmt::format("{} is both \"{}\" and \"{}\"", text(), rules[*first].name,
                             rules[*first + 1 + *second].name);
        }
      }
    }
  }
  return "";
}

}  // namespace psychograph::spec

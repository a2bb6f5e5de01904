#include "behavior/features.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "core/figure.hpp"

namespace psychograph::behavior {
namespace {

using Type = FeatureColumn::Type;

constexpr std::array<const char*, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                              "friday", "saturday", "sunday"};
enum State { none, first, repeat, lapsed };

/// What can be part of the name of a dataset.
std::string in_name(const std::string& level) {
  auto name = level;
  for (auto& c : name) c = c == '/' || static_cast<unsigned char>(c) < 0x20U ? '_' : c;
  return name;
}

/// Who has events before the window has come back within it, or at least on another day.
bool has_come_back(const std::int64_t* figures) {
  const bool in_window = figures[figure::first_day] != no_day;
  const auto later = figures[in_window ? figure::first_day : figure::ever_last_day];
  return figures[figure::baskets] > 1 || figures[figure::ever_first_day] < later;
}

/// From -1 to 1: all of it earlier, all of it later.
double trend(std::int64_t early, std::int64_t late) {
  const auto size = [](std::int64_t number) { return static_cast<double>(number < 0 ? -number : number); };
  const double all = size(early) + size(late);
  return all > 0 ? static_cast<double>(late - early) / all : core::not_a_number;
}

/// Puts a block's columns together.
class Columns {
 public:
  explicit Columns(const FeatureContext& context)
      : context_(context),
        prefix_(context.block.name.empty() ? "" : context.block.name + "_"),
        unit_(units_in_one(context.block.decimals)) {}

  std::vector<FeatureColumn> all() {
    add_rfm();
    add_times();
    add_baskets();
    add_shares();
    add_trend();
    return std::move(columns_);
  }

 private:
  using Figures = const std::int64_t*;
  /// Two levels may become one name where a character is none of a name's.
  [[nodiscard]] std::string new_name(const std::string& name) const {
    auto unique = prefix_ + name;
    const auto is_it = [&](const FeatureColumn& column) { return column.name == unique; };
    while (std::any_of(columns_.begin(), columns_.end(), is_it)) unique += "_";
    return unique;
  }
  template <class Cell>
  void add(const std::string& name, Type type, Cell cell, std::vector<std::string> categories = {}) {
    columns_.push_back({new_name(name), type, std::move(categories), [cell](const CustomerFigures& customer) {
                          return static_cast<double>(cell(customer.figures));
                        }});
  }
  template <class Cell>
  void add_of_scores(const std::string& name, Type type, Cell cell,
                     std::vector<std::string> categories = {}) {
    columns_.push_back({new_name(name), type, std::move(categories), [cell](const CustomerFigures& customer) {
                          return static_cast<double>(cell(customer.scores));
                        }});
  }
  void add_share(const std::string& name, std::size_t part, std::size_t all) {
    add("share_" + name, Type::real, [part, all](Figures f) { return core::share(f[part], f[all]); });
  }

  [[nodiscard]] bool has_value() const { return !context_.block.value.empty(); }

  void add_rfm() {
    const auto as_of = context_.folding.as_of;
    add("recency_days", Type::real, [as_of](Figures f) {
      const auto last = f[figure::ever_last_day];
      return last == no_day ? core::not_a_number : static_cast<double>(as_of - last);
    });
    add("frequency", Type::int32, [](Figures f) { return f[figure::baskets]; });
    if (has_value()) {
      const auto unit = static_cast<double>(unit_);
      add("monetary", Type::real, [unit](Figures f) { return static_cast<double>(f[figure::value]) / unit; });
    }
    add_of_scores("r_score", Type::int8, [](const spec::Scores& s) { return s[0]; });
    add_of_scores("f_score", Type::int8, [](const spec::Scores& s) { return s[1]; });
    if (has_value()) {
      add_of_scores("m_score", Type::int8, [](const spec::Scores& s) { return s[2]; });
      add_of_scores("rfm", Type::int16, [](const spec::Scores& s) { return 100 * s[0] + 10 * s[1] + s[2]; });
    }
    add_segment();
  }

  /// Without values there is no monetary score, and names that ask for one can't be given.
  void add_segment() {
    const auto& rules = context_.behavior.rules;
    const auto scores = context_.behavior.scores;
    const bool asks_for_value = std::any_of(rules.begin(), rules.end(), [&](const spec::RfmRule& rule) {
      return rule.ranges[2] != std::pair(std::int64_t{1}, scores);
    });
    if (rules.empty() || (asks_for_value && !has_value())) return;
    std::vector<std::string> names;
    for (const auto& rule : rules) {
      if (std::find(names.begin(), names.end(), rule.name) == names.end()) names.push_back(rule.name);
    }
    std::vector<double> codes;
    for (const auto& rule : rules)
      codes.push_back(static_cast<double>(std::find(names.begin(), names.end(), rule.name) - names.begin()));
    const auto nobody = static_cast<double>(names.size());
    names.emplace_back("no purchases");
    add_of_scores(
        "rfm_segment", Type::codes,
        [&rules, codes, nobody](spec::Scores s) {
          if (s[0] == 0) return nobody;
          s[2] = std::max<std::int64_t>(s[2], 1);
          return codes[*spec::rule_of(rules, s)];
        },
        std::move(names));
  }

  void add_times() {
    const auto as_of = context_.folding.as_of;
    const auto lapsed_after = context_.behavior.lapsed_after;
    add("tenure_days", Type::real, [as_of](Figures f) {
      const auto day = f[figure::ever_first_day];
      return day == no_day ? core::not_a_number : static_cast<double>(as_of - day);
    });
    add("gap_days", Type::real, [](Figures f) {
      return f[figure::baskets] > 1
                 ? core::share(f[figure::last_day] - f[figure::first_day], f[figure::baskets] - 1)
                 : core::not_a_number;
    });
    add("state", Type::codes,
        [as_of, lapsed_after](Figures f) {
          if (f[figure::ever_last_day] == no_day) return State::none;
          if (as_of - f[figure::ever_last_day] > lapsed_after) return State::lapsed;
          return has_come_back(f) ? State::repeat : State::first;
        },
        {"none", "first", "repeat", "lapsed"});
  }

  void add_baskets() {
    const auto of = context_.block.quantity.empty() ? figure::lines : figure::quantity;
    add("basket_size", Type::real, [of](Figures f) { return core::share(f[of], f[figure::baskets]); });
    if (!has_value()) return;
    const auto unit = unit_;
    add("basket_value", Type::real,
        [unit](Figures f) { return core::share(f[figure::value], f[figure::baskets] * unit); });
  }

  void add_shares() {
    const auto& folding = context_.folding;
    for (std::size_t c = 0; c < context_.channels.size(); ++c)
      add_share("channel_" + in_name(context_.channels[c]), folding.channel_at(c), figure::with_channel);
    add_online();
    for (std::size_t d = 0; d < folding.daypart_hours.size(); ++d)
      add_share("daypart_" + context_.behavior.dayparts[d].name, folding.daypart_at(d), figure::baskets);
    for (std::size_t d = 0; d < weekdays.size(); ++d)
      add_share(fmt::format("weekday_{}", weekdays[d]), folding.weekday_at(d), figure::baskets);
    if (!context_.block.promotion.empty()) add_share("promotion", figure::on_promotion, figure::lines);
    if (!context_.block.category.empty()) add_categories();
  }

  void add_online() {
    const auto& online = context_.block.online;
    if (online.empty()) return;
    std::vector<std::size_t> places;
    for (std::size_t c = 0; c < context_.channels.size(); ++c) {
      if (std::find(online.begin(), online.end(), context_.channels[c]) != online.end())
        places.push_back(context_.folding.channel_at(c));
    }
    add("share_online", Type::real, [places](Figures f) {
      std::int64_t baskets = 0;
      for (const auto place : places) baskets += f[place];
      return core::share(baskets, f[figure::with_channel]);
    });
  }

  void add_categories() {
    const auto& folding = context_.folding;
    for (std::size_t c = 0; c < context_.shared.size(); ++c)
      add_share("category_" + in_name(context_.shared[c]), folding.category_at(c), figure::with_category);
    if (context_.shared.size() < context_.categories.size() && !context_.shared.empty()) {
      const auto begin = folding.category_at(0);
      const auto count = context_.shared.size();
      add("share_other_categories", Type::real, [begin, count](Figures f) {
        auto others = f[figure::with_category];
        for (std::size_t c = 0; c < count; ++c) others -= f[begin + c];
        return core::share(others, f[figure::with_category]);
      });
    }
    add("categories", Type::int32, [](Figures f) { return f[figure::breadth]; });
    add(
        "top_category", Type::codes, [](Figures f) { return f[figure::top_category]; }, context_.categories);
  }

  void add_trend() {
    add("trend_baskets", Type::real,
        [](Figures f) { return trend(f[figure::early_baskets], f[figure::late_baskets]); });
    if (has_value())
      add("trend_value", Type::real,
          [](Figures f) { return trend(f[figure::early_value], f[figure::late_value]); });
  }

  const FeatureContext& context_;
  std::string prefix_;
  std::int64_t unit_;
  std::vector<FeatureColumn> columns_;
};

}  // namespace

spec::Scores scores_of(const FeatureContext& context, const std::int64_t* figures) {
  const auto last = figures[figure::ever_last_day];
  if (last == no_day) return {0, 0, 0};
  const auto& cuts = context.cuts;
  const bool has_value = !context.block.value.empty();
  return {context.behavior.scores + 1 - cuts[0].score(context.folding.as_of - last),
          cuts[1].score(figures[figure::baskets]), has_value ? cuts[2].score(figures[figure::value]) : 0};
}

std::vector<FeatureColumn> feature_columns(const FeatureContext& context) { return Columns(context).all(); }

}  // namespace psychograph::behavior

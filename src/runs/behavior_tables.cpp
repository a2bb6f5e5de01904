#include "runs/behavior_tables.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "behavior/period.hpp"
#include "core/figure.hpp"
#include "core/printable.hpp"
#include "stats/intervals.hpp"

namespace psychograph::runs {
namespace {

using results::no_count;
using results::TableOf;
using results::TidyTable;

struct CutRow {
  std::string events;
  std::string score;
  std::int64_t number;
  double quantile;
  double value;
};

std::vector<CutRow> cut_rows(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts) {
  constexpr const char* scores[] = {"recency", "frequency", "monetary"};
  std::vector<CutRow> rows;
  for (std::size_t b = 0; b < cuts.size(); ++b) {
    const auto& block = spec.blocks[b];
    for (std::size_t s = 0; s < cuts[b].size(); ++s) {
      if (s == 2 && block.value.empty()) continue;
      const auto& points = cuts[b][s];
      const auto unit = s == 2 ? static_cast<double>(behavior::units_in_one(block.decimals)) : 1.0;
      for (std::size_t i = 0; i < points.cuts.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i) + 1;
        rows.push_back({block.name, scores[s], number,
                        static_cast<double>(number) / static_cast<double>(points.n), points.value(i) / unit});
      }
    }
  }
  return rows;
}

struct PeriodRow {
  std::string period;
  std::string group;
  bool is_first;
  behavior::PeriodFigures now;
  std::int64_t active_before;
};

std::vector<PeriodRow> period_rows(const behavior::Growth& growth, const GrowthNames& names) {
  std::vector<PeriodRow> rows;
  for (std::size_t g = 0; g < growth.groups(); ++g) {
    for (std::size_t p = 0; p < growth.periods(); ++p) {
      rows.push_back({behavior::period_name(names.period, names.first + static_cast<std::int64_t>(p)),
                      names.groups[g], p == 0, growth.at(g, p), p == 0 ? 0 : growth.at(g, p - 1).active});
    }
  }
  return rows;
}

double retention_of(const PeriodRow& row) { return core::share(row.now.retained, row.active_before); }

stats::Interval interval_of(const PeriodRow& row) {
  if (row.active_before == 0) return {core::not_a_number, core::not_a_number};
  return stats::wilson(retention_of(row), static_cast<double>(row.active_before));
}

struct CohortRow {
  std::string first;
  std::string group;
  std::int64_t age;
  std::int64_t customers;
  behavior::CohortFigures figures;
};

std::vector<CohortRow> cohort_rows(const behavior::Growth& growth, const GrowthNames& names) {
  std::vector<CohortRow> rows;
  for (std::size_t g = 0; g < growth.groups(); ++g) {
    for (std::size_t first = 0; first < growth.periods(); ++first) {
      const auto customers = growth.cohort(g, first, 0).active;
      if (customers == 0) continue;
      for (std::size_t age = 0; first + age < growth.periods(); ++age) {
        rows.push_back({behavior::period_name(names.period, names.first + static_cast<std::int64_t>(first)),
                        names.groups[g], static_cast<std::int64_t>(age), customers,
                        growth.cohort(g, first, age)});
      }
    }
  }
  return rows;
}

}  // namespace

TidyTable cut_points_table(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts) {
  return TableOf<CutRow>(cut_rows(spec, cuts))
      .add("events", [](const CutRow& row) { return row.events; })
      .add("score", [](const CutRow& row) { return row.score; })
      .add("number", [](const CutRow& row) { return row.number; })
      .add("quantile", [](const CutRow& row) { return row.quantile; })
      .add("cut_point", [](const CutRow& row) { return row.value; })
      .table();
}

TidyTable levels_table(const std::vector<behavior::CodeCounts>& counts) {
  struct Row {
    std::string column;
    std::string name;
    std::int64_t customers;
    double share;
  };
  std::vector<Row> rows;
  for (const auto& one : counts) {
    std::int64_t all = 0;
    for (const auto count : one.customers) all += count;
    for (std::size_t i = 0; i < one.names.size(); ++i)
      rows.push_back({one.column, one.names[i], one.customers[i], core::share(one.customers[i], all)});
  }
  return TableOf<Row>(std::move(rows))
      .add("column", [](const Row& row) { return row.column; })
      .add("name", [](const Row& row) { return row.name; })
      .add("customers", [](const Row& row) { return row.customers; })
      .add("share", [](const Row& row) { return row.share; })
      .table();
}

TidyTable retention_table(const behavior::Growth& growth, const GrowthNames& names) {
  const auto later = [](auto cell) {  // the first period has none before it
    return [cell](const PeriodRow& row) { return row.is_first ? no_count : row.now.*cell; };
  };
  const auto unit = static_cast<double>(names.unit);
  const auto money = [unit](std::int64_t behavior::PeriodFigures::*cell, bool of_first) {
    return [unit, cell, of_first](const PeriodRow& row) {
      return row.is_first && !of_first ? core::not_a_number : static_cast<double>(row.now.*cell) / unit;
    };
  };
  using Figures = behavior::PeriodFigures;
  TableOf<PeriodRow> table(period_rows(growth, names));
  table.add("period", [](const PeriodRow& row) { return row.period; })
      .add("group", [](const PeriodRow& row) { return row.group; })
      .add("active", [](const PeriodRow& row) { return row.now.active; })
      .add("baskets", [](const PeriodRow& row) { return row.now.baskets; })
      .add("baskets_per_active",
           [](const PeriodRow& row) { return core::share(row.now.baskets, row.now.active); });
  if (names.with_value) table.add("spend", money(&Figures::value, true));
  table.add("retained", later(&Figures::retained))
      .add("retention", retention_of)
      .add("retention_low", [](const PeriodRow& row) { return interval_of(row).low; })
      .add("retention_high", [](const PeriodRow& row) { return interval_of(row).high; })
      .add("new", later(&Figures::fresh))
      .add("reactivated", later(&Figures::reactivated))
      .add("lapsed", later(&Figures::lapsed));
  if (names.with_value) {
    table.add("spend_new", money(&Figures::value_fresh, false))
        .add("spend_reactivated", money(&Figures::value_reactivated, false))
        .add("expansion", money(&Figures::expansion, false))
        .add("contraction", money(&Figures::contraction, false))
        .add("spend_lapsed", money(&Figures::value_lapsed, false));
  }
  return table.table();
}

TidyTable cohorts_table(const behavior::Growth& growth, const GrowthNames& names) {
  const auto unit = static_cast<double>(names.unit);
  TableOf<CohortRow> table(cohort_rows(growth, names));
  table.add("first", [](const CohortRow& row) { return row.first; })
      .add("group", [](const CohortRow& row) { return row.group; })
      .add("age", [](const CohortRow& row) { return row.age; })
      .add("customers", [](const CohortRow& row) { return row.customers; })
      .add("active", [](const CohortRow& row) { return row.figures.active; })
      .add("share", [](const CohortRow& row) { return core::share(row.figures.active, row.customers); })
      .add("baskets", [](const CohortRow& row) { return row.figures.baskets; });
  if (names.with_value)
    table.add("spend",
              [unit](const CohortRow& row) { return static_cast<double>(row.figures.value) / unit; });
  return table.table();
}

std::string cut_points_text(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts) {
  std::string text;
  for (const auto& row : cut_rows(spec, cuts)) {
    if (row.number == 1) {
      const auto what = row.score == "recency" ? "recency (days)" : row.score;
      text += fmt::format("{}{}{:<16}", text.empty() ? "" : "\n",
                          row.events.empty() ? "" : core::printable(row.events) + " ", what);
    }
    text += fmt::format("  {:>10.8g}", row.value);
  }
  return text.empty() ? text : "scores change above\n" + text + "\n";
}

std::string levels_text(const std::vector<behavior::CodeCounts>& counts) {
  std::string text;
  for (const auto& one : counts) {
    if (!one.column.ends_with("rfm_segment")) continue;
    std::int64_t all = 0;
    for (const auto count : one.customers) all += count;
    text += fmt::format("\n{:<22}  {:>12}  {:>7}\n", core::printable(one.column), "customers", "share");
    for (std::size_t i = 0; i < one.names.size(); ++i) {
      if (one.customers[i] == 0) continue;
      text += fmt::format("{:<22}  {:>12}  {:>6.2f}%\n", core::printable(one.names[i]), one.customers[i],
                          100 * core::share(one.customers[i], all));
    }
  }
  return text;
}

std::string retention_text(const behavior::Growth& growth, const GrowthNames& names) {
  constexpr std::size_t most_told = 13;
  auto text = fmt::format("\n{:<9}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}\n", spec::to_string(names.period),
                          "active", "retention", "new", "returned", "lapsed");
  const auto first = growth.periods() > most_told ? growth.periods() - most_told : 0;
  const auto rows = period_rows(growth, names);  // everybody's come first
  for (std::size_t p = first; p < growth.periods(); ++p) {
    const auto& row = rows[p];
    text += fmt::format("{:<9}  {:>10}", row.period, row.now.active);
    if (!row.is_first)
      text += fmt::format("  {:>9.1f}%  {:>10}  {:>10}  {:>10}", 100 * retention_of(row), row.now.fresh,
                          row.now.reactivated, row.now.lapsed);
    text += "\n";
  }
  return text;
}

}  // namespace psychograph::runs

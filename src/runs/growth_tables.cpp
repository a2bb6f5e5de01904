#include "runs/growth_tables.hpp"

#include <utility>

#include <fmt/format.h>

#include "behavior/period.hpp"
#include "core/figure.hpp"
#include "stats/intervals.hpp"

namespace psychograph::runs {
namespace {

using results::no_count;
using results::TableOf;
using results::TidyTable;

struct PeriodRow {
  std::string period;
  std::string group;
  bool is_first;
  behavior::PeriodFigures now;
  std::int64_t active_before;
  bool is_withheld;
};

std::vector<PeriodRow> period_rows(const behavior::Growth& growth, const GrowthNames& names,
                                   const behavior::WithheldGrowth& hidden) {
  std::vector<PeriodRow> rows;
  for (std::size_t g = 0; g < growth.groups(); ++g) {
    for (std::size_t p = 0; p < growth.periods(); ++p) {
      rows.push_back({behavior::period_name(names.period, names.first + static_cast<std::int64_t>(p)),
                      names.groups[g], p == 0, growth.at(g, p), p == 0 ? 0 : growth.at(g, p - 1).active,
                      hidden.row(g, p)});
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
  bool is_withheld;
};

std::vector<CohortRow> cohort_rows(const behavior::Growth& growth, const GrowthNames& names,
                                   const behavior::WithheldGrowth& hidden) {
  std::vector<CohortRow> rows;
  for (std::size_t g = 0; g < growth.groups(); ++g) {
    for (std::size_t first = 0; first < growth.periods(); ++first) {
      const auto customers = growth.cohort(g, first, 0).active;
      if (customers == 0) continue;
      for (std::size_t age = 0; first + age < growth.periods(); ++age) {
        rows.push_back({behavior::period_name(names.period, names.first + static_cast<std::int64_t>(first)),
                        names.groups[g], static_cast<std::int64_t>(age), customers,
                        growth.cohort(g, first, age), hidden.cohort(g, first, age)});
      }
    }
  }
  return rows;
}

/// Takes the figures out of rows that are withheld: all columns but the first ones, which say what it is.
template <class Row>
TidyTable without_withheld(TidyTable table, const std::vector<Row>& rows, std::size_t names) {
  for (std::size_t c = names; c < table.columns.size(); ++c) {
    auto& cells = table.columns[c].cells;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].is_withheld) continue;
      if (auto* counts = std::get_if<std::vector<std::int64_t>>(&cells)) (*counts)[i] = no_count;
      if (auto* figures = std::get_if<std::vector<double>>(&cells)) (*figures)[i] = core::not_a_number;
    }
  }
  return table;
}

}  // namespace

TidyTable retention_table(const behavior::Growth& growth, const GrowthNames& names,
                          const behavior::WithheldGrowth& hidden) {
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
  const auto rows = period_rows(growth, names, hidden);
  TableOf<PeriodRow> table(rows);
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
  return without_withheld(table.table(), rows, 2);
}

TidyTable cohorts_table(const behavior::Growth& growth, const GrowthNames& names,
                        const behavior::WithheldGrowth& hidden) {
  const auto unit = static_cast<double>(names.unit);
  const auto rows = cohort_rows(growth, names, hidden);
  TableOf<CohortRow> table(rows);
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
  return without_withheld(table.table(), rows, 3);
}

std::string retention_text(const behavior::Growth& growth, const GrowthNames& names,
                           const behavior::WithheldGrowth& hidden) {
  constexpr std::size_t most_told = 13;
  auto text = fmt::format("\n{:<9}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}\n", spec::to_string(names.period),
                          "active", "retention", "new", "returned", "lapsed");
  const auto first = growth.periods() > most_told ? growth.periods() - most_told : 0;
  const auto rows = period_rows(growth, names, hidden);  // everybody's come first
  for (std::size_t p = first; p < growth.periods(); ++p) {
    const auto& row = rows[p];
    if (row.is_withheld) {
      text += fmt::format("{:<9}  {:>10}\n", row.period, "withheld");
      continue;
    }
    text += fmt::format("{:<9}  {:>10}", row.period, row.now.active);
    if (!row.is_first)
      text += fmt::format("  {:>9.1f}%  {:>10}  {:>10}  {:>10}", 100 * retention_of(row), row.now.fresh,
                          row.now.reactivated, row.now.lapsed);
    text += "\n";
  }
  return text;
}

}  // namespace psychograph::runs

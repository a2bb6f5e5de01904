#include "runs/behavior_tables.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "core/figure.hpp"
#include "core/printable.hpp"

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

double share_of(const behavior::CodeCounts& counts, std::size_t i) {
  return counts.customers[i] == no_count ? core::not_a_number : core::share(counts.customers[i], counts.all);
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
    for (std::size_t i = 0; i < one.names.size(); ++i)
      rows.push_back({one.column, one.names[i], one.customers[i], share_of(one, i)});
  }
  return TableOf<Row>(std::move(rows))
      .add("column", [](const Row& row) { return row.column; })
      .add("name", [](const Row& row) { return row.name; })
      .add("customers", [](const Row& row) { return row.customers; })
      .add("share", [](const Row& row) { return row.share; })
      .table();
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
    text += fmt::format("\n{:<22}  {:>12}  {:>7}\n", core::printable(one.column), "customers", "share");
    for (std::size_t i = 0; i < one.names.size(); ++i) {
      if (one.customers[i] == 0) continue;
      text += fmt::format("{:<22}", core::printable(one.names[i]));
      text += one.customers[i] == no_count
                  ? fmt::format("  {:>12}\n", "withheld")
                  : fmt::format("  {:>12}  {:>6.2f}%\n", one.customers[i], 100 * share_of(one, i));
    }
  }
  return text;
}

}  // namespace psychograph::runs

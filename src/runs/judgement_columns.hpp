// Columns about judgements that several tables have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "evaluate/verdict.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::runs {

/// A segment of a judgement without error.
struct JudgedSegment {
  const evaluate::Judgement* judgement;
  std::size_t segment;
  std::int64_t customers;  ///< of all segments

  [[nodiscard]] std::int64_t size() const { return judgement->size[segment]; }
  /// NaN where stability was not asked for.
  [[nodiscard]] double jaccard() const;
  /// valid, doubtful or dissolves; empty where that is not known.
  [[nodiscard]] std::string validity() const;
  /// Whether it is; -1 where gaps were not looked for.
  [[nodiscard]] std::int64_t separated() const;
};

/// Of rows that have a `judged` segment.
template <class Row>
void add_segment_columns(results::TableOf<Row>& table) {
  table.add("segment", [](const Row& row) { return static_cast<std::int64_t>(row.judged.segment); })
      .add("customers", [](const Row& row) { return row.judged.size(); })
      .add("share",
           [](const Row& row) {
             return static_cast<double>(row.judged.size()) / static_cast<double>(row.judged.customers);
           })
      .add("jaccard", [](const Row& row) { return row.judged.jaccard(); })
      .add("validity", [](const Row& row) { return row.judged.validity(); })
      .add("separated", [](const Row& row) { return row.judged.separated(); });
}

/// Of rows that have a `border`.
template <class Row>
void add_border_columns(results::TableOf<Row>& table) {
  table.add("half_segment", [](const Row& row) { return row.border->a; })
      .add("other_half_segment", [](const Row& row) { return row.border->b; })
      .add("customers", [](const Row& row) { return row.border->customers; })
      .add("p", [](const Row& row) { return row.border->p; })
      .add("p_holm", [](const Row& row) { return row.border->p_holm; })
      .add("depth", [](const Row& row) { return row.border->depth; })
      .add("gap", [](const Row& row) { return std::int64_t{row.border->gap() ? 1 : 0}; });
}

/// The least of the segments'; NaN where there are none.
double least_jaccard(const evaluate::Judgement& judgement);
/// How many borders are gaps.
std::int64_t gaps(const evaluate::Judgement& judgement);

/// "0.91 (0.89 to 0.93)", or "-".
std::string agreement_in_words(const evaluate::Judgement& judgement);
/// "2 of 3", or "-" where gaps were not looked for.
std::string gaps_in_words(const evaluate::Judgement& judgement);
/// What a verdict means, in a sentence or two.
std::string meaning(const evaluate::Judgement& judgement);
/// What the columns of lines about judgements are.
std::string verdict_legend();

}  // namespace psychograph::runs

#include "runs/structure_tables.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/figure.hpp"
#include "core/printable.hpp"
#include "results/layout.hpp"
#include "runs/judgement_columns.hpp"

namespace psychograph::runs {
namespace {

using evaluate::Judgement;

struct SegmentRow {
  std::int64_t k;
  JudgedSegment judged;
};

results::TidyTable segment_table(const Structure& structure) {
  std::vector<SegmentRow> rows;
  for (const auto& judgement : structure.judgements) {
    for (std::size_t c = 0; c < judgement.size.size() && judgement.error.empty(); ++c)
      rows.push_back({judgement.k, {&judgement, c, structure.customers}});
  }
  results::TableOf table(std::move(rows));
  table.add("k", [](const auto& row) { return row.k; });
  add_segment_columns(table);
  return table.table();
}

struct PairRow {
  std::int64_t k, pair;
  double agreement;
};

results::TidyTable pair_table(const Structure& structure) {
  std::vector<PairRow> rows;
  for (const auto& judgement : structure.judgements) {
    std::int64_t pair = 0;
    for (const double agreement : judgement.stability.agreement)
      rows.push_back({judgement.k, pair++, agreement});
  }
  return results::TableOf(std::move(rows))
      .add("k", [](const PairRow& row) { return row.k; })
      .add("pair", [](const PairRow& row) { return row.pair; })
      .add("adjusted_rand", [](const PairRow& row) { return row.agreement; })
      .table();
}

struct BorderRow {
  std::int64_t k;
  const evaluate::Border* border;
};

results::TidyTable border_table(const std::vector<BorderRow>& rows) {
  results::TableOf table(rows);
  table.add("k", [](const auto& row) { return row.k; });
  add_border_columns(table);
  return table.table();
}

struct OriginRow {
  std::int64_t k, segment, next_k, next_segment, customers;
};

results::TidyTable origin_table(const Structure& structure) {
  std::vector<OriginRow> rows;
  const auto& judgements = structure.judgements;
  for (std::size_t i = 0; i < structure.origins.size(); ++i) {
    const auto& origin = structure.origins[i];
    for (std::size_t r = 0; r + 1 < origin.rows; ++r) {
      for (std::size_t c = 0; c + 1 < origin.columns; ++c) {
        if (origin.at(r, c) > 0)
          rows.push_back({judgements[i].k, static_cast<std::int64_t>(r), judgements[i + 1].k,
                          static_cast<std::int64_t>(c), origin.at(r, c)});
      }
    }
  }
  return results::TableOf(std::move(rows))
      .add("k", [](const auto& row) { return row.k; })
      .add("segment", [](const auto& row) { return row.segment; })
      .add("next_k", [](const auto& row) { return row.next_k; })
      .add("next_segment", [](const auto& row) { return row.next_segment; })
      .add("customers", [](const auto& row) { return row.customers; })
      .table();
}

results::TidyTable structure_table(const Structure& structure) {
  const auto recommended = evaluate::recommended(structure.judgements);
  const auto flag = [](bool value) { return std::int64_t{value ? 1 : 0}; };
  const auto if_there = [](const Judgement& one, auto figure) {
    return one.error.empty() ? figure : decltype(figure){core::not_a_number};
  };
  return results::TableOf(structure.judgements)
      .add("k", [](const auto& one) { return one.k; })
      .add("verdict",
           [](const auto& one) { return std::string(one.error.empty() ? to_string(one.verdict) : ""); })
      .add("recommended", [&](const auto& one) { return flag(recommended == one.k); })
      .add("stable", [&](const auto& one) { return flag(one.error.empty() && one.stable()); })
      .add("valid", [&](const auto& one) { return flag(one.error.empty() && one.valid()); })
      .add("separated", [&](const auto& one) { return flag(one.error.empty() && one.separated()); })
      .add("stability", [&](const auto& one) { return if_there(one, one.stability.mean); })
      .add("stability_low", [&](const auto& one) { return if_there(one, one.stability.interval.low); })
      .add("stability_high", [&](const auto& one) { return if_there(one, one.stability.interval.high); })
      .add("least_jaccard", [](const auto& one) { return least_jaccard(one); })
      .add("borders", [](const auto& one) { return static_cast<std::int64_t>(one.borders.size()); })
      .add("gaps", [](const auto& one) { return gaps(one); })
      .add("smallest_share", [&](const auto& one) { return if_there(one, one.smallest_share()); })
      .add("reference_gap", [&](const auto& one) { return if_there(one, one.gap); })
      .add("reference_error", [&](const auto& one) { return if_there(one, one.gap_error); })
      .add("objective", [&](const auto& one) { return if_there(one, one.fitted.objective); })
      .add("inertia", [&](const auto& one) { return if_there(one, one.inertia); })
      .add("starts", [](const auto& one) { return one.fitted.starts; })
      .add("reached", [](const auto& one) { return one.fitted.reached; })
      .add("error", [](const auto& one) { return one.error; })
      .table();
}

std::string judgement_line(const Judgement& judgement) {
  if (!judgement.error.empty())
    return fmt::format("{:>4}  none: {}\n", judgement.k, core::printable(judgement.error));
  const auto beyond = std::isnan(judgement.gap_error)
                          ? std::string("-")
                          : fmt::format("{:+.1f} sd", judgement.gap / judgement.gap_error);
  return fmt::format("{:>4}  {:<12}  {:<21}  {:>11.2f}  {:>10}  {:>8.1f}%  {:>12}\n", judgement.k,
                     to_string(judgement.verdict), agreement_in_words(judgement), least_jaccard(judgement),
                     gaps_in_words(judgement), 100 * judgement.smallest_share(), beyond);
}

std::string recommendation(const Structure& structure) {
  const auto k = evaluate::recommended(structure.judgements);
  for (const auto& judgement : structure.judgements) {
    if (judgement.k == k) return fmt::format("Recommended: {} segments. {}\n", *k, meaning(judgement));
  }
  std::string text = "Recommended: no number. How many there are to be is a business choice.";
  bool small = false;
  for (const auto& judgement : structure.judgements) {
    if (judgement.verdict != evaluate::Verdict::reproducible) continue;
    small = true;
    text += fmt::format(
        " {} come again, but the smallest one holds {:.1f} % of customers, and at least {:.0f} % are wanted.",
        judgement.k, 100 * judgement.smallest_share(), 100 * evaluate::least_share);
  }
  if (!small) text += " Other samples of the same customers give other segments.";
  return text + '\n';
}

}  // namespace

void write_structure(io::OutputFile& file, const Structure& structure, std::int64_t min_cell) {
  namespace layout = results::layout;
  results::write_table(file, layout::quality_structure, structure_table(structure));
  results::write_table(file, layout::quality_segments, segment_table(structure));
  results::write_table(file, layout::quality_pairs, pair_table(structure));
  std::vector<BorderRow> borders;
  std::vector<std::int64_t> counts;
  for (const auto& judgement : structure.judgements) {
    for (const auto& border : judgement.borders) {
      borders.push_back({judgement.k, &border});
      counts.insert(counts.end(), border.counts.begin(), border.counts.end());
    }
  }
  if (!borders.empty()) results::write_table(file, layout::quality_borders, border_table(borders));
  if (min_cell == 0) {  // single customers would be counted
    if (!borders.empty())
      file.write_whole<std::int64_t>(
          layout::quality_border_counts,
          {static_cast<std::int64_t>(borders.size()), static_cast<std::int64_t>(evaluate::valley_bins)},
          counts);
    if (!structure.origins.empty())
      results::write_table(file, layout::quality_origins, origin_table(structure));
  }
  file.set_attribute(layout::quality_structure, "customers", structure.customers);
  file.set_attribute(layout::quality_structure, "pairs", structure.thoroughness.pairs);
  file.set_attribute(layout::quality_structure, "references", structure.thoroughness.references);
  file.set_attribute(layout::quality_structure, "recommended",
                     evaluate::recommended(structure.judgements).value_or(0));
  file.set_attribute(layout::quality_structure, "chosen", structure.chosen());
  file.set_attribute(layout::quality_structure, "words", recommendation(structure));
}

std::string in_words(const Structure& structure) {
  auto text =
      fmt::format("Is anything there? {} customers{}, {} pairs of samples, {} tables without segments\n\n",
                  structure.customers,
                  structure.customers < structure.among ? fmt::format(" of {}", structure.among) : "",
                  structure.thoroughness.pairs, structure.thoroughness.references);
  text += fmt::format("{:>4}  {:<12}  {:<21}  {:>11}  {:>10}  {:>9}  {:>12}\n", "k", "verdict",
                      "agreement (95 %)", "least kept", "gaps", "smallest", "against null");
  for (const auto& judgement : structure.judgements) text += judgement_line(judgement);
  text += '\n' + verdict_legend() + '\n';
  text += recommendation(structure);
  if (structure.names_alone)
    text +=
        "All columns are names or yes and no: gaps between segments can't be looked for, and none is "
        "natural.\n";
  if (!structure.skewed.empty()) {
    std::vector<std::string> names;
    for (const auto& name : structure.skewed) names.push_back(core::printable(name));
    text += fmt::format("A few large values stretch {}: transform = \"log1p\" may show more.\n",
                        fmt::join(names, ", "));
  }
  return text;
}

}  // namespace psychograph::runs

#include "runs/structure.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "core/figure.hpp"
#include "core/printable.hpp"
#include "results/layout.hpp"

namespace psychograph::runs {
namespace {

using evaluate::Judgement;

/// Names of those features that a transform may still be given to.
std::vector<std::string> skewed_features(const features::Schema& schema,
                                         const std::vector<std::size_t>& places) {
  std::vector<std::string> names;
  for (const auto place : places) {
    const auto& fitted = schema.features[place];
    const bool can_be_told = fitted.feature.transform == spec::Transform::none &&
                             !fitted.feature.composite() && fitted.statistics.min >= 0;
    if (can_be_told) names.push_back(fitted.feature.name);
  }
  return names;
}

std::int64_t gaps(const Judgement& judgement) {
  return std::count_if(judgement.borders.begin(), judgement.borders.end(),
                       [](const auto& border) { return border.gap(); });
}

double least_jaccard(const Judgement& judgement) {
  const auto& all = judgement.stability.jaccard;
  return all.empty() ? core::not_a_number : *std::min_element(all.begin(), all.end());
}

/// A segment of a judgement.
struct SegmentRow {
  const Judgement* judgement;
  std::int64_t segment;
  [[nodiscard]] std::size_t at() const { return static_cast<std::size_t>(segment); }
};

results::TidyTable segment_table(const Structure& structure) {
  std::vector<SegmentRow> rows;
  for (const auto& judgement : structure.judgements) {
    for (std::int64_t c = 0; judgement.error.empty() && c < judgement.k; ++c) rows.push_back({&judgement, c});
  }
  const auto jaccard = [](const SegmentRow& row) {
    const auto& all = row.judgement->stability.jaccard;
    return all.empty() ? core::not_a_number : all[row.at()];
  };
  const auto all = static_cast<double>(structure.customers);
  return results::TableOf(std::move(rows))
      .add("k", [](const auto& row) { return row.judgement->k; })
      .add("segment", [](const auto& row) { return row.segment; })
      .add("customers", [](const auto& row) { return row.judgement->size[row.at()]; })
      .add("share", [&](const auto& row) { return static_cast<double>(row.judgement->size[row.at()]) / all; })
      .add("jaccard", jaccard)
      .add("validity",
           [&](const auto& row) {
             const double found = jaccard(row);
             return std::string(std::isnan(found)                   ? ""
                                : found >= evaluate::least_valid    ? "valid"
                                : found >= evaluate::least_doubtful ? "doubtful"
                                                                    : "dissolves");
           })
      .add("separated",
           [](const auto& row) {
             const auto& half = row.judgement->half;
             return half.empty() ? results::no_count
                                 : std::int64_t{row.judgement->separated(half[row.at()]) ? 1 : 0};
           })
      .table();
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
  return results::TableOf(rows)
      .add("k", [](const auto& row) { return row.k; })
      .add("half_segment", [](const auto& row) { return row.border->a; })
      .add("other_half_segment", [](const auto& row) { return row.border->b; })
      .add("customers", [](const auto& row) { return row.border->customers; })
      .add("p", [](const auto& row) { return row.border->p; })
      .add("p_holm", [](const auto& row) { return row.border->p_holm; })
      .add("depth", [](const auto& row) { return row.border->depth; })
      .add("gap", [](const auto& row) { return std::int64_t{row.border->gap() ? 1 : 0}; })
      .table();
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

std::string line_of(const Judgement& judgement) {
  if (!judgement.error.empty())
    return fmt::format("{:>4}  none: {}\n", judgement.k, core::printable(judgement.error));
  const auto& [low, high] = judgement.stability.interval;
  const auto agreement = fmt::format("{:.2f} ({:.2f} to {:.2f})", judgement.stability.mean, low, high);
  const auto borders = judgement.gaps_looked_for
                           ? fmt::format("{} of {}", gaps(judgement), judgement.borders.size())
                           : std::string("not sought");
  const auto beyond = std::isnan(judgement.gap_error)
                          ? std::string("-")
                          : fmt::format("{:+.1f} sd", judgement.gap / judgement.gap_error);
  return fmt::format("{:>4}  {:<12}  {:<21}  {:>11.2f}  {:>10}  {:>8.1f}%  {:>12}\n", judgement.k,
                     to_string(judgement.verdict), agreement, least_jaccard(judgement), borders,
                     100 * judgement.smallest_share(), beyond);
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

std::string meaning(const Judgement& judgement) {
  switch (judgement.verdict) {
    case evaluate::Verdict::natural:
      return "Other samples give the same ones, and there is a gap at every border between them: they are "
             "there.";
    case evaluate::Verdict::reproducible:
      if (!judgement.gaps_looked_for)
        return "Other samples give the same ones; whether there are gaps between them can't be seen in "
               "names.";
      if (judgement.borders.empty())
        return "Other samples give the same ones; too few customers lie between them to see whether there "
               "are gaps.";
      return judgement.beats_reference()
                 ? "Other samples give the same ones, but not every border between them has a gap that can "
                   "be shown: "
                   "denser regions, with customers in between."
                 : "Other samples give the same ones, but not every border between them has a gap that can "
                   "be shown: a "
                   "continuum, cut in the same place each time. Another number may serve as well.";
    case evaluate::Verdict::constructed:
      break;
  }
  return "Other samples give other ones: they are made, not found.";
}

std::string verdict_legend() {
  return "agreement: of pairs of samples (adjusted Rand index), stable from 0.80; least kept: what other "
         "samples "
         "leave of the\nworst segment (Jaccard), valid from 0.75; gaps: of borders between segments; against "
         "null: "
         "how much tighter than\ncustomers of the same margins and correlations without segments, in "
         "deviations of "
         "these.\nnatural: stable, valid, and a gap at every border; reproducible: stable and valid; "
         "constructed: "
         "neither\n";
}

std::int64_t Structure::chosen() const {
  if (const auto k = evaluate::recommended(judgements)) return *k;
  const Judgement* best = nullptr;
  for (const auto& judgement : judgements) {
    if (!judgement.error.empty()) continue;
    const bool small = judgement.smallest_share() < evaluate::least_share;
    const bool best_small = best != nullptr && best->smallest_share() < evaluate::least_share;
    const bool better = best == nullptr || (best_small && !small) ||
                        (best_small == small && judgement.stability.mean > best->stability.mean);
    if (better) best = &judgement;
  }
  return best->k;
}

Structure find_structure(const comm::Communicator& world, const kernel::Data& data,
                         const features::Schema& schema, const spec::Cluster& options, Reporter& reporter) {
  Structure found;
  found.thoroughness.seed = options.seed;
  found.among = data.global_rows;
  evaluate::Examination examination(world, data, found.thoroughness);
  found.customers = examination.customers().global_rows;
  found.names_alone = examination.names_alone();
  reporter.stage(fmt::format("looking for segments among {} customers: {} to {}, in {} pairs of samples",
                             found.customers, options.ks.front(), options.ks.back(),
                             found.thoroughness.pairs));
  auto own = options;
  own.ks.clear();
  std::vector<std::int32_t> before;
  for (const auto k : options.ks) {
    reporter.progress(fmt::format("{} segments", k),
                      static_cast<double>(found.judgements.size()) / static_cast<double>(options.ks.size()));
    own.k = k;
    found.judgements.push_back(examination.look(own));
    const auto& judgement = found.judgements.back();
    if (!judgement.error.empty()) {
      found.origins.push_back({});
      before.clear();
      continue;
    }
    auto places = examination.places(judgement);
    const auto last = cluster::centres(judgement.fitted.model).k();
    const bool follows = found.judgements.size() > 1 && found.judgements.end()[-2].error.empty();
    if (follows) {
      found.origins.back() = evaluate::overlap(
          world, before, static_cast<std::size_t>(found.judgements.end()[-2].k), places, last);
    }
    found.origins.push_back({});
    before = std::move(places);
  }
  found.origins.pop_back();
  const bool none = std::none_of(found.judgements.begin(), found.judgements.end(),
                                 [](const auto& judgement) { return judgement.error.empty(); });
  if (none) throw core::data_error(found.judgements.front().error);
  found.skewed = skewed_features(schema, examination.skewed());
  evaluate::judge(found.judgements);
  return found;
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
  for (const auto& judgement : structure.judgements) text += line_of(judgement);
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

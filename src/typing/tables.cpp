#include "typing/tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/figure.hpp"
#include "core/printable.hpp"
#include "stats/intervals.hpp"

namespace psychograph::typing {
namespace {

/// Of counts of which some may be withheld.
struct Share {
  double share = core::not_a_number;
  std::int64_t base = results::no_count;
};

Share share_right(const Confusion& confusion, std::size_t segment, bool of_actual) {
  std::int64_t base = 0;
  for (std::size_t other = 0; other < confusion.rows; ++other) {
    const auto count = of_actual ? confusion.at(segment, other) : confusion.at(other, segment);
    if (count == results::no_count) return {};
    base += count;
  }
  if (base == 0) return {core::not_a_number, 0};
  return {static_cast<double>(confusion.at(segment, segment)) / static_cast<double>(base), base};
}

/// The segment that is told worst; k where none can be said.
std::size_t worst_of(const Confusion& confusion) {
  std::size_t worst = confusion.rows;
  double lowest = 2;
  for (std::size_t g = 0; g < confusion.rows; ++g) {
    const auto recall = share_right(confusion, g, true).share;
    if (!(recall < lowest)) continue;
    lowest = recall;
    worst = g;
  }
  return worst;
}

const char* strength(double kappa) {
  if (!(kappa >= 0.2)) return "hardly tell the segments";
  if (kappa < 0.4) return "tell the segments a little";
  if (kappa < 0.6) return "tell the segments fairly";
  if (kappa < 0.8) return "tell the segments well";
  return "tell the segments very well";
}

}  // namespace

void coarsen(Step& step, std::int64_t min_cell, std::int64_t sampled) {
  const auto& counts = step.confusion->counts;
  if (std::find(counts.begin(), counts.end(), results::no_count) == counts.end()) return;
  step.coarse = true;
  const auto down = [&](double share, std::int64_t customers) {
    const double grain = static_cast<double>(min_cell) / static_cast<double>(customers);
    return std::min(1.0, grain * std::floor(share / grain));
  };
  step.accuracy = down(step.accuracy, step.customers);
  step.nested_accuracy = down(step.nested_accuracy, sampled);
}

results::TidyTable choice_table(const std::vector<Step>& steps, const Names& segments,
                                const insight::Codebook& codebook) {
  std::vector<std::int64_t> counts, bases, worst_ids;
  std::vector<std::string> columns, labels, worst_names;
  std::vector<double> accuracies, nested, kappas, recalls, largest, lows, highs;
  for (const auto& step : steps) {
    counts.push_back(static_cast<std::int64_t>(counts.size()) + 1);
    columns.push_back(step.column);
    labels.push_back(codebook.label(step.column));
    accuracies.push_back(step.accuracy);
    nested.push_back(step.nested_accuracy);
    kappas.push_back(step.coarse ? core::not_a_number : step.kappa);
    const auto worst = worst_of(*step.confusion);
    const bool none = worst == segments.ids.size();
    recalls.push_back(none ? core::not_a_number : share_right(*step.confusion, worst, true).share);
    worst_names.push_back(none ? "" : segments.names[worst]);
    worst_ids.push_back(none ? results::no_count : segments.ids[worst]);
    largest.push_back(step.largest_share);
    const auto interval = stats::wilson(step.accuracy, static_cast<double>(step.customers));
    lows.push_back(interval.low);
    highs.push_back(interval.high);
    bases.push_back(step.customers);
  }
  results::TidyTable table;
  table.add("questions", std::move(counts));
  table.add("question", std::move(columns));
  table.add("label", std::move(labels));
  table.add("accuracy", std::move(accuracies));
  table.add("accuracy_low", std::move(lows));
  table.add("accuracy_high", std::move(highs));
  table.add("nested_accuracy", std::move(nested));
  table.add("kappa", std::move(kappas));
  table.add("worst_recall", std::move(recalls));
  table.add("worst_segment", std::move(worst_names));
  table.add("worst_segment_id", std::move(worst_ids));
  table.add("largest_share", std::move(largest));
  table.add("base", std::move(bases));
  return table;
}

results::TidyTable recall_table(const std::vector<Step>& steps, const Names& segments) {
  std::vector<std::int64_t> questions, ids, bases;
  std::vector<std::string> names;
  std::vector<double> recalls, lows, highs, precisions;
  for (std::size_t q = 0; q < steps.size(); ++q) {
    for (std::size_t g = 0; g < segments.ids.size(); ++g) {
      const auto recall = share_right(*steps[q].confusion, g, true);
      const auto interval = stats::wilson(recall.share, static_cast<double>(recall.base));
      const bool told = !std::isnan(recall.share);
      questions.push_back(static_cast<std::int64_t>(q) + 1);
      names.push_back(segments.names[g]);
      ids.push_back(segments.ids[g]);
      bases.push_back(recall.base);
      recalls.push_back(recall.share);
      lows.push_back(told ? interval.low : core::not_a_number);
      highs.push_back(told ? interval.high : core::not_a_number);
      precisions.push_back(share_right(*steps[q].confusion, g, false).share);
    }
  }
  results::TidyTable table;
  table.add("questions", std::move(questions));
  table.add("segment", std::move(names));
  table.add("segment_id", std::move(ids));
  table.add("base", std::move(bases));
  table.add("recall", std::move(recalls));
  table.add("recall_low", std::move(lows));
  table.add("recall_high", std::move(highs));
  table.add("precision", std::move(precisions));
  return table;
}

results::TidyTable confusion_table(const Step& step, const Names& segments) {
  std::vector<std::string> actual, named;
  std::vector<std::int64_t> actual_ids, named_ids, customers;
  for (std::size_t a = 0; a < segments.ids.size(); ++a) {
    for (std::size_t b = 0; b < segments.ids.size(); ++b) {
      actual.push_back(segments.names[a]);
      actual_ids.push_back(segments.ids[a]);
      named.push_back(segments.names[b]);
      named_ids.push_back(segments.ids[b]);
      customers.push_back(step.confusion->at(a, b));
    }
  }
  results::TidyTable table;
  table.add("segment", std::move(actual));
  table.add("segment_id", std::move(actual_ids));
  table.add("named", std::move(named));
  table.add("named_id", std::move(named_ids));
  table.add("customers", std::move(customers));
  return table;
}

std::string in_words(const Step& step) {
  auto text = fmt::format(
      "These questions {}: {:.0f} % of the customers are named rightly; naming everybody for the "
      "largest segment would be right for {:.0f} %.",
      strength(step.kappa), 100 * step.accuracy, 100 * step.largest_share);
  if (!(step.kappa >= 0.2)) text += " Don't use them to say who is in which segment.";
  return text;
}

std::string summarise(const std::vector<Step>& steps, const Names& segments,
                      const insight::Codebook& codebook) {
  std::string text = fmt::format("{:>9}  {:>8}  {:>8}  {:>5}  {:>12}  {}\n", "questions", "right", "nested",
                                 "kappa", "worst recall", "question");
  for (std::size_t q = 0; q < steps.size(); ++q) {
    const auto& step = steps[q];
    const auto worst = worst_of(*step.confusion);
    const auto recall =
        worst == segments.ids.size()
            ? std::string("-")
            : fmt::format("{:.1f}% of {}", 100 * share_right(*step.confusion, worst, true).share,
                          segments.ids[worst]);
    const auto label = codebook.has(step.column)
                           ? fmt::format("{}: {}", step.column, codebook.label(step.column))
                           : step.column;
    text += fmt::format("{:>9}  {:>7.1f}%  {:>7.1f}%  {:>5}  {:>12}  {}\n", q + 1, 100 * step.accuracy,
                        100 * step.nested_accuracy,
                        step.coarse ? std::string("-") : fmt::format("{:.2f}", step.kappa), recall,
                        core::printable(label));
  }
  if (!steps.empty()) text += fmt::format("\n{}\n", in_words(steps.back()));
  return text;
}

}  // namespace psychograph::typing

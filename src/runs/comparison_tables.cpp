#include "runs/comparison_tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/figure.hpp"
#include "core/hash.hpp"
#include "runs/comparison_ranks.hpp"
#include "runs/judgement_columns.hpp"
#include "stats/intervals.hpp"

namespace psychograph::runs {
namespace {

using evaluate::Judgement;
using results::TableOf;

/// Of the segments' centres: the same where runs have found the same, to the bit.
std::string fingerprint(const Judgement& judgement) {
  std::string bytes;
  for (const double value : cluster::centres(judgement.fitted.model).values())
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  const auto hash = core::hash_text(bytes);
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

std::int64_t rows_compared(const RunRecord& record) {
  std::int64_t sum = 0;
  for (const auto& point : record.trace) sum += point.compared;
  return sum;
}

results::TidyTable run_table(const std::vector<DoneRun>& runs) {
  const auto there = [](const DoneRun& one) { return one.record.judgement.error.empty(); };
  const auto figure = [&](auto of) {
    return [of, there](const DoneRun& one) {
      return there(one) ? static_cast<double>(of(one.record.judgement)) : core::not_a_number;
    };
  };
  const auto stability = [&](auto of) {
    return [of, there](const DoneRun& one) {
      const auto& found = one.record.judgement.stability;
      return there(one) && !found.agreement.empty() ? static_cast<double>(of(found)) : core::not_a_number;
    };
  };
  const auto measured = [](const char* name) {
    return [name](const DoneRun& one) { return measure(one.record, name); };
  };
  return TableOf(runs)
      .add("id", [](const auto& one) { return one.run.id; })
      .add("algorithm", [](const auto& one) { return one.run.algorithm; })
      .add("k", [](const auto& one) { return one.run.options.k; })
      .add("seed", [](const auto& one) { return static_cast<std::int64_t>(one.run.options.seed); })
      .add("block", [](const auto& one) { return one.run.block; })
      .add("row", [](const auto& one) { return one.run.row; })
      .add("n", [](const auto& one) { return one.record.n; })
      .add("p", [](const auto& one) { return one.record.p; })
      .add("objective", figure([](const Judgement& one) { return one.fitted.objective; }))
      .add("inertia", measured("inertia"))
      .add("explained", measured("explained"))
      .add("silhouette", measured("silhouette"))
      .add("simplified_silhouette", measured("simplified_silhouette"))
      .add("calinski_harabasz", measured("calinski_harabasz"))
      .add("davies_bouldin", measured("davies_bouldin"))
      .add("bic", measured("bic"))
      .add("icl", measured("icl"))
      .add("stability", stability([](const auto& one) { return one.mean; }))
      .add("stability_low", stability([](const auto& one) { return one.interval.low; }))
      .add("stability_high", stability([](const auto& one) { return one.interval.high; }))
      .add("least_jaccard", [](const auto& one) { return least_jaccard(one.record.judgement); })
      .add("prediction_strength", [](const auto& one) { return one.record.prediction.mean; })
      .add("prediction_low", [](const auto& one) { return one.record.prediction.interval.low; })
      .add("prediction_high", [](const auto& one) { return one.record.prediction.interval.high; })
      .add("reference_gap",
           [&](const auto& one) {
             const auto& judgement = one.record.judgement;
             return there(one) && !std::isnan(judgement.gap_error) ? judgement.gap : core::not_a_number;
           })
      .add("reference_error", figure([](const Judgement& one) { return one.gap_error; }))
      .add("verdict", verdict_of)
      .add("iterations", [](const auto& one) { return one.record.judgement.fitted.iterations; })
      .add("converged", [](const auto& one) { return std::int64_t{one.record.judgement.fitted.converged}; })
      .add("starts", [](const auto& one) { return one.record.judgement.fitted.starts; })
      .add("reached", [](const auto& one) { return one.record.judgement.fitted.reached; })
      .add("fingerprint",
           [&](const auto& one) { return there(one) ? fingerprint(one.record.judgement) : std::string(); })
      .add("error", [](const auto& one) { return one.record.judgement.error; })
      .table();
}

struct PointRow {
  std::string id;
  TracePoint point;
};

std::vector<PointRow> points_of(const std::vector<DoneRun>& runs) {
  std::vector<PointRow> rows;
  for (const auto& one : runs) {
    for (const auto& point : one.record.trace) rows.push_back({one.run.id, point});
  }
  return rows;
}

results::TidyTable trace_table(const std::vector<DoneRun>& runs) {
  return TableOf(points_of(runs))
      .add("id", [](const auto& row) { return row.id; })
      .add("start", [](const auto& row) { return row.point.start; })
      .add("step", [](const auto& row) { return row.point.step; })
      .add("objective", [](const auto& row) { return row.point.objective; })
      .table();
}

struct SampleRow {
  std::string id;
  std::int64_t pair;
  double agreement;
};

results::TidyTable stability_table(const std::vector<DoneRun>& runs) {
  std::vector<SampleRow> rows;
  for (const auto& one : runs) {
    std::int64_t pair = 0;
    for (const double agreement : one.record.judgement.stability.agreement)
      rows.push_back({one.run.id, pair++, agreement});
  }
  return TableOf(std::move(rows))
      .add("id", [](const auto& row) { return row.id; })
      .add("pair", [](const auto& row) { return row.pair; })
      .add("adjusted_rand", [](const auto& row) { return row.agreement; })
      .table();
}

struct RunSegment {
  std::string id;
  JudgedSegment judged;
};

results::TidyTable run_segments(const std::vector<DoneRun>& runs) {
  std::vector<RunSegment> rows;
  for (const auto& one : runs) {
    const auto& judgement = one.record.judgement;
    for (std::size_t c = 0; c < judgement.size.size() && judgement.error.empty(); ++c)
      rows.push_back({one.run.id, {&judgement, c, one.record.n}});
  }
  TableOf table(std::move(rows));
  table.add("id", [](const auto& row) { return row.id; });
  add_segment_columns(table);
  return table.table();
}

struct RunBorder {
  std::string id;
  const evaluate::Border* border;
};

results::TidyTable run_borders(const std::vector<DoneRun>& runs) {
  std::vector<RunBorder> rows;
  for (const auto& one : runs) {
    for (const auto& border : one.record.judgement.borders) rows.push_back({one.run.id, &border});
  }
  TableOf table(std::move(rows));
  table.add("id", [](const auto& row) { return row.id; });
  add_border_columns(table);
  return table.table();
}

/// How much more stable one of two runs is, on the same samples.
struct DifferenceRow {
  std::string id, other;
  double difference;
  stats::Interval interval;
  std::int64_t pairs;
};

results::TidyTable difference_table(const Compared& compared) {
  std::vector<DifferenceRow> rows;
  for (const auto& pair : compared.pairs) {
    const auto& one = compared.runs[pair.one];
    const auto& other = compared.runs[pair.other];
    const auto& a = one.record.judgement.stability.agreement;
    const auto& b = other.record.judgement.stability.agreement;
    if (a.empty() || a.size() != b.size()) continue;
    const auto n = static_cast<double>(a.size());
    double mean = 0;
    for (std::size_t i = 0; i < a.size(); ++i) mean += (a[i] - b[i]) / n;
    double square = 0;
    for (std::size_t i = 0; i < a.size(); ++i) square += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
    rows.push_back({one.run.id, other.run.id, mean,
                    stats::mean_interval(mean, std::sqrt(square / (n - 1)), n),
                    static_cast<std::int64_t>(a.size())});
  }
  return TableOf(std::move(rows))
      .add("id", [](const auto& row) { return row.id; })
      .add("other", [](const auto& row) { return row.other; })
      .add("pairs", [](const auto& row) { return row.pairs; })
      .add("stability_difference", [](const auto& row) { return row.difference; })
      .add("low", [](const auto& row) { return row.interval.low; })
      .add("high", [](const auto& row) { return row.interval.high; })
      .table();
}

results::TidyTable agreement_table(const Compared& compared) {
  return TableOf(compared.pairs)
      .add("id", [&](const auto& pair) { return compared.runs[pair.one].run.id; })
      .add("other", [&](const auto& pair) { return compared.runs[pair.other].run.id; })
      .add("customers", [](const auto& pair) { return pair.agreement.customers; })
      .add("adjusted_rand", [](const auto& pair) { return pair.agreement.adjusted_rand; })
      .add("nmi_arithmetic", [](const auto& pair) { return pair.agreement.nmi_arithmetic; })
      .add("adjusted_information", [](const auto& pair) { return pair.agreement.adjusted_information; })
      .table();
}

struct RunOriginRow {
  std::string id, next;
  std::int64_t segment, next_segment, customers;
};

results::TidyTable run_origins(const Compared& compared) {
  std::vector<RunOriginRow> rows;
  for (const auto& origin : compared.origins) {
    for (std::size_t r = 0; r + 1 < origin.overlap.rows; ++r) {
      for (std::size_t c = 0; c + 1 < origin.overlap.columns; ++c) {
        if (origin.overlap.at(r, c) > 0)
          rows.push_back({compared.runs[origin.one].run.id, compared.runs[origin.next].run.id,
                          static_cast<std::int64_t>(r), static_cast<std::int64_t>(c),
                          origin.overlap.at(r, c)});
      }
    }
  }
  return TableOf(std::move(rows))
      .add("id", [](const auto& row) { return row.id; })
      .add("segment", [](const auto& row) { return row.segment; })
      .add("next", [](const auto& row) { return row.next; })
      .add("next_segment", [](const auto& row) { return row.next_segment; })
      .add("customers", [](const auto& row) { return row.customers; })
      .table();
}

results::TidyTable verdict_table(const std::vector<DoneRun>& runs) {
  struct Row {
    const PlannedRun* run;
    std::int64_t recommended;
    std::string words;
  };
  std::vector<Row> rows;
  for (const auto& [number, judgements] : by_series(runs)) {
    const auto first =
        std::find_if(runs.begin(), runs.end(), [&, n = number](const auto& one) { return one.series == n; });
    const auto k = evaluate::recommended(judgements);
    const auto best = std::find_if(judgements.begin(), judgements.end(),
                                   [&](const auto& one) { return k.has_value() && one.k == *k; });
    rows.push_back({&first->run, k.value_or(0),
                    best == judgements.end() ? "No number is recommended: how many is a business choice."
                                             : meaning(*best)});
  }
  return TableOf(std::move(rows))
      .add("algorithm", [](const auto& row) { return row.run->algorithm; })
      .add("seed", [](const auto& row) { return static_cast<std::int64_t>(row.run->options.seed); })
      .add("block", [](const auto& row) { return row.run->block; })
      .add("row", [](const auto& row) { return row.run->row; })
      .add("recommended", [](const auto& row) { return row.recommended; })
      .add("words", [](const auto& row) { return row.words; })
      .table();
}

}  // namespace

double measure(const RunRecord& record, const char* name) {
  for (const auto& one : record.measures) {
    if (one.name == name) return one.value;
  }
  return core::not_a_number;
}

std::string verdict_of(const DoneRun& done) {
  const auto& judgement = done.record.judgement;
  const bool judged = judgement.error.empty() && !judgement.stability.agreement.empty();
  return judged ? to_string(judgement.verdict) : "";
}

std::map<std::int64_t, std::vector<evaluate::Judgement>> by_series(const std::vector<DoneRun>& runs) {
  std::map<std::int64_t, std::vector<Judgement>> series;
  for (const auto& one : runs) series[one.series].push_back(one.record.judgement);
  return series;
}

void judge_series(std::vector<DoneRun>& runs) {
  for (auto& [number, judgements] : by_series(runs)) {
    evaluate::judge(judgements);
    auto next = judgements.begin();
    for (auto& one : runs) {
      if (one.series == number) one.record.judgement = std::move(*next++);
    }
  }
}

std::vector<NamedTable> tables(const Compared& compared, std::int64_t min_cell) {
  const auto& runs = compared.runs;
  std::vector<NamedTable> all{{"runs", run_table(runs)},
                              {"verdicts", verdict_table(runs)},
                              {"segments", run_segments(runs)},
                              {"stability", stability_table(runs)},
                              {"differences", difference_table(compared)},
                              {"agreement", agreement_table(compared)},
                              {"borders", run_borders(runs)},
                              {"trace", trace_table(runs)}};
  if (min_cell == 0) all.push_back({"origins", run_origins(compared)});
  for (auto& table : rank_tables(runs)) all.push_back(std::move(table));
  return all;
}

std::vector<NamedTable> volatile_tables(const Compared& compared) {
  return {{"timings", TableOf(compared.runs)
                          .add("id", [](const auto& one) { return one.run.id; })
                          .add("seconds", [](const auto& one) { return one.record.seconds; })
                          .add("rows_compared", [](const auto& one) { return rows_compared(one.record); })
                          .add("seconds_fitting", [](const auto& one) { return one.record.seconds_fitting; })
                          .table()},
          {"trace_seconds", TableOf(points_of(compared.runs))
                                .add("id", [](const auto& row) { return row.id; })
                                .add("start", [](const auto& row) { return row.point.start; })
                                .add("step", [](const auto& row) { return row.point.step; })
                                .add("rows_compared", [](const auto& row) { return row.point.compared; })
                                .add("seconds", [](const auto& row) { return row.point.seconds; })
                                .table()}};
}

}  // namespace psychograph::runs

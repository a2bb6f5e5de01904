// What `compare` has found, as tables.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evaluate/measures.hpp"
#include "evaluate/overlap.hpp"
#include "results/tidy_table.hpp"
#include "runs/comparison_design.hpp"
#include "runs/comparison_records.hpp"

namespace psychograph::runs {

struct DoneRun {
  PlannedRun run;
  RunRecord record;
  std::int64_t series = 0;  ///< runs that differ in k alone: they are judged together
};

/// Two runs that have found as many segments among the same customers.
struct RunPair {
  std::size_t one = 0;
  std::size_t other = 0;
  evaluate::Agreement agreement;
};

/// The segments of a run, and of the next larger one of its series.
struct RunOrigin {
  std::size_t one = 0;
  std::size_t next = 0;
  evaluate::Overlap overlap;
};

struct Compared {
  std::vector<DoneRun> runs;
  std::vector<RunPair> pairs;
  std::vector<RunOrigin> origins;
};

/// NaN where the run has no such measure.
double measure(const RunRecord& record, const char* name);
/// Empty where there is none.
std::string verdict_of(const DoneRun& done);
/// The judgements of each series, in the order of the runs.
std::map<std::int64_t, std::vector<evaluate::Judgement>> by_series(const std::vector<DoneRun>& runs);
/// Gives the runs of each series their verdicts.
void judge_series(std::vector<DoneRun>& runs);

/// A table, by its name below /comparison. Those of `volatile_tables` differ from one time to the next.
struct NamedTable {
  std::string name;
  results::TidyTable table;
};
/// With `min_cell` above 0 single customers are not counted: there are no origins.
std::vector<NamedTable> tables(const Compared& compared, std::int64_t min_cell);
std::vector<NamedTable> volatile_tables(const Compared& compared);

}  // namespace psychograph::runs

#include "runs/behavior_privacy.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "behavior/withheld_sum.hpp"
#include "results/stored_result.hpp"
#include "results/tidy_table.hpp"
#include "runs/stored_spec.hpp"

namespace psychograph::runs {
namespace {

using behavior::CodeCounts;
using behavior::SumCell;

/// A column's counts on their way out. Those who have no events stand in two columns of their block, and are
/// what its third one leaves of all customers.
struct Line {
  CodeCounts& counts;
  std::string block;                  ///< what begins the names of its columns
  std::optional<std::size_t> nobody;  ///< which of the names those have who have no events
  std::vector<SumCell> cells;
  bool total_is_withheld = false;

  [[nodiscard]] bool nobody_is_withheld() const { return nobody && cells[*nobody].withheld; }
};

Line line_of(CodeCounts& counts, std::int64_t min_cell) {
  Line line{counts, {}, std::nullopt, {}};
  for (const std::string name : {"rfm_segment", "state", "top_category"}) {
    if (!counts.column.ends_with(name)) continue;
    line.block = counts.column.substr(0, counts.column.size() - name.size());
    if (name == "rfm_segment") line.nobody = counts.names.size() - 1;
    if (name == "state") line.nobody = 0;
  }
  for (std::size_t i = 0; i < counts.customers.size(); ++i) {
    const auto count = counts.customers[i];
    line.cells.push_back({count, behavior::is_small(count, min_cell), i == line.nobody ? 1 : 0});
  }
  return line;
}

/// Withholds more of a line, until no sum tells what is withheld; whether there was any.
bool close(Line& line, std::int64_t min_cell) {
  bool any = false;
  while (const auto next = behavior::next_to_withhold(line.cells, line.total_is_withheld, min_cell)) {
    if (*next == line.cells.size()) break;  // there are no more customers than that
    any = line.cells[*next].withheld = true;
  }
  return any;
}

/// Where those without events are withheld in one column of a block, they are in the others.
bool follow(const Line& from, Line& to) {
  if (!from.nobody_is_withheld() || from.block != to.block) return false;
  bool& withheld = to.nobody ? to.cells[*to.nobody].withheld : to.total_is_withheld;
  return !std::exchange(withheld, true);
}

}  // namespace

std::int64_t read_min_cell(const comm::Communicator& world, const spec::Events& spec) {
  if (!spec.retention || spec.retention->segments.empty()) return spec.min_cell;
  const auto& path = spec.retention->segments;
  const auto stored = results::read_result(world, path);
  return std::max(spec.min_cell, parse_stored_spec(stored, path, {}).privacy.min_cell);
}

bool withhold_counts(std::vector<CodeCounts>& counts, std::int64_t min_cell) {
  std::vector<Line> lines;
  if (min_cell > 0) {
    for (auto& one : counts) lines.push_back(line_of(one, min_cell));
  }
  for (bool more = true; more;) {
    more = false;
    for (auto& line : lines) more = close(line, min_cell) || more;
    for (const auto& from : lines) {
      for (auto& to : lines) more = follow(from, to) || more;
    }
  }
  bool nobody = false;
  for (auto& line : lines) {
    nobody = nobody || line.nobody_is_withheld();
    if (line.total_is_withheld) line.counts.all = 0;
    for (std::size_t i = 0; i < line.cells.size(); ++i) {
      if (line.cells[i].withheld) line.counts.customers[i] = results::no_count;
    }
  }
  return nobody;
}

}  // namespace psychograph::runs

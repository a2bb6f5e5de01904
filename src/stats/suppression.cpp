#include "stats/suppression.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <deque>

namespace psychograph::stats {
namespace {

/// Rows and columns are nodes, the totals' among them. A cell is an arc that carries its count: an inner one
/// from its row to its column, a total the other way, so that as much comes to every node as leaves it.
class Circulation {
 public:
  Circulation(std::span<const std::int64_t> counts, std::size_t rows, std::size_t columns, std::int64_t range)
      : rows_(rows), columns_(columns), range_(range) {
    for (std::size_t r = 0; r <= rows; ++r) {
      for (std::size_t c = 0; c <= columns; ++c) {
        std::int64_t count = 0;
        for (std::size_t i = r == rows ? 0 : r; i < (r == rows ? rows : r + 1); ++i) {
          for (std::size_t j = c == columns ? 0 : c; j < (c == columns ? columns : c + 1); ++j)
            count += counts[i * columns + j];
        }
        const bool reversed = (r == rows) != (c == columns);
        const auto row = r;
        const auto column = rows + 1 + c;
        arcs_.push_back({reversed ? column : row, reversed ? row : column, count, r == rows && c == columns});
      }
    }
    at_.resize(rows + columns + 2);
    for (std::size_t a = 0; a < arcs_.size(); ++a) {
      at_[arcs_[a].from].push_back(a);
      at_[arcs_[a].to].push_back(a);
    }
    withheld_.assign(arcs_.size(), false);
    for (std::size_t a = 0; a < arcs_.size(); ++a)
      withheld_[a] = !arcs_[a].grand && arcs_[a].count > 0 && arcs_[a].count < range;
  }

  void protect_all() {
    for (bool all = false; !all;) {
      all = true;
      for (std::size_t a = 0; a < arcs_.size(); ++a) {
        while (withheld_[a] && !is_protected(a)) {
          if (!widen(a)) break;
          all = false;
        }
      }
    }
    helpless_.assign(arcs_.size(), false);
    for (std::size_t a = 0; a < arcs_.size(); ++a) helpless_[a] = withheld_[a] && !is_protected(a);
  }

  /// Tells again what need not be withheld, the largest counts first; then tries one in the place of two.
  void give_up_spare() {
    auto spare = added();
    std::stable_sort(spare.begin(), spare.end(),
                     [&](auto a, auto b) { return arcs_[a].count > arcs_[b].count; });
    for (const auto a : spare) {
      withheld_[a] = false;
      if (!all_protected()) withheld_[a] = true;
    }
    constexpr std::size_t few = 24;  // this many cells are worth trying all pairs of
    if (added().size() <= few && arcs_.size() <= 10 * few) {
      while (replace_two_by_one()) {
      }
    }
  }

  [[nodiscard]] const std::vector<bool>& withheld() const { return withheld_; }

 private:
  struct Arc {
    std::size_t from;
    std::size_t to;
    std::int64_t count;
    bool grand;
  };
  /// The next arc of a way, and whether it is gone along as it points.
  struct Step {
    std::size_t arc;
    bool forward;
  };

  [[nodiscard]] bool is_small(std::size_t a) const { return arcs_[a].count > 0 && arcs_[a].count < range_; }
  [[nodiscard]] bool may_be_withheld(std::size_t a) const { return arcs_[a].count > 0 && !arcs_[a].grand; }

  [[nodiscard]] std::vector<std::size_t> added() const {
    std::vector<std::size_t> found;
    for (std::size_t a = 0; a < arcs_.size(); ++a) {
      if (withheld_[a] && !is_small(a)) found.push_back(a);
    }
    return found;
  }

  /// What a way costs in cells that it would withhold, the smaller the better; totals last.
  [[nodiscard]] double cost(std::size_t a) const {
    if (withheld_[a]) return 0;
    const bool total = arcs_[a].from > rows_ || arcs_[a].from == rows_ || arcs_[a].to == rows_ + 1 + columns_;
    return (total ? 1000.0 : 1.0) +
           static_cast<double>(arcs_[a].count) / (1.0 + static_cast<double>(largest()));
  }
  [[nodiscard]] std::int64_t largest() const { return arcs_.back().count; }

  /// The cheapest way from one node to another that leaves arc `without` alone, over arcs on which `flow`
  /// leaves something to change; over withheld ones alone unless `any`. Empty where there is none.
  [[nodiscard]] std::vector<Step> find_way(std::size_t from, std::size_t to, std::size_t without,
                                           const std::vector<std::int64_t>& flow, bool any) const {
    const double never = std::numeric_limits<double>::infinity();
    std::vector<double> distance(at_.size(), never);
    std::vector<Step> came(at_.size());
    std::vector<bool> done(at_.size(), false);
    std::deque<std::size_t> waiting{from};
    distance[from] = 0;
    while (!waiting.empty()) {
      const auto place = any ? std::min_element(waiting.begin(), waiting.end(),
                                                [&](auto a, auto b) { return distance[a] < distance[b]; })
                             : waiting.begin();
      const auto node = *place;
      waiting.erase(place);
      if (done[node]) continue;
      done[node] = true;
      if (node == to) break;
      for (const auto a : at_[node]) {
        if (a == without || (!withheld_[a] && !(any && may_be_withheld(a)))) continue;
        const bool forward = arcs_[a].from == node;
        if (!forward && arcs_[a].count + flow[a] <= 0) continue;  // no count is negative
        const auto next = forward ? arcs_[a].to : arcs_[a].from;
        const double reached = distance[node] + cost(a);
        if (reached >= distance[next]) continue;
        distance[next] = reached;
        came[next] = {a, forward};
        waiting.push_back(next);
      }
    }
    std::vector<Step> way;
    if (distance[to] == never) return way;
    for (auto node = to; node != from;
         node = way.back().forward ? arcs_[way.back().arc].from : arcs_[way.back().arc].to)
      way.push_back(came[node]);
    return way;
  }

  /// How far the count of `a` could rise (or fall), at most by `most`, where only withheld ones change.
  [[nodiscard]] std::int64_t room(std::size_t a, bool up, std::int64_t most,
                                  std::vector<std::int64_t>& flow) const {
    flow.assign(arcs_.size(), 0);
    const auto from = up ? arcs_[a].to : arcs_[a].from;
    const auto to = up ? arcs_[a].from : arcs_[a].to;
    std::int64_t found = 0;
    while (found < most) {
      const auto way = find_way(from, to, a, flow, false);
      if (way.empty()) break;
      std::int64_t step = most - found;
      for (const auto& [arc, forward] : way) {
        if (!forward) step = std::min(step, arcs_[arc].count + flow[arc]);
      }
      for (const auto& [arc, forward] : way) flow[arc] += forward ? step : -step;
      found += step;
    }
    return found;
  }

  [[nodiscard]] bool is_protected(std::size_t a) const {
    std::vector<std::int64_t> flow;
    const auto up = room(a, true, range_, flow);
    if (up >= range_) return true;
    return up + room(a, false, std::min(range_ - up, arcs_[a].count), flow) >= range_;
  }

  [[nodiscard]] bool all_protected() const {
    for (std::size_t a = 0; a < arcs_.size(); ++a) {
      if (withheld_[a] && !helpless_[a] && !is_protected(a)) return false;
    }
    return true;
  }

  /// Withholds what lies on the cheapest way that gives `a` more room; false where there is none.
  bool widen(std::size_t a) {
    std::vector<std::int64_t> flow;
    (void)room(a, true, range_, flow);
    auto way = find_way(arcs_[a].to, arcs_[a].from, a, flow, true);
    std::vector<std::int64_t> down_flow;
    if (room(a, false, arcs_[a].count, down_flow) < arcs_[a].count) {
      const auto down = find_way(arcs_[a].from, arcs_[a].to, a, down_flow, true);
      if (!down.empty() && (way.empty() || cost_of(down) < cost_of(way))) way = down;
    }
    bool wider = false;
    for (const auto& step : way) {
      wider |= !withheld_[step.arc];
      withheld_[step.arc] = true;
    }
    return wider;
  }

  [[nodiscard]] double cost_of(const std::vector<Step>& way) const {
    return std::accumulate(way.begin(), way.end(), 0.0,
                           [&](double sum, const Step& step) { return sum + cost(step.arc); });
  }

  bool replace_two_by_one() {
    const auto spare = added();
    for (std::size_t i = 0; i < spare.size(); ++i) {
      for (std::size_t j = i + 1; j < spare.size(); ++j) {
        withheld_[spare[i]] = withheld_[spare[j]] = false;
        if (all_protected()) return true;
        for (std::size_t a = 0; a < arcs_.size(); ++a) {
          if (withheld_[a] || !may_be_withheld(a) || a == spare[i] || a == spare[j]) continue;
          withheld_[a] = true;
          if (all_protected()) return true;
          withheld_[a] = false;
        }
        withheld_[spare[i]] = withheld_[spare[j]] = true;
      }
    }
    return false;
  }

  std::size_t rows_;
  std::size_t columns_;
  std::int64_t range_;
  std::vector<Arc> arcs_;                     ///< [rows + 1, columns + 1]
  std::vector<std::vector<std::size_t>> at_;  ///< arcs of a node
  std::vector<bool> withheld_;
  std::vector<bool> helpless_;  ///< that no way at all gives the range
};

}  // namespace

Withheld withhold(std::span<const std::int64_t> counts, std::size_t rows, std::size_t columns,
                  std::int64_t min_cell) {
  // Of larger tables, if anything in them is small, nothing but the segments' totals is told: working out
  // what could be would take hours.
  constexpr std::size_t large = 5000;
  if (rows * columns > large &&
      std::any_of(counts.begin(), counts.end(), [&](auto count) { return count > 0 && count < min_cell; })) {
    Withheld all{rows, columns, std::vector<bool>((rows + 1) * (columns + 1), true)};
    for (std::size_t c = 0; c <= columns; ++c) all.cells[rows * (columns + 1) + c] = false;
    return all;
  }
  Circulation circulation(counts, rows, columns, min_cell);
  circulation.protect_all();
  circulation.give_up_spare();
  return {rows, columns, circulation.withheld()};
}

}  // namespace psychograph::stats

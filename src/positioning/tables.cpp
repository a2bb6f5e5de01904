#include "positioning/tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "results/row_columns.hpp"

namespace psychograph::positioning {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
/// Where two axes show less, a map misleads.
constexpr double least_shown = 0.6;

double on(const Points& points, std::size_t point, std::size_t axis) {
  return axis < points.axes ? points.at(point, axis) : none;
}

double contribution(const Points& points, std::size_t point, std::size_t axis) {
  return axis < points.axes ? points.contributions[point * points.axes + axis] : none;
}

std::int64_t sum_of(const insight::CountTable& table) {
  std::int64_t sum = 0;
  for (const auto count : table.counts) sum += count;
  return sum;
}

bool is_withheld(const insight::CountTable& table) {
  return std::find(table.counts.begin(), table.counts.end(), results::no_count) != table.counts.end();
}

/// Whether a count of the group is about few: who says something of a row, or says something, but not that.
bool tells_of_few(const insight::Gate& gate, const Image& image, std::size_t group) {
  for (std::size_t i = 0; i < image.rows(); ++i) {
    for (std::size_t j = 0; j < image.columns(); ++j) {
      const auto count = image.count(group, i, j);
      if (gate.is_small(count) || gate.is_small(image.base(group, i) - count)) return true;
    }
  }
  return false;
}

/// The doubt of a point is made of who says both of two things.
bool doubt_tells_of_few(const insight::Gate& gate, const Image& image, std::size_t group, std::size_t row) {
  if (!image.has_pairs() || gate.privacy().min_cell == 0) return false;
  for (std::size_t j = 0; j < image.columns(); ++j) {
    for (std::size_t l = 0; l < image.columns(); ++l) {
      const auto both = image.both(group, row, j, l);
      if (gate.is_small(both) || gate.is_small(image.count(group, row, j) - both)) return true;
    }
  }
  return false;
}

}  // namespace

std::string MapTables::name_of(std::int64_t segment) const {
  return segment < 0 ? "all" : segments_.names[static_cast<std::size_t>(segment)];
}

void MapTables::add_axes(const char* map, const std::vector<double>& inertias, double total) {
  double shown = 0;
  for (std::size_t axis = 0; axis < inertias.size(); ++axis) {
    axis_maps_.emplace_back(map);
    axes_.push_back(static_cast<std::int64_t>(axis) + 1);
    inertias_.push_back(inertias[axis]);
    shares_.push_back(inertias[axis] / total);
    if (axis < 2) shown += inertias[axis] / total;
  }
  words_.push_back(
      shown < least_shown
          ? fmt::format("The map of {} shows {:.0f} % of what sets them apart: points that are far "
                        "apart are, points that are close may not be.",
                        map, 100 * shown)
          : fmt::format("The map of {} shows {:.0f} % of what sets them apart.", map, 100 * shown));
}

void MapTables::add(const Components& components, const std::vector<std::string>& features) {
  add_axes(of_features, components.eigenvalues, static_cast<double>(features.size()));
  const bool flat = features.size() < 2;  // one feature, and no second axis
  const auto shown_of = [&](std::size_t j, std::size_t c) {
    const double loading = components.loading(j, c);
    return components.eigenvalues[c] * loading * loading;
  };
  for (std::size_t j = 0; j < features.size(); ++j) {
    const double x = components.loading(j, 0);
    const double y = flat ? none : components.loading(j, 1);
    points_.push_back({of_features, "feature", features[j], codebook_.label(features[j]), -1,
                       results::no_count, none, x, y, shown_of(j, 0) + (flat ? 0 : shown_of(j, 1)), x * x,
                       y * y, none, none, none});
  }
  for (std::size_t g = 0; g < segments_.ids.size(); ++g) {
    if (segments_.sizes[g] == 0) continue;
    double all = 0;
    for (std::size_t c = 0; c < features.size(); ++c) all += components.score(g, c) * components.score(g, c);
    const double x = components.score(g, 0);
    const double y = flat ? none : components.score(g, 1);
    points_.push_back({of_features, "segment", segments_.names[g], segments_.names[g],
                       static_cast<std::int64_t>(g), segments_.sizes[g], none, x, y,
                       (x * x + (flat ? 0 : y * y)) / all, none, none, components.doubts[3 * g],
                       flat ? none : components.doubts[3 * g + 1],
                       flat ? none : components.doubts[3 * g + 2]});
  }
}

void MapTables::add(const Correspondence& map, const Image& image, const Question& question) {
  const auto everybody = image.groups() - 1;
  const auto all = gate_.pass(image.table(everybody));
  add_deviations(*all, question, -1);
  // A map is made of all counts: where one of everybody's is withheld, its axes would tell it.
  if (is_withheld(*all)) {
    words_.emplace_back("So few people say some of it that the map of brands is withheld.");
    return;
  }
  add_axes(of_brands, map.inertias, map.total_inertia);
  const auto label = [&](const std::string& name, std::size_t cell) {
    return question.is_of_words() ? codebook_.label(question.cells[cell].feature.columns.front(), name)
                                  : name;
  };
  const bool bases_told = !tells_of_few(gate_, image, everybody);
  const auto doubt_of = [&](std::size_t group, std::size_t i) {
    return doubt_tells_of_few(gate_, image, group, i) ? std::array{none, none, none}
                                                      : doubt(image, map, group, i);
  };
  const auto add_point = [&](const Points& points, std::size_t i, const char* kind, const std::string& name,
                             const std::string& shown, std::int64_t base,
                             const std::array<double, 3>& doubt) {
    points_.push_back({of_brands, kind, name, shown, -1, base, points.mass[i], on(points, i, 0),
                       on(points, i, 1), points.quality[i], contribution(points, i, 0),
                       contribution(points, i, 1), doubt[0], doubt[1], doubt[2]});
  };
  for (std::size_t i = 0; i < image.rows(); ++i) {
    add_point(map.rows, i, "brand", question.rows[i], label(question.rows[i], 0),
              bases_told ? image.base(everybody, i) : results::no_count, doubt_of(everybody, i));
  }
  for (std::size_t j = 0; j < image.columns(); ++j)
    add_point(map.columns, j, "attribute", question.columns[j], label(question.columns[j], 1),
              results::no_count, {none, none, none});
  // Everybody less the other segments: one that is withheld alone would be told.
  for (std::size_t g = 0; g < everybody; ++g) {
    if (!tells_of_few(gate_, image, g)) continue;
    words_.back() += " So few people of some segments say some of it that it is not told by segment.";
    return;
  }
  for (std::size_t g = 0; g < everybody; ++g) {
    add_deviations(image.table(g), question, static_cast<std::int64_t>(g));
    for (std::size_t i = 0; i < image.rows(); ++i) {
      if (image.base(g, i) == 0) continue;
      std::vector<double> counts;
      for (std::size_t j = 0; j < image.columns(); ++j)
        counts.push_back(static_cast<double>(image.count(g, i, j)));
      const auto at = map.project(counts);
      const auto doubts = doubt_of(g, i);
      points_.push_back({of_brands, "brand in segment", question.rows[i], label(question.rows[i], 0),
                         static_cast<std::int64_t>(g), image.base(g, i), none, at.empty() ? none : at[0],
                         at.size() > 1 ? at[1] : none, none, none, none, doubts[0], doubts[1], doubts[2]});
    }
  }
}

void MapTables::add_deviations(const insight::CountTable& table, const Question& question,
                               std::int64_t segment) {
  const bool told = !is_withheld(table);
  const auto n = static_cast<double>(told ? sum_of(table) : 0);
  for (std::size_t i = 0; i < table.rows; ++i) {
    for (std::size_t j = 0; j < table.columns; ++j) {
      double row = 0;
      double column = 0;
      for (std::size_t l = 0; l < table.columns; ++l) row += static_cast<double>(table.at(i, l));
      for (std::size_t l = 0; l < table.rows; ++l) column += static_cast<double>(table.at(l, j));
      const double expected = told && n > 0 ? row * column / n : none;
      deviations_.push_back({question.rows[i], question.columns[j], segment, table.at(i, j), expected,
                             (static_cast<double>(table.at(i, j)) - expected) / std::sqrt(expected)});
    }
  }
}

Maps MapTables::finish() && {
  Maps maps;
  maps.words = std::move(words_);
  maps.axes.add("map", std::move(axis_maps_));
  maps.axes.add("axis", std::move(axes_));
  maps.axes.add("inertia", std::move(inertias_));
  maps.axes.add("share", std::move(shares_));
  const auto id_of = [&](const auto& row) {
    return row.segment < 0 ? results::no_count
                           : std::int64_t{segments_.ids[static_cast<std::size_t>(row.segment)]};
  };
  const auto segment_of = [&](const auto& row) { return name_of(row.segment); };
  results::RowColumns points(std::span<const Point>(points_), maps.points);
  points.add("map", &Point::map);
  points.add("kind", &Point::kind);
  points.add("name", &Point::name);
  points.add("label", &Point::label);
  points.add("segment", segment_of);
  points.add("segment_id", id_of);
  points.add("base", &Point::base);
  points.add("mass", &Point::mass);
  points.add("x", &Point::x);
  points.add("y", &Point::y);
  points.add("quality", &Point::quality);
  points.add("contribution_1", &Point::contribution_1);
  points.add("contribution_2", &Point::contribution_2);
  points.add("variance_x", &Point::xx);
  points.add("covariance", &Point::xy);
  points.add("variance_y", &Point::yy);
  results::RowColumns deviations(std::span<const Deviation>(deviations_), maps.deviations);
  deviations.add("brand", &Deviation::row);
  deviations.add("attribute", &Deviation::column);
  deviations.add("segment", segment_of);
  deviations.add("segment_id", id_of);
  deviations.add("count", &Deviation::count);
  deviations.add("expected", &Deviation::expected);
  deviations.add("deviation", &Deviation::deviation);
  return maps;
}

}  // namespace psychograph::positioning

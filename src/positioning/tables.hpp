// What is told of the maps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "insight/codebook.hpp"
#include "insight/gate.hpp"
#include "positioning/components.hpp"
#include "positioning/correspondence.hpp"
#include "positioning/image.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::positioning {

/// A map's name in the tables.
inline constexpr const char* of_features = "features";
inline constexpr const char* of_brands = "brands";

struct Segments {
  std::vector<std::int32_t> ids;    ///< [k]
  std::vector<std::string> names;   ///< [k]
  std::vector<std::int64_t> sizes;  ///< [k]
};

/// The three tables; columns: docs/positioning.md.
struct Maps {
  results::TidyTable axes;
  results::TidyTable points;
  results::TidyTable deviations;
  std::vector<std::string> words;  ///< what two axes can't show, by map
};

/// Grows map by map.
class MapTables {
 public:
  MapTables(const insight::Gate& gate, const insight::Codebook& codebook, const Segments& segments)
      : gate_(gate), codebook_(codebook), segments_(segments) {}

  /// `features`: their names [p].
  void add(const Components& components, const std::vector<std::string>& features);
  void add(const Correspondence& map, const Image& image, const Question& question);
  [[nodiscard]] Maps finish() &&;

 private:
  struct Point {
    const char* map = of_features;
    const char* kind = "";
    std::string name;
    std::string label;
    std::int64_t segment = -1;  ///< place; -1: everybody
    std::int64_t base = results::no_count;
    double mass, x, y, quality, contribution_1, contribution_2;
    double xx, xy, yy;
  };
  struct Deviation {
    std::string row, column;
    std::int64_t segment = -1;
    std::int64_t count = 0;
    double expected = 0;
    double deviation = 0;
  };
  void add_axes(const char* map, const std::vector<double>& inertias, double total);
  void add_deviations(const insight::CountTable& table, const Question& question, std::int64_t segment);
  [[nodiscard]] std::string name_of(std::int64_t segment) const;

  const insight::Gate& gate_;
  const insight::Codebook& codebook_;
  const Segments& segments_;
  std::vector<std::string> axis_maps_;
  std::vector<std::int64_t> axes_;
  std::vector<double> inertias_;
  std::vector<double> shares_;
  std::vector<Point> points_;
  std::vector<Deviation> deviations_;
  std::vector<std::string> words_;
};

}  // namespace psychograph::positioning

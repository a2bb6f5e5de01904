// How a campaign was laid out: its arms, the groups that it is told of, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "features/schema.hpp"

namespace psychograph::campaign {

/// What customers got. At most one of them is the control, who got nothing.
struct Arms {
  std::vector<std::string> names;
  std::optional<std::size_t> control;

  [[nodiscard]] std::size_t count() const { return names.size(); }
  [[nodiscard]] bool is_control(std::size_t arm) const { return control && *control == arm; }
};

/// Groups of customers by a column, or by segments; each customer is in one of them or in none.
struct Groups {
  std::string grouping;                  ///< the column's name; "segment"
  std::vector<std::string> names;        ///< [groups]
  std::span<const std::int32_t> places;  ///< [local rows] negative: in none

  [[nodiscard]] std::size_t count() const { return names.size(); }
};

/// The grouping of everybody, as one group.
inline constexpr const char* everybody = "all";

/// A column that is looked at: its statistics are of all rows.
struct Column {
  std::string name;
  const features::FittedFeature* fitted = nullptr;
};

}  // namespace psychograph::campaign

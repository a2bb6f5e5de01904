#include "features/schema.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace psychograph::features {

double transformed(spec::Transform transform, double value) {
  switch (transform) {
    case spec::Transform::log1p:
      return std::log1p(value);
    case spec::Transform::sqrt:
      return std::sqrt(value);
    case spec::Transform::none:
      break;
  }
  return value;
}

double transformed_back(spec::Transform transform, double value) {
  switch (transform) {
    case spec::Transform::log1p:
      return std::expm1(value);
    case spec::Transform::sqrt:
      return value * value;
    case spec::Transform::none:
      break;
  }
  return value;
}

void make_unit(std::vector<double>& row) {
  double square = 0;
  for (const double value : row) square += value * value;
  if (!(square > 0)) return;
  const double length = std::sqrt(square);
  for (double& value : row) value /= length;
}

std::size_t FittedFeature::width() const {
  if (!feature.clustered) return 0;
  return feature.kind == spec::Kind::categorical ? levels.size() : 1;
}

std::size_t Schema::width() const {
  std::size_t p = 0;
  for (const auto& fitted : features) p += fitted.width();
  return p;
}

std::vector<core::ColumnBlock> column_blocks(const Schema& schema) {
  std::vector<core::ColumnBlock> blocks;
  for (const auto& fitted : schema.features) {
    if (fitted.width() == 0) continue;
    blocks.push_back({fitted.first_column, fitted.width(), fitted.feature.kind == spec::Kind::categorical});
    auto& block = blocks.back();
    const auto kind = fitted.feature.kind;
    if (kind != spec::Kind::categorical && kind != spec::Kind::binary) continue;
    const bool numbers = !fitted.feature.leveled;
    const auto& statistics = fitted.statistics;
    const double step = fitted.factor * (numbers ? statistics.max - statistics.min : 1.0);
    block.step = static_cast<double>(static_cast<float>(step));  // as cells are
    if (fitted.width() > 1 && fitted.levels.back().missing) block.missing = fitted.levels.size() - 1;
    for (const double centre : fitted.centres)
      block.zeros.push_back((numbers ? (statistics.min - fitted.offset) * fitted.factor : 0.0) - centre);
  }
  return blocks;
}

std::vector<std::string> Schema::encoded_names() const {
  std::vector<std::string> names;
  for (const auto& fitted : features) {
    if (fitted.width() == 0) continue;
    if (!fitted.feature.leveled) {
      names.push_back(fitted.feature.name);
    } else if (fitted.feature.kind == spec::Kind::binary) {
      names.push_back(fmt::format("{}={}", fitted.feature.name, fitted.levels.back().name));
    } else {
      for (const auto& level : fitted.levels)
        names.push_back(fmt::format("{}={}", fitted.feature.name, level.name));
    }
  }
  return names;
}

std::vector<double> Schema::centres() const {
  std::vector<double> all;
  for (const auto& fitted : features) {
    if (fitted.width() > 0) all.insert(all.end(), fitted.centres.begin(), fitted.centres.end());
  }
  if (length > 0) std::fill(all.begin(), all.end(), 0.0);
  return all;
}

std::vector<double> Schema::to_user_units(const double* centred) const {
  std::vector<double> result;
  for (const auto& fitted : features) {
    for (std::size_t j = 0; j < fitted.width(); ++j) {
      const double cell = *centred++;
      const double encoded = length > 0 ? cell * length : cell + fitted.centres[j];
      const double value =
          transformed_back(fitted.feature.transform, encoded / fitted.factor + fitted.offset);
      result.push_back(fitted.feature.leveled ? std::clamp(value, 0.0, 1.0) : value);  // a share
    }
  }
  return result;
}

std::vector<double> Schema::to_centred(const double* user_units) const {
  std::vector<double> result;
  for (const auto& fitted : features) {
    for (std::size_t j = 0; j < fitted.width(); ++j) {
      const double value = transformed(fitted.feature.transform, *user_units++);
      const double encoded = (value - fitted.offset) * fitted.factor;
      result.push_back(length > 0 ? encoded : encoded - fitted.centres[j]);
    }
  }
  if (length > 0) make_unit(result);
  return result;
}

}  // namespace psychograph::features

#include "features/encoder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "comm/run_on_all_ranks.hpp"
#include "features/affine.hpp"

namespace psychograph::features {

Encoder::Encoder(const comm::Communicator& world, const io::Shard& shard, std::size_t width,
                 const Participation& participation)
    : participation_(participation), matrix_(comm::run_on_all_ranks(world, [&] {
        return core::FeatureMatrix(shard.local_rows(), width, shard.where());
      })) {}

void Encoder::write_numbers(const FittedFeature& fitted, std::size_t first, std::span<double> values) {
  const auto transform = fitted.feature.transform;
  for (double& value : values) value = std::isnan(value) ? fitted.fill : value;
  if (transform != spec::Transform::none) {
    for (double& value : values) value = transformed(transform, value);
  }
  write_scaled(fitted, first, values);
}

void Encoder::write_column(const FittedFeature& fitted, const LocalColumn& column) {
  column.for_each([&](std::size_t first, std::span<double> values) { write_scaled(fitted, first, values); });
}

void Encoder::write_scaled(const FittedFeature& fitted, std::size_t first, std::span<const double> values) {
  using core::tile_rows;
  const Affine affine{fitted.offset, fitted.factor, fitted.centres.front()};
  const auto write_singly = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (participation_.has(first + i)) matrix_.at(first + i, fitted.first_column) = affine(values[i]);
    }
  };
  if (!participation_.takes_part.empty()) return write_singly(0, values.size());
  const auto head = std::min(values.size(), (tile_rows - first % tile_rows) % tile_rows);
  const auto whole = (values.size() - head) / tile_rows * tile_rows;
  write_singly(0, head);
  if (whole > 0) {
    write_lines(values.subspan(head, whole), affine, &matrix_.at(first + head, fitted.first_column),
                matrix_.columns() * tile_rows);
  }
  write_singly(head + whole, values.size());
}

void Encoder::write_levels(const FittedFeature& fitted, std::size_t first,
                           std::span<const std::int32_t> levels) {
  const bool one_hot = fitted.feature.kind == spec::Kind::categorical;
  const auto known = fitted.levels.size();
  const auto missing = fitted.levels.back().missing ? known - 1
                       : fitted.feature.missing == spec::Missing::level
                           ? known
                           : static_cast<std::size_t>(fitted.fill);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (!participation_.has(first + i)) continue;
    const auto level = levels[i] < 0 ? missing : static_cast<std::size_t>(levels[i]);
    for (std::size_t j = 0; j < fitted.width(); ++j) {
      const bool on = one_hot ? j == level : level == 1;
      matrix_.at(first + i, fitted.first_column + j) =
          static_cast<float>((on ? fitted.factor : 0.0) - fitted.centres[j]);
    }
  }
}

}  // namespace psychograph::features

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
  if (column.value_counts() != nullptr) {
    column.for_each_stored([&](const io::RawBlock& block, std::span<const double> shown) {
      write_stored(fitted, block, shown);
    });
    return;
  }
  column.for_each([&](std::size_t first, std::span<double> values) { write_scaled(fitted, first, values); });
}

template <class Cell, class Lines>
void Encoder::write_tiles(const FittedFeature& fitted, std::size_t first, std::size_t count, const Cell& cell,
                          const Lines& lines) {
  using core::tile_rows;
  const auto write_singly = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (participation_.has(first + i)) matrix_.at(first + i, fitted.first_column) = cell(i);
    }
  };
  if (!participation_.takes_part.empty()) return write_singly(0, count);
  const auto head = std::min(count, (tile_rows - first % tile_rows) % tile_rows);
  const auto whole = (count - head) / tile_rows * tile_rows;
  write_singly(0, head);
  if (whole > 0)
    lines(head, whole, &matrix_.at(first + head, fitted.first_column), matrix_.columns() * tile_rows);
  write_singly(head + whole, count);
}

void Encoder::write_scaled(const FittedFeature& fitted, std::size_t first, std::span<const double> values) {
  const Affine affine{fitted.offset, fitted.factor, fitted.centres.front()};
  write_tiles(
      fitted, first, values.size(), [&](std::size_t i) { return affine(values[i]); },
      [&](std::size_t begin, std::size_t count, float* line, std::size_t stride) {
        write_lines(values.subspan(begin, count), affine, line, stride);
      });
}

void Encoder::write_stored(const FittedFeature& fitted, const io::RawBlock& block,
                           std::span<const double> shown) {
  const Affine affine{fitted.offset, fitted.factor, fitted.centres.front()};
  std::vector<float> encoded(shown.size());
  std::transform(shown.begin(), shown.end(), encoded.begin(), affine);
  const auto first = static_cast<std::size_t>(block.first);
  const auto write = [&](auto bits) {
    using Bits = decltype(bits);
    write_tiles(
        fitted, first, block.count, [&](std::size_t i) { return encoded[stored_bits<Bits>(block, i)]; },
        [&](std::size_t begin, std::size_t count, float* line, std::size_t stride) {
          const auto* const cells = block.data + begin * sizeof(Bits);
          look_up_lines(std::span(reinterpret_cast<const Bits*>(cells), count), encoded.data(), line, stride);
        });
  };
  block.type->size == 1 ? write(std::uint8_t{}) : write(std::uint16_t{});
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

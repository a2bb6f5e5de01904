#include "features/encode.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "core/row_memory.hpp"
#include "features/composite.hpp"
#include "features/encodable.hpp"
#include "features/encoder.hpp"
#include "features/fit.hpp"
#include "features/levels.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

/// Reads and encodes the given features, which are plain columns: all of some rows before the next rows, so
/// that each page of the matrix is written once.
void encode_columns(const io::Shard& shard, std::span<const FittedFeature* const> features,
                    Encoder& encoder) {
  std::vector<std::size_t> columns;
  std::vector<LevelReader> readers;
  for (const auto* fitted : features) {
    columns.push_back(*shard.table().find(fitted->feature.name));
    readers.emplace_back(shard.table(), fitted->feature, fitted->levels);
  }
  std::vector<double> values;
  std::vector<std::int32_t> levels;
  shard.read_by_rows(columns, [&](const io::RawBlock& block) {
    const auto i =
        static_cast<std::size_t>(std::find(columns.begin(), columns.end(), block.column) - columns.begin());
    const auto first = static_cast<std::size_t>(block.first);
    if (features[i]->feature.leveled) {
      levels.resize(block.count);
      readers[i].read(block, levels);
      encoder.write_levels(*features[i], first, levels);
    } else {
      values.resize(block.count);
      block_numbers(shard.table(), block, features[i]->feature, values);
      encoder.write_numbers(*features[i], first, values);
    }
  });
}

}  // namespace

core::FeatureMatrix encode(const comm::Communicator& world, const io::Shard& shard, const Schema& schema,
                           const Participation& participation) {
  require_encodable(world, shard, schema);
  Encoder encoder(world, shard, schema.width(), participation);
  std::vector<const FittedFeature*> columns;
  CompositeReader composites(shard);
  for (const auto& fitted : schema.features) {
    if (fitted.width() == 0) continue;
    if (fitted.feature.composite()) {
      auto values = composites.read(fitted.feature);
      encoder.write_numbers(fitted, 0, values);
    } else {
      columns.push_back(&fitted);
    }
  }
  encode_columns(shard, columns, encoder);
  return encoder.take();
}

Encoded fit_and_encode(const comm::Communicator& world, const io::Shard& shard,
                       const std::vector<Feature>& features, const Participation& participation) {
  // Where whole rows are read, they are kept while they are fitted, and take the memory that the matrix takes
  // then. In scratch, writing column after column would write all of the matrix again for each.
  if (shard.table().layout != io::Layout::columns || shard.where().is_scratch()) {
    auto schema = fit(world, shard, features, participation, Degenerate::fail);
    auto matrix = encode(world, shard, schema, participation);
    return {std::move(schema), std::move(matrix)};
  }
  std::optional<Encoder> encoder;
  const FitProgress progress{
      [&](const Schema& schema) { encoder.emplace(world, shard, schema.width(), participation); },
      [&](const FittedFeature& fitted, const LocalColumn& column) { encoder->write_column(fitted, column); }};
  auto schema = fit(world, shard, features, participation, Degenerate::fail, progress);
  require_encodable(world, shard, schema);
  std::vector<const FittedFeature*> leveled;
  for (const auto& fitted : schema.features) {
    if (fitted.feature.leveled && fitted.width() > 0) leveled.push_back(&fitted);
  }
  if (!leveled.empty()) encode_columns(shard, leveled, *encoder);
  return {std::move(schema), encoder->take()};
}

}  // namespace psychograph::features

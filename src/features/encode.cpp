#include "features/encode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "features/levels.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

class Encoding {
 public:
  Encoding(const comm::Communicator& world, const io::Shard& shard, const Schema& schema,
           const Participation& participation)
      : world_(world),
        shard_(shard),
        participation_(participation),
        matrix_(comm::run_on_all_ranks(
            world, [&] { return core::FeatureMatrix(shard.local_rows(), schema.width()); })),
        limit_(std::sqrt(std::numeric_limits<float>::max() /
                         (16.0 * static_cast<double>(std::max<std::size_t>(1, schema.width()))))) {}

  core::FeatureMatrix run(const Schema& schema) {
    for (const auto& fitted : schema.features) {
      if (fitted.width() == 0) continue;
      check_range(fitted);
      if (fitted.feature.construct) {
        const auto values = load_construct(shard_, fitted.feature);
        comm::run_on_all_ranks(world_, [&] { write_numbers(fitted, 0, values); });
      } else {
        by_column_.push_back(&fitted);
        columns_.push_back(*shard_.table().find(fitted.feature.name));
        readers_.emplace_back(shard_.table(), fitted.feature, fitted.levels);
      }
    }
    std::vector<double> values;
    std::vector<std::int32_t> levels;
    shard_.read(columns_, [&](const io::RawBlock& block) {
      const auto i = static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), block.column) -
                                              columns_.begin());
      const auto& fitted = *by_column_[i];
      if (fitted.feature.leveled) {
        levels.resize(block.count);
        readers_[i].read(block, levels);
        write_levels(fitted, static_cast<std::size_t>(block.first), levels);
      } else {
        values.resize(block.count);
        block_numbers(shard_.table(), block, fitted.feature.sentinels, values);
        write_numbers(fitted, static_cast<std::size_t>(block.first), values);
      }
    });
    return std::move(matrix_);
  }

 private:
  [[nodiscard]] bool takes_part(std::size_t row) const {
    return participation_.takes_part.empty() || participation_.takes_part[row] != 0;
  }

  void write_numbers(const FittedFeature& fitted, std::size_t first, std::span<const double> values) {
    const auto transform = fitted.feature.transform;
    const double centre = fitted.centres.front();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!takes_part(first + i)) continue;
      const double filled = std::isnan(values[i]) ? fitted.fill : values[i];
      const double value = (transformed(transform, filled) - fitted.offset) * fitted.factor - centre;
      matrix_.at(first + i, fitted.first_column) = static_cast<float>(value);
    }
  }

  void write_levels(const FittedFeature& fitted, std::size_t first, std::span<const std::int32_t> levels) {
    const bool one_hot = fitted.feature.kind == spec::Kind::categorical;
    const bool last_is_missing = fitted.levels.back().missing;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (!takes_part(first + i)) continue;
      auto level = static_cast<std::size_t>(levels[i]);
      if (levels[i] < 0)
        level = last_is_missing ? fitted.levels.size() - 1 : static_cast<std::size_t>(fitted.fill);
      for (std::size_t j = 0; j < fitted.width(); ++j) {
        const bool on = one_hot ? j == level : level == 1;
        matrix_.at(first + i, fitted.first_column + j) =
            static_cast<float>((on ? fitted.factor : 0.0) - fitted.centres[j]);
      }
    }
  }

  [[nodiscard]] double encoded(const FittedFeature& fitted, double value) const {
    return (transformed(fitted.feature.transform, value) - fitted.offset) * fitted.factor -
           fitted.centres.front();
  }

  /// All values lie between the extremes and the fill, so it is enough to look at these.
  void check_range(const FittedFeature& fitted) const {
    if (fitted.feature.leveled) return;
    const auto& s = fitted.statistics;
    const double extreme =
        std::abs(encoded(fitted, s.min)) > std::abs(encoded(fitted, s.max)) ? s.min : s.max;
    if (!(std::abs(encoded(fitted, extreme)) <= limit_)) fail_overflow(fitted, extreme);
    if (s.missing == 0 || std::abs(encoded(fitted, fitted.fill)) <= limit_) return;
    throw core::data_error(fmt::format(
        "{}: \"{}\": {}, which missing cells are filled with, is too far from the rest: its square "
        "overflows float; scale the feature",
        io::files_name(shard_.table()), fitted.feature.name, fitted.fill));
  }

  void fail_overflow(const FittedFeature& fitted, double extreme) const {
    const std::string what =
        fmt::format("{} is too large: its square overflows float; scale the feature", extreme);
    if (fitted.feature.construct) {
      throw core::data_error(
          fmt::format("{}: construct \"{}\": {}", io::files_name(shard_.table()), fitted.feature.name, what));
    }
    const Feature* feature = &fitted.feature;
    std::vector<std::vector<double>> columns;
    load_numbers(shard_, std::span(&feature, 1), columns);
    const auto& values = columns.front();
    const auto place = std::find(values.begin(), values.end(), extreme);
    const auto row =
        comm::min_over_ranks(world_, place == values.end() ? std::numeric_limits<std::int64_t>::max()
                                                           : shard_.rows().begin + (place - values.begin()));
    throw core::data_error(
        fmt::format("{}: {}", io::cell_name(shard_.table(), fitted.feature.name, row), what));
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  const Participation& participation_;
  core::FeatureMatrix matrix_;
  double limit_;
  std::vector<std::size_t> columns_;
  std::vector<const FittedFeature*> by_column_;
  std::vector<LevelReader> readers_;
};

}  // namespace

core::FeatureMatrix encode(const comm::Communicator& world, const io::Shard& shard, const Schema& schema,
                           const Participation& participation) {
  return Encoding(world, shard, schema, participation).run(schema);
}

}  // namespace psychograph::features

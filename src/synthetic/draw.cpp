#include "synthetic/draw.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace psychograph::synthetic {
namespace {

constexpr std::size_t strip_rows = 4096;
static_assert(strip_rows % core::draw_tile == 0);

std::size_t padded(std::size_t count) {
  return static_cast<std::size_t>(core::whole_draw_tiles(static_cast<std::int64_t>(count)));
}

/// By long doubles: for doubles the C library chooses another function where there are fused multiply-adds.
double exponential(double x) { return static_cast<double>(std::exp(static_cast<long double>(x))); }

/// The probabilities of 0, 1, ... under Poisson's law, to where the rest is below what a 32-bit word can
/// tell.
std::vector<double> poisson(double mean) {
  std::vector<double> probabilities = {exponential(-mean)};
  for (double level = 1; level <= mean || probabilities.back() > 0x1p-36; ++level) {
    probabilities.push_back(probabilities.back() * mean / level);
  }
  return probabilities;
}

/// Equal shares, tilted by e^(shift * score) where scores are evenly spaced with mean 0 and deviation 1.
std::vector<double> tilted(std::size_t categories, double shift) {
  const auto count = static_cast<double>(categories);
  const double spread = std::sqrt((count * count - 1) / 12);
  std::vector<double> shares(categories);
  for (std::size_t c = 0; c < categories; ++c) {
    shares[c] = exponential(shift * (static_cast<double>(c) - (count - 1) / 2) / spread);
  }
  return shares;
}

std::vector<double> level_weights(const Count& cell, double shift) {
  return poisson(cell.mean * exponential(shift / std::sqrt(cell.mean)));
}
std::vector<double> level_weights(const Category& cell, double shift) {
  return tilted(cell.names.size(), shift);
}

template <class Value>
void replace_where_below(std::span<const std::uint32_t> words, std::uint32_t bound, Value value,
                         std::size_t count, std::byte* out) {
  auto* cells = reinterpret_cast<Value*>(out);
  for (std::size_t i = 0; i < count; ++i) cells[i] = words[i] < bound ? value : cells[i];
}

double bounded_shift(const Table& table, float normal) {
  return std::clamp(table.shift_scale * static_cast<double>(normal), -table.largest_shift,
                    table.largest_shift);
}

/// Of the segment that is split off: a step to either side of the other's, the same length on every column so
/// that the two lie `separation` apart; to the other side where the bound would cut it short.
double split_shift(const Table& table, const Column& column) {
  std::vector<float> normals(core::draw_tile);
  core::draw_normals({table.request.seed, core::Purpose::generate_shift, column.shift}, 0, normals);
  const double origin = bounded_shift(table, normals[split_segment]);
  const auto bits =
      core::random_bits(table.request.seed, core::Purpose::generate_split_shift, column.shift, 0);
  double step = std::sqrt(2.0) * table.shift_scale * ((bits.first >> 63) != 0 ? 1 : -1);
  if (std::abs(origin + step) > table.largest_shift) step = -step;
  return std::clamp(origin + step, -table.largest_shift, table.largest_shift);
}

std::vector<float> planted_shifts(const Planted& planted, std::int64_t first_segment, std::int64_t count) {
  std::vector<float> shifts(static_cast<std::size_t>(count));
  const auto place = planted.segment - first_segment;
  if (place >= 0 && place < count) shifts[static_cast<std::size_t>(place)] = static_cast<float>(planted.by);
  return shifts;
}

}  // namespace

std::vector<float> draw_shifts(const Table& table, const Column& column, std::int64_t first_segment,
                               std::int64_t count) {
  if (column.planted) return planted_shifts(*column.planted, first_segment, count);
  std::vector<float> shifts(padded(static_cast<std::size_t>(count)));
  core::draw_normals({table.request.seed, core::Purpose::generate_shift, column.shift}, first_segment,
                     shifts);
  shifts.resize(static_cast<std::size_t>(count));
  for (auto& shift : shifts) shift = static_cast<float>(column.direction * bounded_shift(table, shift));
  const auto newest = table.request.segments;
  if (newest >= first_segment && newest < first_segment + count) {
    shifts[static_cast<std::size_t>(newest - first_segment)] =
        static_cast<float>(column.direction * split_shift(table, column));
  }
  return shifts;
}

ColumnCells::ColumnCells(const Table& table, const Column& column)
    : table_(table),
      column_(column),
      shifts_(draw_shifts(table, column, 0, table.segments)),
      latent_(strip_rows),
      trait_(strip_rows),
      words_(strip_rows) {
  std::visit(
      [&](const auto& cell) {
        if constexpr (requires { level_weights(cell, 0.0); }) {
          for (const float shift : shifts_) {
            levels_.emplace_back(level_weights(cell, static_cast<double>(shift)));
          }
        }
      },
      column.cell);
}

void ColumnCells::draw(std::span<const std::int64_t> tiles, std::span<const std::int32_t> segments,
                       std::byte* out) {
  for (std::size_t begin = 0; begin < segments.size(); begin += strip_rows) {
    const auto count = std::min(strip_rows, segments.size() - begin);
    const Strip strip{tiles.subspan(begin / core::draw_tile, padded(count) / core::draw_tile),
                      segments.subspan(begin, count), out + begin * cell_size(column_.cell)};
    std::visit([&](const auto& cell) { fill(cell, strip); }, column_.cell);
    if (table_.request.missing > 0) blank(strip);
  }
}

core::Sequence ColumnCells::sequence(core::Purpose purpose, std::uint32_t stream) const {
  return {table_.request.seed, purpose, stream};
}

/// The segment's shift, plus a normal of deviation 1 of which the share `correlation` is the trait's.
void ColumnCells::draw_latent(const Strip& strip, std::span<float> out) {
  core::draw_normals(sequence(core::Purpose::generate_value, column_.number), strip.tiles, out);
  const auto count = strip.segments.size();
  const double correlation = table_.request.correlation;
  if (correlation > 0) {
    const auto trait = std::span(trait_).first(out.size());
    core::draw_normals(sequence(core::Purpose::generate_trait, column_.trait), strip.tiles, trait);
    const auto common = static_cast<float>(column_.direction * std::sqrt(correlation));
    const auto own = static_cast<float>(std::sqrt(1 - correlation));
    for (std::size_t i = 0; i < count; ++i) out[i] = common * trait[i] + own * out[i];
  }
  for (std::size_t i = 0; i < count; ++i) out[i] += shifts_[static_cast<std::size_t>(strip.segments[i])];
}

void ColumnCells::fill(const Plain&, const Strip& strip) {
  draw_latent(strip, {reinterpret_cast<float*>(strip.out), padded(strip.segments.size())});
}

void ColumnCells::fill(const LogNormal& cell, const Strip& strip) {
  const std::span out(reinterpret_cast<float*>(strip.out), padded(strip.segments.size()));
  draw_latent(strip, out);
  const auto sigma = static_cast<float>(cell.sigma);
  const auto middle = static_cast<float>(std::log(static_cast<long double>(cell.median)));
  for (auto& value : out) value = middle + sigma * value;
  core::exponentiate(out);
}

void ColumnCells::fill(const Rounded& cell, const Strip& strip) {
  const auto count = strip.segments.size();
  draw_latent(strip, std::span(latent_).first(padded(count)));
  // Half a step higher, and then cut off: rounded.
  const auto mean = static_cast<float>(cell.mean + 0.5);
  const auto sd = static_cast<float>(cell.sd);
  const auto lowest = static_cast<float>(cell.lowest) + 0.5F;
  const auto highest = static_cast<float>(cell.highest) + 0.5F;
  auto* out = reinterpret_cast<std::int8_t*>(strip.out);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = std::min(std::max(mean + sd * latent_[i], lowest), highest);
    out[i] = static_cast<std::int8_t>(static_cast<int>(value));
  }
}

void ColumnCells::fill(const Count&, const Strip& strip) { draw_levels<std::int16_t>(strip); }
void ColumnCells::fill(const Category&, const Strip& strip) { draw_levels<std::int8_t>(strip); }

void ColumnCells::fill(const Flag& cell, const Strip& strip) {
  const auto count = strip.segments.size();
  core::draw_words(sequence(core::Purpose::generate_value, column_.number), strip.tiles,
                   std::span(words_).first(padded(count)));
  std::vector<std::uint32_t> bounds;
  for (const float shift : shifts_) {
    const double odds = cell.rate / (1 - cell.rate) * exponential(static_cast<double>(shift));
    bounds.push_back(static_cast<std::uint32_t>(cell.among * odds / (1 + odds) * 0x1p32));
  }
  auto* out = reinterpret_cast<std::int8_t*>(strip.out);
  for (std::size_t i = 0; i < count; ++i)
    out[i] = words_[i] < bounds[static_cast<std::size_t>(strip.segments[i])] ? 1 : 0;
}

void ColumnCells::fill(const Pulled& cell, const Strip& strip) {
  const auto count = strip.segments.size();
  const std::span out(reinterpret_cast<float*>(strip.out), padded(count));
  const auto trait = std::span(trait_).first(out.size());
  core::draw_normals(sequence(core::Purpose::generate_value, column_.number), strip.tiles, out);
  core::draw_normals(sequence(core::Purpose::generate_trait, column_.trait), strip.tiles, trait);
  const auto mean = static_cast<float>(cell.mean);
  for (std::size_t i = 0; i < count; ++i) {
    const double slope =
        cell.slope + static_cast<double>(shifts_[static_cast<std::size_t>(strip.segments[i])]);
    const auto common = static_cast<float>(cell.sd * slope);
    const auto own = static_cast<float>(cell.sd * std::sqrt(1 - slope * slope));
    out[i] = mean + common * trait[i] + own * out[i];
  }
}

template <class Code>
void ColumnCells::draw_levels(const Strip& strip) {
  const auto count = strip.segments.size();
  core::draw_words(sequence(core::Purpose::generate_value, column_.number), strip.tiles,
                   std::span(words_).first(padded(count)));
  auto* out = reinterpret_cast<Code*>(strip.out);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<Code>(levels_[static_cast<std::size_t>(strip.segments[i])](words_[i]));
  }
}

void ColumnCells::blank(const Strip& strip) {
  const auto count = strip.segments.size();
  const auto words = std::span(words_).first(padded(count));
  core::draw_words(sequence(core::Purpose::generate_missing, column_.number), strip.tiles, words);
  const auto bound = static_cast<std::uint32_t>(table_.request.missing * 0x1p32);
  if (std::holds_alternative<Category>(column_.cell)) {
    replace_where_below(words, bound, std::int8_t{-1}, count, strip.out);
  } else if (cell_size(column_.cell) == 1) {
    replace_where_below(words, bound, static_cast<std::int8_t>(missing_number), count, strip.out);
  } else if (std::holds_alternative<Count>(column_.cell)) {
    replace_where_below(words, bound, static_cast<std::int16_t>(missing_number), count, strip.out);
  } else {
    replace_where_below(words, bound, std::numeric_limits<float>::quiet_NaN(), count, strip.out);
  }
}

}  // namespace psychograph::synthetic

#include "kernel/row_order.hpp"

#include <algorithm>
#include <array>

#include "kernel/lead_buckets.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;

/// By new position: the old one. Stable.
void sorted_positions(std::span<const float> leads, std::span<std::uint16_t> from) {
  std::array<std::uint16_t, lead_buckets + 1> next{};
  for (const float lead : leads) ++next[bucket_of(lead) + 1];
  for (std::size_t b = 0; b < lead_buckets; ++b)
    next[b + 1] = static_cast<std::uint16_t>(next[b + 1] + next[b]);
  for (std::size_t i = 0; i < leads.size(); ++i)
    from[next[bucket_of(leads[i])]++] = static_cast<std::uint16_t>(i);
}

template <class T>
void lay_values(std::span<T> values, std::span<const std::uint16_t> from) {
  std::array<T, RowOrder::block_rows> before;
  std::copy(values.begin(), values.end(), before.begin());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = before[from[i]];
}

}  // namespace

RowOrder::RowOrder(core::FeatureMatrix& matrix)
    : matrix_(matrix),
      order_(matrix.tiles() * tile_rows, matrix.where()),
      block_(block_rows * matrix.columns()) {
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint16_t>(i % block_rows);
}

RowOrder::~RowOrder() { restore({}); }

void RowOrder::sort(const Leads& leads_of, Companions companions) {
  std::array<float, block_rows> leads{};
  std::array<std::uint16_t, block_rows> from{};
  for (std::size_t begin = 0; begin < order_.size(); begin += block_rows) {
    const auto count = std::min(block_rows, order_.size() - begin);
    matrix_.walk(begin / tile_rows);
    leads_of(begin, std::span(leads).first(count));
    sorted_positions(std::span(leads).first(count), from);
    lay(begin, std::span(from).first(count), companions);
  }
  sorted_ = true;
}

void RowOrder::restore(Companions companions) {
  if (!sorted_) return;
  std::array<std::uint16_t, block_rows> from{};
  for (std::size_t begin = 0; begin < order_.size(); begin += block_rows) {
    const auto count = std::min(block_rows, order_.size() - begin);
    matrix_.walk(begin / tile_rows);
    for (std::size_t i = 0; i < count; ++i) from[order_[begin + i]] = static_cast<std::uint16_t>(i);
    lay(begin, std::span(from).first(count), companions);
  }
  sorted_ = false;
}

void RowOrder::lay(std::size_t begin, std::span<const std::uint16_t> from, Companions companions) {
  lay_cells(begin, from);
  lay_values(std::span(order_).subspan(begin, from.size()), from);
  if (companions.labels.empty()) return;
  lay_values(companions.labels.subspan(begin, from.size()), from);
  lay_values(companions.deadlines.subspan(begin, from.size()), from);
}

void RowOrder::lay_cells(std::size_t begin, std::span<const std::uint16_t> from) {
  const std::size_t p = matrix_.columns();
  float* const cells = matrix_.tile(begin / tile_rows);
  std::copy_n(cells, from.size() * p, block_.begin());
  for (std::size_t t = 0; t < from.size(); t += tile_rows) {
    std::array<const float*, tile_rows> source{};
    for (std::size_t i = 0; i < tile_rows; ++i)
      source[i] = block_.data() + from[t + i] / tile_rows * tile_rows * p + from[t + i] % tile_rows;
    float* to = cells + t * p;
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < tile_rows; ++i) *to++ = source[i][j * tile_rows];
    }
  }
}

}  // namespace psychograph::kernel

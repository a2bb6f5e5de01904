#include "features/value_counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/figure.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

constexpr std::size_t lanes = 4;

/// Numbers of so many bytes, signed and unsigned ones, lie in [lowest, lowest + values).
struct Span {
  std::int64_t lowest;
  std::size_t values;
};
constexpr std::int64_t most_two_bytes_hold = 98304;
constexpr Span span_of(std::size_t bytes) {
  return bytes == 1 ? Span{-128, 384} : Span{-32768, most_two_bytes_hold};
}

/// A cell a lane: a count does not wait for its neighbour's, which often is the same.
template <class Bits>
void count_all(const io::RawBlock& block, std::uint32_t* found) {
  constexpr std::size_t values = std::size_t{1} << (8 * sizeof(Bits));
  std::size_t i = 0;
  for (; i + lanes <= block.count; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      ++found[lane * values + stored_bits<Bits>(block, i + lane)];
  }
  for (; i < block.count; ++i) ++found[stored_bits<Bits>(block, i)];
}

template <class Bits>
void count_some(const io::RawBlock& block, const std::uint8_t* takes_part, std::uint32_t* found) {
  for (std::size_t i = 0; i < block.count; ++i) found[stored_bits<Bits>(block, i)] += takes_part[i];
}

}  // namespace

bool ValueCounts::suits(const io::Shard& shard, const Feature& feature) {
  if (feature.composite() || feature.since) return false;
  const auto& table = shard.table();
  const auto& column = table.columns[*table.find(feature.name)];
  if (column.type != io::ColumnType::integer && column.type != io::ColumnType::enumeration) return false;
  const bool few_at_once = table.layout == io::Layout::columns;
  return column.bytes == 1 ||
         (column.bytes == 2 && few_at_once && shard.most_local_rows() >= most_two_bytes_hold);
}

ValueCounts::ValueCounts(const io::Shard& shard, const Participation& participation, const Feature& feature)
    : shard_(&shard),
      participation_(&participation),
      feature_(&feature),
      first_missing_(std::numeric_limits<std::int64_t>::max()),
      file_(shard.table().files.size()) {
  const auto& table = shard.table();
  counts_.assign(span_of(table.columns[*table.find(feature.name)].bytes).values + 1, 0);
}

void ValueCounts::add(const io::RawBlock& block) {
  const auto place_of = places(block);
  found_.assign(lanes * place_of.size(), 0);
  const auto first = static_cast<std::size_t>(block.first);
  const auto& takes_part = participation_->takes_part;
  const bool bytes = block.type->size == 1;
  if (takes_part.empty()) {
    bytes ? count_all<std::uint8_t>(block, found_.data()) : count_all<std::uint16_t>(block, found_.data());
  } else {
    bytes ? count_some<std::uint8_t>(block, &takes_part[first], found_.data())
          : count_some<std::uint16_t>(block, &takes_part[first], found_.data());
  }
  const auto missing_before = counts_.back();
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const auto* const found = found_.data() + lane * place_of.size();
    for (std::size_t i = 0; i < place_of.size(); ++i) counts_[place_of[i]] += found[i];
  }
  if (missing_before == 0 && counts_.back() > 0) find_first_missing(block, place_of);
}

void ValueCounts::find_first_missing(const io::RawBlock& block, std::span<const std::uint32_t> place_of) {
  const auto missing = counts_.size() - 1;
  for (std::size_t i = 0; i < block.count; ++i) {
    const std::size_t bits =
        block.type->size == 1 ? stored_bits<std::uint8_t>(block, i) : stored_bits<std::uint16_t>(block, i);
    const auto row = static_cast<std::size_t>(block.first) + i;
    if (place_of[bits] != missing || !participation_->has(row)) continue;
    first_missing_ = shard_->rows().begin + static_cast<std::int64_t>(row);
    return;
  }
}

std::span<const std::uint32_t> ValueCounts::places(const io::RawBlock& block) const {
  if (block.file == file_) return places_;
  std::vector<std::uint16_t> bits(std::size_t{1} << (8 * block.type->size));
  std::iota(bits.begin(), bits.end(), std::uint16_t{0});
  std::vector<std::uint8_t> narrow(bits.begin(), bits.end());
  auto every = block;
  every.first = 0;
  every.count = bits.size();
  every.stride = block.type->size;
  every.data = every.stride == 1 ? reinterpret_cast<const std::byte*>(narrow.data())
                                 : reinterpret_cast<const std::byte*>(bits.data());
  std::vector<double> numbers(bits.size());
  block_numbers(shard_->table(), every, *feature_, numbers);
  const auto lowest = span_of(shard_->table().columns[block.column].bytes).lowest;
  places_.resize(bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) {
    places_[i] = static_cast<std::uint32_t>(
        std::isnan(numbers[i]) ? counts_.size() - 1
                               : static_cast<std::size_t>(static_cast<std::int64_t>(numbers[i]) - lowest));
  }
  file_ = block.file;
  return places_;
}

double ValueCounts::shown_at(std::size_t place) const {
  const auto missing = counts_.size() - 1;
  if (place == missing) return filled_ ? *filled_ : core::not_a_number;
  const auto lowest = span_of(missing == span_of(1).values ? 1 : 2).lowest;
  return transformed(transform_, static_cast<double>(lowest + static_cast<std::int64_t>(place)));
}

stats::Extremes ValueCounts::extremes() const {
  stats::Extremes found;
  found.missing = static_cast<std::size_t>(missing());
  const auto values = std::span(counts_).first(counts_.size() - 1);
  const auto has_some = [](std::int64_t count) { return count > 0; };
  const auto first = std::find_if(values.begin(), values.end(), has_some);
  if (first != values.end()) {  // transforms rise
    const auto last = std::find_if(values.rbegin(), values.rend(), has_some).base() - 1;
    found.lowest = shown_at(static_cast<std::size_t>(first - values.begin()));
    found.highest = shown_at(static_cast<std::size_t>(last - values.begin()));
  }
  if (filled_ && counts_.back() > 0) {
    found.lowest = std::min(found.lowest, *filled_);
    found.highest = std::max(found.highest, *filled_);
  }
  return found;
}

std::int64_t ValueCounts::observed() const {
  return std::accumulate(counts_.begin(), counts_.end(), -missing());
}

std::vector<stats::Tally> ValueCounts::tallies(std::span<const std::int64_t> counts) const {
  std::vector<stats::Tally> found;
  for (std::size_t place = 0; place + 1 < counts.size(); ++place) {
    if (counts[place] > 0) found.push_back({shown_at(place), counts[place]});
  }
  if (!filled_ || counts.back() == 0) return found;
  const auto at = std::lower_bound(found.begin(), found.end(), *filled_,
                                   [](const auto& tally, double value) { return tally.value < value; });
  if (at != found.end() && at->value == *filled_) {
    at->count += counts.back();
  } else {
    found.insert(at, {*filled_, counts.back()});
  }
  return found;
}

void ValueCounts::fill_and_transform(double fill, spec::Transform transform) {
  transform_ = transform;
  filled_ = transformed(transform, fill);
}

std::span<const double> ValueCounts::shown(const io::RawBlock& block) const {
  const auto place_of = places(block);
  shown_.resize(place_of.size());
  for (std::size_t i = 0; i < place_of.size(); ++i) shown_[i] = shown_at(place_of[i]);
  return shown_;
}

}  // namespace psychograph::features

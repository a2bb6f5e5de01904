#include "kernel/labels.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <hwy/cache_control.h>

#include "kernel/row_batch.hpp"
#include "kernel/screen.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;

/// Costs, in comparisons of a row with a centroid; measured with 32 features, and little else with others.
constexpr std::int64_t gather_cost = 50;  ///< of a row
constexpr std::int64_t tile_cost =
    320;  ///< of bringing a tile's bytes into the core; comparing overlaps with it
constexpr std::int64_t sort_cost = 80;  ///< of a row that is laid in another place
constexpr double screen_cost = 0.52;    ///< of a row with a centroid by whole numbers
constexpr double screen_cost_row = 17;  ///< and of rounding it to these
constexpr std::int64_t wild = 2;  // in the first iterations the centroids fly, and nothing can be learned
constexpr auto rows_in_tile = static_cast<std::int64_t>(tile_rows);

/// Calls use(i) for every bit i that is set.
template <class Use>
void for_each_bit(std::uint32_t bits, Use use) {
  for (; bits != 0; bits &= bits - 1) use(static_cast<std::size_t>(std::countr_zero(bits)));
}

/// From rows that have to be looked at to labels, deadlines and sums.
class Pass {
 public:
  Pass(const Data& data, const PackedCentroids& centroids, core::RowVector<std::int32_t>& labels,
       Bounds* bounds, const RowOrder* order, CentroidSums& sums)
      : data_(data),
        centroids_(centroids),
        labels_(labels),
        bounds_(bounds),
        order_(order),
        sums_(sums),
        k_(static_cast<std::int64_t>(centroids.k())),
        batch_(data.matrix) {}

  /// `screen` may be null.
  void dense(Screen* screen) {
    const bool sampling = bounds_ != nullptr && bounds_->sampling();
    std::array<std::uint16_t, tiles_in_block> moved{};
    std::array<std::uint16_t, tiles_in_block> unsure{};
    for_each_block(data_.matrix, [&](std::size_t first, Tiles tiles) {
      // They arrive while the rows are compared.
      for (std::size_t t = 0; t < tiles.size(); ++t) hwy::Prefetch(labels_.data() + (first + t) * tile_rows);
      if (screen != nullptr) {
        screen->nearest(tiles, found_.data(), unsure.data());
      } else {
        nearest(tiles, centroids_, found_.data());
      }
      differing(found_.data(), labels_.data() + first * tile_rows, tiles.size(), moved.data());
      for (std::size_t t = 0; t < tiles.size(); ++t) {
        for_each_bit(unsure[t], [&](std::size_t i) { add_unsure_row((first + t) * tile_rows + i); });
        for_each_bit(static_cast<std::uint16_t>(moved[t] & ~unsure[t]), [&](std::size_t i) {
          take_label((first + t) * tile_rows + i, found_[t * tile_rows + i], tiles[t], i);
        });
      }
      work_.evaluated += static_cast<std::int64_t>(tiles.size() * tile_rows);
      move();
      if (!sampling) return;
      nearest_and_lead(tiles.first(1), centroids_, bounds_->square_radius(), found_.data(), leads_.data());
      bounds_->sample(std::span(leads_).first(tile_rows));
    });
    batch_.close();
    settle_unsure_rows();
  }

  void bounded() {
    constexpr std::size_t block = 64;
    std::array<std::uint16_t, block> rows{};
    // From so many rows on, comparing all 16 is cheaper than gathering.
    const auto many = rows_in_tile * k_ / (k_ + gather_cost) + 1;
    for (std::size_t first = 0; first < data_.matrix.tiles(); first += block) {
      const auto count = std::min(block, data_.matrix.tiles() - first);
      bounds_->overdue(labels_.data(), first, std::span(rows).first(count));
      for (std::size_t t = 0; t < count; ++t) {
        if (rows[t] == 0) continue;
        const std::int64_t overdue = std::popcount(rows[t]);
        detours_ += (rows_in_tile - overdue) * tile_cost / rows_in_tile;
        if (overdue >= many) {
          add_tile(first + t);
          detours_ += (rows_in_tile - overdue) * k_;
        } else {
          for_each_bit(rows[t], [&](std::size_t i) { add_row((first + t) * tile_rows + i); });
          detours_ += overdue * gather_cost;
        }
      }
    }
    batch_.close();
    flush();
  }

  [[nodiscard]] const Labels::Work& work() const { return work_; }
  /// Rows whose label the screen did not know.
  [[nodiscard]] std::int64_t unsure() const { return unsure_; }
  /// What rows in a better order would have saved, in comparisons of a row with a centroid.
  [[nodiscard]] std::int64_t detours() const { return detours_; }

 private:
  void add_unsure_row(std::size_t row) {
    batch_.add_row(row);
    if (batch_.full()) settle_unsure_rows();
  }

  void settle_unsure_rows() {
    const auto tiles = batch_.tiles();
    nearest(tiles, centroids_, settled_.data());
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      unsure_ += static_cast<std::int64_t>(batch_.rows_in(t));
      take_rows(t, settled_.data() + t * tile_rows);
    }
    move();
    batch_.clear();
  }

  void add_tile(std::size_t tile) {
    batch_.add_tile(tile);
    if (batch_.full()) flush();
  }

  void add_row(std::size_t row) {
    batch_.add_row(row);
    if (batch_.full()) flush();
  }

  /// Takes over what the kernel says of the batch.
  void flush() {
    const auto tiles = batch_.tiles();
    nearest_and_lead(tiles, centroids_, bounds_->square_radius(), found_.data(), leads_.data());
    bounds_->sample(std::span(leads_).first(tile_rows));
    bounds_->to_deadlines(found_.data(), tiles.size(), leads_.data());
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      if (batch_.whole(t)) {
        take_tile(t);
      } else {
        take_rows(t, found_.data() + t * tile_rows);
        for (std::size_t i = 0; i < batch_.rows_in(t); ++i)
          bounds_->deadlines()[batch_.row(t, i)] = leads_[t * tile_rows + i];
      }
      work_.evaluated += static_cast<std::int64_t>(batch_.rows_in(t));
    }
    move();
    batch_.clear();
  }

  void take_tile(std::size_t t) {
    const auto first = batch_.row(t, 0);
    std::uint16_t moved = 0;
    differing(found_.data() + t * tile_rows, labels_.data() + first, 1, &moved);
    for_each_bit(moved, [&](std::size_t i) {
      take_label(first + i, found_[t * tile_rows + i], batch_.tiles()[t], i);
    });
    std::copy_n(leads_.data() + t * tile_rows, tile_rows, bounds_->deadlines().data() + first);
  }

  /// The labels [16] of gathered rows.
  void take_rows(std::size_t t, const std::int32_t* labels) {
    for (std::size_t i = 0; i < batch_.rows_in(t); ++i) {
      const auto position = batch_.row(t, i);
      if (labels[i] != labels_[position]) take_label(position, labels[i], batch_.tiles()[t], i);
    }
  }

  /// The row at `position`; its cells are those of row i of a tile.
  void take_label(std::size_t position, std::int32_t label, const float* tile, std::size_t i) {
    const auto row = order_ == nullptr ? position : order_->row_at(position);
    if (row >= data_.local_rows() || data_.weight(row) <= 0) return;
    moves_.push_back({tile, data_.weight(row), static_cast<std::int32_t>(i), labels_[position], label});
    labels_[position] = label;
  }

  void move() {
    work_.moved += static_cast<std::int64_t>(moves_.size());
    sums_.move(moves_);
    moves_.clear();
  }

  static constexpr std::size_t batch_rows = std::max(tiles_in_block, RowBatch::capacity) * tile_rows;
  const Data& data_;
  const PackedCentroids& centroids_;
  core::RowVector<std::int32_t>& labels_;
  Bounds* bounds_;
  const RowOrder* order_;
  CentroidSums& sums_;
  std::int64_t k_;
  RowBatch batch_;
  std::array<std::int32_t, batch_rows> found_{};
  std::array<std::int32_t, RowBatch::capacity * tile_rows> settled_{};
  std::array<float, batch_rows> leads_{};
  std::vector<Move> moves_;
  Labels::Work work_;
  std::int64_t detours_ = 0;
  std::int64_t unsure_ = 0;
};

/// Rows that are longer than this count as long: twice the usual length.
double reach_of(const Data& data) { return 2 * std::sqrt(data.total_square / data.total_weight); }

}  // namespace

Labels::Labels(const Data& data, core::FeatureMatrix& matrix, std::size_t k, Search search)
    : data_(data), k_(k), search_(search), labels_(data.matrix.tiles() * tile_rows, -1, matrix.where()) {
  if (k == 1 || search == Search::dense) return;
  bounds_.emplace(labels_.size(), k, matrix.where());
  order_.emplace(matrix);
}

/// Decided anew for each iteration, from counts: what the bounds' rows would cost beside what all rows cost.
bool Labels::bounds_pay() const {
  if (!bounds_ || search_ == Search::bounded) return bounds_.has_value();
  if (updates_ < wild) return false;
  const auto k = static_cast<double>(k_);
  const double dense = screening_ && Screen::pays(k_)
                           ? screen_cost_row + screen_cost * k
                           : std::max(k, static_cast<double>(tile_cost) / tile_rows);
  // Most of the gathering is saved by sorting; finding the lead takes a little longer than finding the label.
  const double bounded = bounds_->expected_share() * 1.05 * (k + gather_cost / 3.0);
  return bounded < 0.8 * dense;
}

Labels::Work Labels::update(const PackedCentroids& centroids, CentroidSums& sums) {
  if (bounds_) bounds_->follow(centroids);
  const bool in_double = centroids.in_double().has_value();  // neither bounds nor whole numbers know of that
  const bool bounded = !in_double && bounds_pay();
  if (bounds_ && !bounded) bounds_->end();
  if (bounded && !bounds_->hold()) bounds_->begin();
  if (bounds_ && updates_ == wild - 1) bounds_->begin_sample();
  ++updates_;
  Pass pass(data_, centroids, labels_, bounds_ ? &*bounds_ : nullptr, order_ ? &*order_ : nullptr, sums);
  if (bounded) {
    pass.bounded();
    save_detours(pass.detours());
  } else {
    std::optional<Screen> screen;
    if (screening_ && !in_double && Screen::pays(k_)) screen.emplace(centroids, reach_of(data_));
    pass.dense(screen ? &*screen : nullptr);
    constexpr std::int64_t most = 3;  // one in so many: from there on it costs more than it saves
    if (pass.unsure() * most > static_cast<std::int64_t>(labels_.size())) screening_ = false;
  }
  return pass.work();
}

/// Sorts the rows once what that costs has been lost for want of it: never more than twice the least cost.
void Labels::save_detours(std::int64_t detours) {
  detours_ += detours;
  if (detours_ < sort_cost * static_cast<std::int64_t>(labels_.size())) return;
  order_->sort([&](std::size_t begin, std::span<float> leads) { bounds_->leads(labels_, begin, leads); },
               companions());
  detours_ = 0;
}

void Labels::restore_order() {
  if (order_) order_->restore(companions());
}

void Labels::set(std::size_t row, std::int32_t cluster, CentroidSums& sums) {
  const Move move{data_.matrix.tile(row / tile_rows), data_.weight(row),
                  static_cast<std::int32_t>(row % tile_rows), labels_[row], cluster};
  sums.move(std::span(&move, 1));
  labels_[row] = cluster;
  if (bounds_) bounds_->forget(row);
}

}  // namespace psychograph::kernel

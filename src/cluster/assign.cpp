#include "cluster/assign.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "cluster/posterior.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "kernel/distance.hpp"
#include "kernel/manhattan.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

using core::tile_rows;

double margin(double own, double other) {
  if (other <= 0) return 0;
  // Scores are float and distances double: at a near-tie the runner-up may be a hair nearer.
  return std::max(0.0, 1 - std::sqrt(own) / std::sqrt(other));
}

/// What one block of tiles says, before it is taken over row by row.
struct Block {
  explicit Block(std::size_t tiles) : labels(tiles * tile_rows), own(labels.size()) {}
  std::vector<std::int32_t> labels;
  std::vector<double> own;  ///< squared distances
};

/// Calls use(row, place in the block) for every local row of a block that takes part.
template <class Use>
void for_each_row(const kernel::Data& data, std::size_t first, std::size_t tiles, Use use) {
  const std::size_t begin = first * tile_rows;
  const std::size_t end = std::min(begin + tiles * tile_rows, data.local_rows());
  for (std::size_t row = begin; row < end; ++row) {
    if (data.weight(row) > 0) use(row, row - begin);
  }
}

/// The customers in each segment.
struct Nearest {
  std::vector<std::int64_t> size;       ///< [k] how many
  std::vector<std::int64_t> first_row;  ///< [k] the first one's; the largest int64 where there is none
};

/// Collective.
Nearest find_nearest(const comm::Communicator& world, const kernel::Data& data, const Model& model) {
  const Scorer scorer(model, data.blocks);
  Nearest found{std::vector<std::int64_t>(scorer.k(), 0),
                std::vector<std::int64_t>(scorer.k(), std::numeric_limits<std::int64_t>::max())};
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    Block block(tiles.size());
    scorer.best(tiles, block.labels.data());
    for_each_row(data, first, tiles.size(), [&](std::size_t row, std::size_t place) {
      if (block.labels[place] < 0) return;
      const auto c = static_cast<std::size_t>(block.labels[place]);
      if (found.size[c]++ == 0) found.first_row[c] = data.rows.begin + static_cast<std::int64_t>(row);
    });
  });
  comm::sum_over_ranks(world, found.size);
  comm::min_over_ranks(world, found.first_row);
  return found;
}

/// What centroids are worth to the customers whom `label` gives them, tiles by tiles. Collective.
template <class Label>
Worth worth_of(const comm::Communicator& world, const kernel::Data& data, const core::Centroids& centroids,
               Label label) {
  Worth worth{0, std::vector<std::int64_t>(centroids.k(), 0)};
  core::WideSums inertia(1);
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    Block block(tiles.size());
    label(tiles, block.labels.data());
    kernel::squares_from_own(tiles, centroids, block.labels.data(), block.own.data());
    for_each_row(data, first, tiles.size(), [&](std::size_t row, std::size_t place) {
      ++worth.size[static_cast<std::size_t>(block.labels[place])];
      inertia.add(0, data.weight(row) * block.own[place]);
    });
  });
  comm::sum_over_ranks(world, worth.size);
  comm::sum_over_ranks(world, inertia);
  worth.inertia = inertia.value(0);
  return worth;
}

/// Segments by falling size; ties: by first row. Collective.
std::vector<std::size_t> order_by_size(const comm::Communicator& world, const kernel::Data& data,
                                       const Model& model) {
  const auto found = find_nearest(world, data, model);
  const auto& size = found.size;
  const auto& first_row = found.first_row;
  std::vector<std::size_t> order(size.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return size[a] != size[b] ? size[a] > size[b] : first_row[a] < first_row[b];
  });
  return order;
}

/// A row at an exact tie goes to the lower number, so numbering anew can move it; a few rounds settle that.
/// Collective.
Model numbered_by_size(const comm::Communicator& world, const kernel::Data& data, Model model) {
  constexpr int most_rounds = 10;
  for (int round = 0; round < most_rounds; ++round) {
    const auto order = order_by_size(world, data, model);
    if (std::is_sorted(order.begin(), order.end())) break;
    model = arranged(model, order);
  }
  return model;
}

}  // namespace

core::RowVector<double> squared_distances(const core::FeatureMatrix& matrix, const core::Centroids& centroids,
                                          std::span<const std::int32_t> labels) {
  core::RowVector<double> result(matrix.tiles() * tile_rows, matrix.where());
  kernel::for_each_block(matrix, [&](std::size_t first, kernel::Tiles tiles) {
    kernel::squares_from_own(tiles, centroids, labels.data() + first * tile_rows,
                             result.data() + first * tile_rows);
  });
  return result;
}

core::RowVector<std::int32_t> nearest_labels(const core::FeatureMatrix& matrix,
                                             const core::Centroids& centroids) {
  const kernel::PackedCentroids packed(centroids);
  core::RowVector<std::int32_t> labels(matrix.tiles() * tile_rows, matrix.where());
  kernel::for_each_block(matrix, [&](std::size_t first, kernel::Tiles tiles) {
    kernel::nearest(tiles, packed, labels.data() + first * tile_rows);
  });
  return labels;
}

Worth measure_worth(const comm::Communicator& world, const kernel::Data& data,
                    const core::Centroids& centroids) {
  const kernel::PackedCentroids packed(centroids);
  return worth_of(world, data, centroids,
                  [&](kernel::Tiles tiles, std::int32_t* labels) { kernel::nearest(tiles, packed, labels); });
}

Worth measure_worth(const comm::Communicator& world, const kernel::Data& data, const CentroidModel& model) {
  if (model.parts.empty()) return measure_worth(world, data, model.centroids);
  const Scorer scorer(model, data.blocks);
  return worth_of(world, data, model.centroids,
                  [&](kernel::Tiles tiles, std::int32_t* labels) { scorer.best(tiles, labels); });
}

core::WideSums labelled_inertia(const comm::Communicator& world, const kernel::Data& data,
                                const core::Centroids& centroids, std::span<const std::int32_t> labels) {
  core::WideSums inertia(centroids.k());
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    Block block(tiles.size());
    kernel::squares_from_own(tiles, centroids, labels.data() + first * tile_rows, block.own.data());
    for_each_row(data, first, tiles.size(), [&](std::size_t row, std::size_t place) {
      inertia.add(static_cast<std::size_t>(labels[row]), data.weight(row) * block.own[place]);
    });
  });
  comm::sum_over_ranks(world, inertia);
  return inertia;
}

std::vector<std::int64_t> count_customers(const comm::Communicator& world, const kernel::Data& data,
                                          const Model& model) {
  return find_nearest(world, data, model).size;
}

void FigureSums::add(std::size_t segment, double weight, double square) {
  ++size_[segment];
  inertia_.add(segment, weight * square);
  if (weighted_) weight_.add(segment, weight);
}

void FigureSums::read_into(const comm::Communicator& world, Segments& segments) {
  comm::sum_over_ranks(world, size_);
  comm::sum_over_ranks(world, inertia_);
  comm::sum_over_ranks(world, weight_);
  segments.size = size_;
  segments.inertia.clear();
  segments.weight.clear();
  for (std::size_t c = 0; c < size_.size(); ++c) {
    segments.inertia.push_back(inertia_.value(c));
    segments.weight.push_back(weighted_ ? weight_.value(c) : static_cast<double>(size_[c]));
  }
  segments.total_inertia = inertia_.total();
}

double Segments::total_weight() const { return std::accumulate(weight.begin(), weight.end(), 0.0); }

std::vector<double> Segments::shares() const {
  const double total = total_weight();
  std::vector<double> shares;
  for (const double own : weight) shares.push_back(total > 0 ? own / total : 0.0);
  return shares;
}

void Assignment::set_nobody(std::size_t rows, std::size_t memberships, const core::RowMemory& where) {
  constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
  core::fill_rows(label, where, rows, -1);
  core::fill_rows(runner_up, where, rows, -1);
  core::fill_rows(distance, where, rows, not_a_number);
  core::fill_rows(margin, where, rows, not_a_number);
  core::fill_rows(membership, where, rows * memberships, not_a_number);
}

/// What is said of the rows of some tiles.
struct Scorer::Block {
  explicit Block(std::size_t tiles)
      : labels(tiles * tile_rows), others(labels.size()), own(labels.size()), other(labels.size()) {}
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> others;
  std::vector<double> own;  ///< squared distances
  std::vector<double> other;
  std::vector<double> inertia;  ///< what rows add to it, where these are not Euclidean
  std::vector<double> joint;
  Posteriors posteriors;
};

Scorer::Scorer(const Model& model, const std::vector<core::ColumnBlock>& blocks)
    : centroids_(centres(model)) {
  if (is_mixture(model)) {
    mixture_.emplace(model, blocks);
  } else {
    const auto& plain = std::get<CentroidModel>(model);
    packed_.emplace(centroids_);
    square_reach_ = plain.square_reach;
    metric_ = plain.metric;
    if (!plain.parts.empty()) parts_.emplace(plain.parts, k());
  }
}

void Scorer::best(kernel::Tiles tiles, std::int32_t* labels) const {
  if (metric_ == spec::Metric::manhattan) {
    Block block(tiles.size());
    find_nearest(tiles, block);
    std::copy(block.labels.begin(), block.labels.end(), labels);
    return;
  }
  if (parts_) {
    std::vector<std::int32_t> others(tiles.size() * tile_rows);
    parts_->find(tiles, labels, others.data());
    std::transform(labels, labels + tiles.size() * tile_rows, labels,
                   [&](std::int32_t part) { return parts_->segment(part); });
    return;
  }
  if (packed_) {
    kernel::nearest(tiles, *packed_, labels);
    if (std::isinf(square_reach_)) return;
    std::vector<double> squares(tiles.size() * tile_rows);
    kernel::squares_from_own(tiles, centroids_, labels, squares.data());
    for (std::size_t row = 0; row < squares.size(); ++row) {
      if (squares[row] > square_reach_) labels[row] = -1;
    }
    return;
  }
  Block block(tiles.size());
  find_likeliest(tiles, block);
  std::copy(block.labels.begin(), block.labels.end(), labels);
}

void Scorer::find_nearest(kernel::Tiles tiles, Block& block) const {
  if (metric_ == spec::Metric::manhattan) {
    kernel::manhattan_nearest_two(tiles, centroids_, block.labels.data(), block.others.data(),
                                  block.own.data(), block.other.data());
    for (auto* distances : {&block.own, &block.other}) {
      for (double& distance : *distances) distance *= distance;
    }
    block.inertia.resize(block.own.size());
    kernel::squares_from_own(tiles, centroids_, block.labels.data(), block.inertia.data());
    return;
  }
  if (parts_) {
    find_nearest_parts(tiles, block);
    return;
  }
  kernel::nearest_two(tiles, *packed_, block.labels.data(), block.others.data());
  kernel::squares_from_own(tiles, centroids_, block.labels.data(), block.own.data());
  kernel::squares_from_own(tiles, centroids_, block.others.data(), block.other.data());
}

/// Distances are from parts, and inertia is about the segments' own centroids.
void Scorer::find_nearest_parts(kernel::Tiles tiles, Block& block) const {
  parts_->find(tiles, block.labels.data(), block.others.data());
  kernel::squares_from_own(tiles, parts_->centroids(), block.labels.data(), block.own.data());
  kernel::squares_from_own(tiles, parts_->centroids(), block.others.data(), block.other.data());
  for (auto* numbers : {&block.labels, &block.others}) {
    for (auto& number : *numbers) number = number < 0 ? -1 : parts_->segment(number);
  }
  block.inertia.resize(block.own.size());
  kernel::squares_from_own(tiles, centroids_, block.labels.data(), block.inertia.data());
}

void Scorer::find_likeliest(kernel::Tiles tiles, Block& block) const {
  mixture_->log_joint(tiles, block.joint);
  block.posteriors.find(block.joint, k());
  const auto rows = block.labels.size();
  for (std::size_t row = 0; row < rows; ++row) {
    const auto joint = [&](std::int32_t c) { return block.joint[static_cast<std::size_t>(c) * rows + row]; };
    std::int32_t best = 0;
    std::int32_t second = -1;
    for (std::int32_t c = 1; c < static_cast<std::int32_t>(k()); ++c) {
      if (joint(c) > joint(best)) {
        second = best;
        best = c;
      } else if (second < 0 || joint(c) > joint(second)) {
        second = c;
      }
    }
    block.labels[row] = best;
    block.others[row] = second;
  }
  kernel::squares_from_own(tiles, centroids_, block.labels.data(), block.own.data());
}

void Scorer::assign(const core::FeatureMatrix& matrix, std::span<const double> weights,
                    Assignment& assignment, FigureSums& figures) const {
  kernel::for_each_block(matrix, [&](std::size_t first, kernel::Tiles tiles) {
    Block block(tiles.size());
    if (packed_) {
      find_nearest(tiles, block);
    } else {
      find_likeliest(tiles, block);
    }
    const std::size_t begin = first * tile_rows;
    const std::size_t end = std::min(begin + tiles.size() * tile_rows, matrix.rows());
    for (std::size_t row = begin; row < end; ++row) {
      const double weight = weights.empty() ? 1.0 : weights[row];
      if (!(weight > 0)) continue;
      const std::size_t place = row - begin;
      if (block.own[place] > square_reach_) {  // in no segment: the nearest one is told as a runner-up
        assignment.runner_up[row] = block.labels[place];
        assignment.distance[row] = static_cast<float>(std::sqrt(block.own[place]));
        continue;
      }
      assignment.label[row] = block.labels[place];
      assignment.runner_up[row] = block.others[place];
      assignment.distance[row] = static_cast<float>(std::sqrt(block.own[place]));
      if (block.others[place] < 0) {
        assignment.margin[row] = 1.0F;
      } else if (packed_) {
        assignment.margin[row] = static_cast<float>(margin(block.own[place], block.other[place]));
      } else {
        const auto part = [&](std::int32_t c) {
          return static_cast<double>(block.posteriors.part(place, static_cast<std::size_t>(c)));
        };
        assignment.margin[row] =
            static_cast<float>(1 - part(block.others[place]) / part(block.labels[place]));
      }
      for (std::size_t c = 0; c < memberships(); ++c) {
        assignment.membership[row * k() + c] =
            static_cast<float>(block.posteriors.part(place, c)) / static_cast<float>(Posteriors::whole);
      }
      figures.add(static_cast<std::size_t>(block.labels[place]), weight,
                  block.inertia.empty() ? block.own[place] : block.inertia[place]);
    }
  });
}

Segments assign_by_size(const comm::Communicator& world, const kernel::Data& data, Model model) {
  return assign_in_order(world, data, numbered_by_size(world, data, std::move(model)));
}

Segments assign_in_order(const comm::Communicator& world, const kernel::Data& data, Model model) {
  Segments result;
  result.model = std::move(model);
  const Scorer scorer(result.model, data.blocks);
  comm::run_on_all_ranks(world, [&] {
    result.assignment.set_nobody(data.local_rows(), scorer.memberships(), data.matrix.where());
  });
  FigureSums figures(result.centroids().k(), data.weighted);
  scorer.assign(data.matrix, data.weights, result.assignment, figures);
  figures.read_into(world, result);
  return result;
}

}  // namespace psychograph::cluster

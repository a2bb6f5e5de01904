#include "evaluate/reference.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Eigenvalues>
#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/run_on_all_ranks.hpp"
#include "core/draw.hpp"
#include "core/random.hpp"
#include "evaluate/normal_margins.hpp"
#include "kernel/some_rows.hpp"

namespace psychograph::evaluate {
namespace {

/// [columns][customers] of those with weight, in the order of the table. Collective.
std::vector<std::vector<float>> gather_columns(const comm::Communicator& world, const kernel::Data& data) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < data.local_rows(); ++row) {
    if (data.weight(row) > 0) rows.push_back(row);
  }
  const auto cells = kernel::gather_rows(world, data, rows);
  const auto p = data.matrix.columns();
  std::vector<std::vector<float>> columns(p, std::vector<float>(cells.size() / p));
  for (std::size_t i = 0; i < cells.size(); ++i) columns[i % p][i / p] = cells[i];
  return columns;
}

double correlation(const std::vector<float>& one, const std::vector<float>& other, double n) {
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const auto a = static_cast<double>(one[i]);
    const auto b = static_cast<double>(other[i]);
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const double spread = (xx - x * x / n) * (yy - y * y / n);
  return spread > 0 ? (xy - x * y / n) / std::sqrt(spread) : 0.0;
}

/// Each customer's place on the main axis of all columns: that of most variance, found by multiplying.
std::vector<double> main_axis(const std::vector<std::vector<float>>& columns) {
  const auto n = columns.front().size();
  std::vector<double> weights(columns.size());
  for (std::size_t j = 0; j < weights.size(); ++j) weights[j] = 1 + 0.01 * static_cast<double>(j % 7);
  std::vector<double> places(n);
  std::vector<double> means;
  for (const auto& column : columns) {
    means.push_back(std::accumulate(column.begin(), column.end(), 0.0) / static_cast<double>(n));
  }
  constexpr int rounds = 8;  // an order of levels needs no more digits
  for (int round = 0; round < rounds; ++round) {
    std::fill(places.begin(), places.end(), 0.0);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      for (std::size_t i = 0; i < n; ++i)
        places[i] += weights[j] * (static_cast<double>(columns[j][i]) - means[j]);
    }
    double square = 0;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      weights[j] = 0;
      for (std::size_t i = 0; i < n; ++i)
        weights[j] += places[i] * (static_cast<double>(columns[j][i]) - means[j]);
      square += weights[j] * weights[j];
    }
    if (!(square > 0)) break;
    for (double& weight : weights) weight /= std::sqrt(square);
  }
  return places;
}

/// The level that customer i has: the one column that is not as low as its column gets.
std::size_t level_of(const std::vector<std::vector<float>>& columns, const Margin& margin, std::size_t i) {
  for (std::size_t level = 0; level < margin.block.count; ++level) {
    if (columns[margin.block.first + level][i] > margin.off[level]) return level;
  }
  return 0;  // the columns don't differ: there is one level
}

/// Names, each customer's in the order of the levels' mean places.
std::vector<float> order_names(const std::vector<std::vector<float>>& columns,
                               const std::vector<double>& places, Margin& margin) {
  const auto n = places.size();
  for (std::size_t level = 0; level < margin.block.count; ++level) {
    const auto& column = columns[margin.block.first + level];
    const auto ends = std::minmax_element(column.begin(), column.end());
    margin.off.push_back(*ends.first);
    margin.on.push_back(*ends.second);
  }
  std::vector<double> sum(margin.block.count, 0.0);
  std::vector<double> count(margin.block.count, 0.0);
  std::vector<std::size_t> levels(n);
  for (std::size_t i = 0; i < n; ++i) {
    levels[i] = level_of(columns, margin, i);
    sum[levels[i]] += places[i];
    ++count[levels[i]];
  }
  margin.order.resize(margin.block.count);
  std::iota(margin.order.begin(), margin.order.end(), std::size_t{0});
  std::stable_sort(margin.order.begin(), margin.order.end(), [&](auto one, auto other) {
    const auto mean = [&](std::size_t level) { return count[level] > 0 ? sum[level] / count[level] : 0.0; };
    return mean(one) < mean(other);
  });
  std::vector<float> place_of(margin.block.count);
  for (std::size_t at = 0; at < margin.order.size(); ++at)
    place_of[margin.order[at]] = static_cast<float>(at);
  std::vector<float> cells(n);
  for (std::size_t i = 0; i < n; ++i) cells[i] = place_of[levels[i]];
  return cells;
}

/// A with A A' the nearest to correlations [n, n]: eigenvalues below 0 become 0, and the diagonal 1 again.
std::vector<double> root_of(const std::vector<double>& correlations, std::size_t n) {
  Eigen::setCpuCacheSizes(std::ptrdiff_t{32} << 10, std::ptrdiff_t{512} << 10, std::ptrdiff_t{4} << 20);
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd matrix(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < size; ++j)
      matrix(i, j) = correlations[static_cast<std::size_t>(i * size + j)];
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  std::vector<double> root(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t c = 0; c < n; ++c) {
      const auto value = std::max(0.0, solver.eigenvalues()(static_cast<Eigen::Index>(c)));
      root[i * n + c] = solver.eigenvectors()(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) *
                        std::sqrt(value);
      square += root[i * n + c] * root[i * n + c];
    }
    for (std::size_t c = 0; c < n && square > 0; ++c) root[i * n + c] /= std::sqrt(square);
  }
  return root;
}

/// Of the margins' numbers, by their cells [margins][customers].
std::vector<double> normal_root(const std::vector<std::vector<float>>& cells,
                                const std::vector<Margin>& margins) {
  const HermiteGrid grid;
  std::vector<std::vector<double>> coefficients;
  for (const auto& margin : margins) coefficients.push_back(grid.coefficients(margin.values));
  const auto n = margins.size();
  std::vector<double> correlations(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    correlations[i * n + i] = 1;
    for (std::size_t j = 0; j < i; ++j) {
      const double observed = correlation(cells[i], cells[j], static_cast<double>(cells[i].size()));
      correlations[i * n + j] = correlations[j * n + i] =
          normal_correlation(coefficients[i], coefficients[j], observed);
    }
  }
  return root_of(correlations, n);
}

}  // namespace

Reference::Reference(const comm::Communicator& world, const kernel::Data& data) {
  const auto columns = gather_columns(world, data);
  std::vector<double> places;
  std::vector<std::vector<float>> cells;
  for (const auto& block : data.blocks) {
    Margin margin{block, {}, {}, {}, {}};
    if (block.leveled) {
      if (places.empty()) places = main_axis(columns);
      cells.push_back(order_names(columns, places, margin));
    } else {
      cells.push_back(columns[block.first]);
    }
    margin.values = cells.back();
    std::sort(margin.values.begin(), margin.values.end());
    margins_.push_back(std::move(margin));
  }
  root_ = comm::run_on_root(world, [&] { return normal_root(cells, margins_); });
}

void Reference::draw(std::uint64_t seed, std::uint32_t number, std::int64_t first,
                     core::FeatureMatrix& matrix) const {
  const auto n = margins_.size();
  const auto width = static_cast<std::int64_t>(n);
  constexpr std::int64_t rows_at_once = 1024;
  const core::Sequence sequence{seed, core::Purpose::reference, number};
  std::vector<float> drawn;
  std::vector<double> shares;
  for (std::int64_t begin = 0; begin < static_cast<std::int64_t>(matrix.rows()); begin += rows_at_once) {
    const auto end = std::min(begin + rows_at_once, static_cast<std::int64_t>(matrix.rows()));
    const auto from = (first + begin) * width / core::draw_tile * core::draw_tile;
    drawn.resize(static_cast<std::size_t>(core::whole_draw_tiles((first + end) * width - from)));
    core::draw_normals(sequence, from, drawn);
    const float* normal = drawn.data() + ((first + begin) * width - from);
    shares.assign(static_cast<std::size_t>((end - begin) * width), 0.0);
    for (std::size_t row = 0; row < static_cast<std::size_t>(end - begin); ++row, normal += width) {
      for (std::size_t v = 0; v < n; ++v) {
        double sum = 0;
        for (std::size_t c = 0; c < n; ++c) sum += root_[v * n + c] * static_cast<double>(normal[c]);
        shares[row * n + v] = sum;
      }
    }
    normal_shares(shares);
    for (std::size_t row = 0; row < static_cast<std::size_t>(end - begin); ++row) {
      const auto to = static_cast<std::size_t>(begin) + row;
      for (std::size_t v = 0; v < n; ++v) {
        const auto& margin = margins_[v];
        const float value = margin.values[place_among(shares[row * n + v], margin.values.size())];
        if (!margin.block.leveled) {
          matrix.at(to, margin.block.first) = value;
          continue;
        }
        const auto level = margin.order[static_cast<std::size_t>(value)];
        for (std::size_t other = 0; other < margin.block.count; ++other)
          matrix.at(to, margin.block.first + other) = other == level ? margin.on[other] : margin.off[other];
      }
    }
  }
}

}  // namespace psychograph::evaluate

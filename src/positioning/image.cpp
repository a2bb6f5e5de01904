#include "positioning/image.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "insight/segment_windows.hpp"

namespace psychograph::positioning {
namespace {

/// The answers of a window.
class Answers {
 public:
  explicit Answers(const Question& question) : question_(question), ticks_(question.cells.size()) {}

  void take(const features::WindowCells& cells, std::size_t f) {
    auto& ticks = ticks_[f];
    ticks.clear();
    if (question_.is_of_words()) {
      for (const auto level : cells.levels(f)) ticks.push_back(level);
    } else {
      for (const double number : cells.numbers(f)) ticks.push_back(number > 0 ? 1 : 0);
    }
  }

  template <class See>
  void of_customer(std::size_t customer, See see) {
    if (question_.is_of_words()) {
      const auto row = ticks_[0][customer];
      const auto column = ticks_[1][customer];
      if (row >= 0 && column >= 0)
        see(static_cast<std::size_t>(row), std::vector{static_cast<std::size_t>(column)});
      return;
    }
    const auto columns = question_.columns.size();
    for (std::size_t i = 0; i < question_.rows.size(); ++i) {
      said_.clear();
      for (std::size_t j = 0; j < columns; ++j) {
        if (ticks_[i * columns + j][customer] > 0) said_.push_back(j);
      }
      if (!said_.empty()) see(i, said_);
    }
  }

 private:
  const Question& question_;
  std::vector<std::vector<std::int32_t>> ticks_;  ///< [cells][customers]
  std::vector<std::size_t> said_;
};

}  // namespace

void Image::add(std::size_t group, std::size_t row, const std::vector<std::size_t>& ticks) {
  ++any_[group * rows_ + row];
  for (const auto j : ticks) ++counts_[(group * rows_ + row) * columns_ + j];
  if (both_.empty()) return;
  auto* const both = both_.data() + (group * rows_ + row) * columns_ * columns_;
  for (const auto j : ticks) {
    for (const auto l : ticks) ++both[j * columns_ + l];
  }
}

void Image::include(comm::JointReduction<std::int64_t>& sums) {
  sums.include(counts_);
  sums.include(both_);
  sums.include(any_);
}

void Image::sum_groups() {
  for (auto* part : {&counts_, &both_, &any_}) {
    const auto of_group = part->size() / groups_;
    auto* const all = part->data() + (groups_ - 1) * of_group;
    for (std::size_t g = 0; g + 1 < groups_; ++g) {
      for (std::size_t i = 0; i < of_group; ++i) all[i] += (*part)[g * of_group + i];
    }
  }
}

insight::CountTable Image::table(std::size_t group) const {
  insight::CountTable table{rows_, columns_, {}};
  for (std::size_t i = 0; i < rows_; ++i) {
    for (std::size_t j = 0; j < columns_; ++j) table.counts.push_back(count(group, i, j));
  }
  return table;
}

Image see_image(const comm::Communicator& world, const io::Shard& shard, const Question& question,
                const insight::Labels& labels, std::size_t segments) {
  Image image(segments + 1, question.rows.size(), question.columns.size(), question.is_of_words());
  std::vector<const features::FittedFeature*> wanted;
  for (const auto& cell : question.cells) wanted.push_back(&cell);
  Answers answers(question);
  insight::walk(world, shard, wanted, "the map", labels,
                {{},
                 [&](const features::WindowCells& cells, std::size_t f) { answers.take(cells, f); },
                 [&](core::RowRange, std::span<const std::int32_t> segment) {
                   for (std::size_t customer = 0; customer < segment.size(); ++customer) {
                     if (segment[customer] < 0) continue;
                     answers.of_customer(customer,
                                         [&](std::size_t row, const std::vector<std::size_t>& ticks) {
                                           image.add(static_cast<std::size_t>(segment[customer]), row, ticks);
                                         });
                   }
                 }});
  comm::JointReduction<std::int64_t> sums;
  image.include(sums);
  sums.sum(world);
  image.sum_groups();
  return image;
}

std::array<double, 3> doubt(const Image& image, const Correspondence& map, std::size_t group,
                            std::size_t row) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto columns = image.columns();
  double all = 0;
  for (std::size_t j = 0; j < columns; ++j) all += static_cast<double>(image.count(group, row, j));
  if (!(all > 0) || map.axes() == 0) return {none, none, none};
  // Of a customer's ticks x: z = sum over j of (x_j - h_j sum(x)) g_j, whose squares add up to the variance.
  const auto place = [&](std::size_t j, std::size_t axis) {
    return axis < map.axes() && map.columns.mass[j] > 0
               ? map.columns.at(j, axis) / std::sqrt(map.inertias[axis])
               : 0.0;
  };
  std::array<double, 2> centre{};
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t axis = 0; axis < 2; ++axis)
      centre[axis] += static_cast<double>(image.count(group, row, j)) / all * place(j, axis);
  }
  const auto covariance = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t l = image.has_pairs() ? 0 : j; l < (image.has_pairs() ? columns : j + 1); ++l)
        sum += static_cast<double>(image.both(group, row, j, l)) * (place(j, a) - centre[a]) *
               (place(l, b) - centre[b]);
    }
    return sum / (all * all);
  };
  return {covariance(0, 0), covariance(0, 1), covariance(1, 1)};
}

}  // namespace psychograph::positioning

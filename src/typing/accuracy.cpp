#include "typing/accuracy.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <boost/mpi/collectives.hpp>

#include "comm/joint_reduction.hpp"
#include "typing/answers.hpp"
#include "typing/choice.hpp"

namespace psychograph::typing {
namespace {

/// This rank's first place among those who are in a segment.
std::int64_t first_place(const comm::Communicator& world, const io::Shard& shard,
                         const insight::Labels& labels) {
  constexpr std::int64_t at_once = std::int64_t{1} << 16U;
  std::int64_t mine = 0;
  std::vector<std::int32_t> segments;
  const auto rows = static_cast<std::int64_t>(shard.local_rows());
  for (std::int64_t begin = 0; begin < rows; begin += at_once) {
    const core::RowRange part{begin, std::min(rows, begin + at_once)};
    segments.resize(static_cast<std::size_t>(part.size()));
    labels(part, segments);
    mine +=
        std::count_if(segments.begin(), segments.end(), [](std::int32_t segment) { return segment >= 0; });
  }
  std::vector<std::int64_t> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  return std::accumulate(by_rank.begin(), by_rank.begin() + world.rank(), std::int64_t{0});
}

/// The customers of a window who are in a segment, by fold.
struct FoldRows {
  std::vector<std::vector<std::size_t>> rows = std::vector<std::vector<std::size_t>>(folds);

  void deal(std::span<const std::int32_t> segments, std::int64_t& place) {
    for (auto& fold : rows) fold.clear();
    for (std::size_t row = 0; row < segments.size(); ++row) {
      if (segments[row] >= 0) rows[static_cast<std::size_t>(place++) % folds].push_back(row);
    }
  }
};

std::vector<std::size_t> first(std::size_t count) {
  std::vector<std::size_t> found(count);
  std::iota(found.begin(), found.end(), std::size_t{0});
  return found;
}

/// Names the customers of a fold by models of the others.
class Naming {
 public:
  Naming(std::size_t width, std::size_t segments) : columns_(width), segments_(segments) {}

  void take(const std::vector<std::size_t>& rows, std::span<const std::int32_t> cells,
            std::span<const std::int32_t> segments) {
    actual_.clear();
    for (const auto row : rows) actual_.push_back(segments[row]);
    for (std::size_t p = 0; p < columns_.size(); ++p) {
      columns_[p].clear();
      for (const auto row : rows)
        columns_[p].push_back(static_cast<double>(cells[row * columns_.size() + p]) * step);
    }
  }

  void count(const Discriminant& model, Confusion& confusion) {
    used_.clear();
    for (const auto p : model.predictors) used_.push_back(columns_[p].data());
    named_.resize(actual_.size());
    classify(model, used_, actual_.size(), scores_, named_.data());
    for (std::size_t i = 0; i < actual_.size(); ++i)
      ++confusion
            .counts[static_cast<std::size_t>(actual_[i]) * segments_ + static_cast<std::size_t>(named_[i])];
  }

 private:
  std::vector<std::vector<double>> columns_;
  std::size_t segments_;
  std::vector<std::int32_t> actual_;
  std::vector<std::int32_t> named_;
  std::vector<const double*> used_;
  std::vector<double> scores_;
};

}  // namespace

Everybody test_on_everybody(const comm::Communicator& world, const io::Shard& shard,
                            const Questions& questions, const insight::Labels& labels, std::size_t segments) {
  const auto width = questions.predictors.size();
  const auto count = questions.questions.size();
  const auto begin = first_place(world, shard, labels);
  Everybody found{{}, Moments(segments, width)};
  std::vector<Moments> of_fold(folds, Moments(segments, width));
  FoldRows dealt;
  auto place = begin;
  read_answers(world, shard, questions, labels, [&](core::RowRange, auto cells, auto own) {
    dealt.deal(own, place);
    for (std::size_t fold = 0; fold < folds; ++fold) {
      for (const auto row : dealt.rows[fold])
        of_fold[fold].add(static_cast<std::size_t>(own[row]), cells.subspan(row * width, width));
    }
  });
  comm::JointReduction<std::int64_t> sums;
  for (auto& own : of_fold) own.include(sums);
  sums.sum(world);
  for (const auto& own : of_fold) found.all += own;
  std::vector<Discriminant> models;  // [questions, folds]
  for (std::size_t q = 1; q <= count; ++q) {
    const auto predictors = questions.predictors_of(first(q));
    for (const auto& own : of_fold) {
      auto others = found.all;
      others -= own;
      models.push_back(others.count() > 0 ? fit(others, predictors) : Discriminant{});
    }
  }
  found.by_questions.assign(count, {segments, segments, std::vector<std::int64_t>(segments * segments)});
  Naming naming(width, segments);
  place = begin;
  read_answers(world, shard, questions, labels, [&](core::RowRange, auto cells, auto own) {
    dealt.deal(own, place);
    for (std::size_t fold = 0; fold < folds; ++fold) {
      naming.take(dealt.rows[fold], cells, own);
      for (std::size_t q = 0; q < count; ++q) {
        const auto& model = models[q * folds + fold];
        if (model.segments() > 0) naming.count(model, found.by_questions[q]);
      }
    }
  });
  for (auto& confusion : found.by_questions) sums.include(confusion.counts);
  sums.sum(world);
  return found;
}

double accuracy(const Confusion& confusion) {
  std::int64_t right = 0;
  std::int64_t all = 0;
  for (std::size_t a = 0; a < confusion.rows; ++a) {
    right += confusion.at(a, a);
    for (std::size_t b = 0; b < confusion.columns; ++b) all += confusion.at(a, b);
  }
  return static_cast<double>(right) / static_cast<double>(all);
}

double kappa(const Confusion& confusion) {
  double all = 0;
  double chance = 0;
  for (const auto count : confusion.counts) all += static_cast<double>(count);
  for (std::size_t a = 0; a < confusion.rows; ++a) {
    double actual = 0;
    double named = 0;
    for (std::size_t b = 0; b < confusion.rows; ++b) {
      actual += static_cast<double>(confusion.at(a, b));
      named += static_cast<double>(confusion.at(b, a));
    }
    chance += actual / all * (named / all);
  }
  return (accuracy(confusion) - chance) / (1 - chance);
}

double largest_share(const Confusion& confusion) {
  std::int64_t most = 0;
  std::int64_t all = 0;
  for (std::size_t a = 0; a < confusion.rows; ++a) {
    std::int64_t size = 0;
    for (std::size_t b = 0; b < confusion.columns; ++b) size += confusion.at(a, b);
    most = std::max(most, size);
    all += size;
  }
  return static_cast<double>(most) / static_cast<double>(all);
}

}  // namespace psychograph::typing

#include "typing/choice.hpp"

#include <algorithm>

#include "comm/joint_reduction.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"
#include "typing/discriminant.hpp"

namespace psychograph::typing {
namespace {

/// Rows of a sample, fold by fold, as columns of units.
class Folded {
 public:
  /// `rows` of the sample, whose places in that list say their folds.
  Folded(const Sample& sample, const std::vector<std::size_t>& rows)
      : rows_(rows.size()), columns_(sample.width * rows.size()), all_(sample.segments, sample.width) {
    const std::span<const std::int32_t> cells(sample.cells);
    for (std::size_t fold = 0; fold < folds; ++fold) {
      Moments own(sample.segments, sample.width);
      begin_.push_back(segment_.size());
      for (std::size_t place = fold; place < rows.size(); place += folds) {
        const auto row = cells.subspan(rows[place] * sample.width, sample.width);
        for (std::size_t p = 0; p < sample.width; ++p)
          columns_[p * rows_ + segment_.size()] = static_cast<double>(row[p]) * step;
        segment_.push_back(sample.segment[rows[place]]);
        own.add(static_cast<std::size_t>(segment_.back()), row);
      }
      all_ += own;
      others_.push_back(std::move(own));
    }
    begin_.push_back(segment_.size());
    for (auto& own : others_) {
      auto rest = all_;
      rest -= own;
      own = std::move(rest);
    }
  }

  [[nodiscard]] const Moments& all() const { return all_; }

  /// Customers of all folds who are named rightly by what the others say of these predictors.
  [[nodiscard]] std::int64_t right(std::span<const std::size_t> predictors) {
    std::int64_t count = 0;
    for (std::size_t fold = 0; fold < folds; ++fold) {
      if (begin_[fold] == begin_[fold + 1] || others_[fold].count() == 0) continue;
      count += right_in(fit(others_[fold], predictors), begin_[fold], begin_[fold + 1]);
    }
    return count;
  }

  /// All of these rows, by a model of others.
  [[nodiscard]] std::int64_t right(const Discriminant& model) { return right_in(model, 0, rows_); }

 private:
  [[nodiscard]] std::int64_t right_in(const Discriminant& model, std::size_t begin, std::size_t end) {
    columns_of_model_.clear();
    for (const auto p : model.predictors) columns_of_model_.push_back(columns_.data() + p * rows_ + begin);
    named_.resize(end - begin);
    classify(model, columns_of_model_, end - begin, scores_, named_.data());
    std::int64_t count = 0;
    for (std::size_t i = begin; i < end; ++i) count += named_[i - begin] == segment_[i] ? 1 : 0;
    return count;
  }

  std::size_t rows_;
  std::vector<double> columns_;  ///< [width, rows]
  std::vector<std::int32_t> segment_;
  std::vector<std::size_t> begin_;  ///< [folds + 1]
  Moments all_;
  std::vector<Moments> others_;  ///< [folds] of all rows but the fold's
  std::vector<const double*> columns_of_model_;
  std::vector<double> scores_;
  std::vector<std::int32_t> named_;
};

struct Path {
  std::vector<std::size_t> questions;
  std::vector<std::int64_t> right;
};

Path choose(Folded& rows, const Questions& questions, std::size_t most,
            const std::function<void(double)>& progress) {
  Path path;
  std::vector<bool> used(questions.questions.size(), false);
  while (path.questions.size() < std::min(most, used.size())) {
    std::int64_t best = -1;
    std::size_t chosen = 0;
    for (std::size_t q = 0; q < used.size(); ++q) {
      if (used[q]) continue;
      if (core::stop_requested()) throw core::stopped_error("stopped on request");
      auto with = path.questions;
      with.push_back(q);
      const auto right = rows.right(questions.predictors_of(with));
      if (right > best) {
        best = right;
        chosen = q;
      }
    }
    used[chosen] = true;
    path.questions.push_back(chosen);
    path.right.push_back(best);
    progress(static_cast<double>(path.questions.size()) / static_cast<double>(std::min(most, used.size())));
  }
  return path;
}

/// Places of the sample in the fold, or of all others.
std::vector<std::size_t> places(std::size_t rows, std::size_t fold, bool inside) {
  std::vector<std::size_t> found;
  for (std::size_t row = 0; row < rows; ++row) {
    if ((row % folds == fold) == inside) found.push_back(row);
  }
  return found;
}

void add_nested(const Sample& sample, const Questions& questions, std::size_t fold,
                std::vector<std::int64_t>& right, const std::function<void(double)>& progress) {
  const auto inside = places(sample.rows(), fold, true);
  if (inside.empty() || inside.size() == sample.rows()) return;
  Folded others(sample, places(sample.rows(), fold, false));
  Folded own(sample, inside);
  auto chosen = choose(others, questions, right.size(), progress).questions;
  for (std::size_t count = chosen.size(); count > 0; --count) {
    chosen.resize(count);
    right[count - 1] += own.right(fit(others.all(), questions.predictors_of(chosen)));
  }
}

}  // namespace

Choice choose(const comm::Communicator& world, const Sample& sample, const Questions& questions,
              std::size_t most, const std::function<void(double)>& progress) {
  const auto count = std::min(most, questions.questions.size());
  std::vector<std::int64_t> chosen(count);  // of the rank that chooses; zeros elsewhere
  std::vector<std::int64_t> right(count);
  std::vector<std::int64_t> nested(count);
  const auto size = static_cast<std::size_t>(world.size());
  const auto rank = static_cast<std::size_t>(world.rank());
  const auto of_this_rank = (folds + size - rank) / size;  // the choice, and one for each fold
  std::size_t done = 0;
  const auto tell = [&](double share) {
    if (progress) progress((static_cast<double>(done) + share) / static_cast<double>(of_this_rank));
  };
  comm::run_on_all_ranks(world, [&] {
    for (std::size_t task = rank; task <= folds; task += size, ++done) {
      if (task > 0) {
        add_nested(sample, questions, task - 1, nested, tell);
        continue;
      }
      Folded all(sample, places(sample.rows(), folds, false));
      const auto path = choose(all, questions, count, tell);
      std::copy(path.questions.begin(), path.questions.end(), chosen.begin());
      right = path.right;
    }
  });
  comm::JointReduction<std::int64_t> sums;
  for (auto* part : {&chosen, &right, &nested}) sums.include(*part);
  sums.sum(world);
  return {{chosen.begin(), chosen.end()}, std::move(right), std::move(nested)};
}

}  // namespace psychograph::typing

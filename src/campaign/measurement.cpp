#include "campaign/measurement.hpp"

#include <algorithm>
#include <functional>

#include "insight/segment_windows.hpp"

namespace psychograph::campaign {
namespace {

/// The grouping of everybody has one group, and everybody is in it.
std::size_t group_count(const Question& question, std::size_t grouping) {
  return grouping < question.groupings.size() ? question.groupings[grouping].count() : 1;
}

std::size_t group_of(const Question& question, std::size_t grouping, std::size_t row) {
  if (grouping == question.groupings.size()) return 0;
  const auto& groups = question.groupings[grouping];
  const auto place = groups.places[row];
  return place < 0 ? groups.count() : static_cast<std::size_t>(place);
}

/// Shows every customer of an arm with the values of covariates and outcomes [columns], in that order.
/// Collective.
using SeeRow = std::function<void(std::size_t row, std::size_t arm, std::span<double> values)>;
void for_each_customer(const comm::Communicator& world, const io::Shard& shard, const Question& question,
                       const SeeRow& see) {
  std::vector<const features::FittedFeature*> columns;
  for (const auto& column : question.covariates) columns.push_back(column.fitted);
  for (const auto& column : question.outcomes) columns.push_back(column.fitted);
  std::vector<std::vector<double>> window(columns.size());
  std::vector<double> row(columns.size());
  insight::walk(world, shard, columns, "[campaign]",
                [&](core::RowRange rows, std::span<std::int32_t> out) {
                  std::copy_n(question.arm_of.begin() + static_cast<std::ptrdiff_t>(rows.begin), out.size(),
                              out.begin());
                },
                {.begin = {},
                 .take =
                     [&](const features::WindowCells& cells, std::size_t f) {
                       const auto numbers = cells.numbers(f);
                       window[f].assign(numbers.begin(), numbers.end());
                     },
                 .see =
                     [&](core::RowRange rows, std::span<const std::int32_t> arms) {
                       for (std::size_t i = 0; i < arms.size(); ++i) {
                         if (arms[i] < 0) continue;
                         for (std::size_t c = 0; c < row.size(); ++c) row[c] = window[c][i];
                         see(static_cast<std::size_t>(rows.begin) + i, static_cast<std::size_t>(arms[i]),
                             row);
                       }
                     }});
}

class Look {
 public:
  Look(const comm::Communicator& world, const io::Shard& shard, const Question& question)
      : world_(world), shard_(shard), question_(question), first_row_(shard.rows().begin) {
    for (std::size_t g = 0; g <= question.groupings.size(); ++g) {
      layouts_.push_back({group_count(question, g), question.arms.count()});
      found_.customers.emplace_back(layouts_.back().cells() / 2, 0);
    }
    for (const auto& outcome : question.outcomes) {
      auto& sums = found_.outcomes.emplace_back();
      for (const auto& layout : layouts_) sums.emplace_back(layout, outcome.fitted->statistics);
    }
    for (const auto& covariate : question.covariates)
      found_.covariates.emplace_back(layouts_.back(), covariate.fitted->statistics);
    if (question.covariates.empty() || !question.arms.control) return;
    auto columns = question.covariates;
    columns.insert(columns.end(), question.outcomes.begin(), question.outcomes.end());
    adjustment_.emplace(question.arms, columns, question.covariates.size());
  }

  Measurement run() {
    for_each_customer(world_, shard_, question_,
                      [this](std::size_t row, std::size_t arm, std::span<double> values) {
                        add(row, arm, values);
                        if (adjustment_) adjustment_->add(arm, values);
                      });
    comm::JointReduction<std::int64_t> joint;
    for (auto& counts : found_.customers) joint.include(counts);
    for (auto& sums : found_.outcomes) {
      for (auto& one : sums) one.include(joint);
    }
    for (auto& sums : found_.covariates) sums.include(joint);
    if (adjustment_) adjustment_->include(joint);
    joint.sum(world_);
    if (adjustment_) adjust();
    return std::move(found_);
  }

 private:
  void add(std::size_t row, std::size_t arm, std::span<const double> values) {
    const auto half = static_cast<std::size_t>((first_row_ + static_cast<std::int64_t>(row)) % 2);
    const auto outcomes = values.subspan(question_.covariates.size());
    for (std::size_t g = 0; g < layouts_.size(); ++g) {
      const auto group = group_of(question_, g, row);
      ++found_.customers[g][group * question_.arms.count() + arm];
      const auto cell = layouts_[g].cell(half, group, arm);
      for (std::size_t o = 0; o < outcomes.size(); ++o) found_.outcomes[o][g].add(cell, outcomes[o]);
    }
    const auto cell = layouts_.back().cell(half, 0, arm);
    for (std::size_t c = 0; c < found_.covariates.size(); ++c) found_.covariates[c].add(cell, values[c]);
  }

  void adjust() {
    adjustment_->solve();
    for_each_customer(world_, shard_, question_,
                      [this](std::size_t, std::size_t arm, std::span<double> values) {
                        adjustment_->add_residuals(arm, values);
                      });
    found_.adjusted = adjustment_->find(world_);
  }

  const comm::Communicator& world_;
  const io::Shard& shard_;
  const Question& question_;
  std::int64_t first_row_;
  std::vector<Layout> layouts_;  ///< [groupings, and everybody]
  Measurement found_;
  std::optional<Adjustment> adjustment_;
};

}  // namespace

Measurement measure(const comm::Communicator& world, const io::Shard& shard, const Question& question) {
  return Look(world, shard, question).run();
}

}  // namespace psychograph::campaign

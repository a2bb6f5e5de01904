// What is told of a typing tool.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "insight/codebook.hpp"
#include "insight/released.hpp"
#include "results/tidy_table.hpp"
#include "typing/accuracy.hpp"

namespace psychograph::typing {

/// One question more than in the row before.
struct Step {
  std::string column;
  insight::Released<Confusion> confusion;
  double accuracy = 0;
  double kappa = 0;
  double largest_share = 0;
  double nested_accuracy = 0;
  std::int64_t customers = 0;
  bool coarse = false;  ///< the accuracies are, and kappa is for the words alone
};

/// Where a count of the confusion is withheld, exact shares over all segments would tell it: they become
/// multiples of `min_cell` customers, of the step's or of the `sampled`. Local.
void coarsen(Step& step, std::int64_t min_cell, std::int64_t sampled);

struct Names {
  std::vector<std::int32_t> ids;   ///< [k]
  std::vector<std::string> names;  ///< [k]
};

/// A row a number of questions; columns of this and the next two: docs/typing.md. Local.
results::TidyTable choice_table(const std::vector<Step>& steps, const Names& segments,
                                const insight::Codebook& codebook);
/// A row a number of questions and segment. Local.
results::TidyTable recall_table(const std::vector<Step>& steps, const Names& segments);
/// A row a segment and what its customers are named, with all questions. Local.
results::TidyTable confusion_table(const Step& step, const Names& segments);

/// What the last step means, in words, by its kappa (steps of Landis and Koch 1977) and its accuracy beside
/// the largest segment's share. Local.
std::string in_words(const Step& step);

/// For a terminal. Local.
std::string summarise(const std::vector<Step>& steps, const Names& segments,
                      const insight::Codebook& codebook);

}  // namespace psychograph::typing

#include "typing/answers.hpp"

#include <vector>

#include "insight/segment_windows.hpp"

namespace psychograph::typing {
namespace {

void take_question(const features::WindowCells& window, std::size_t q, const Questions& questions,
                   std::vector<std::int32_t>& cells) {
  const auto& question = questions.questions[q];
  const auto width = questions.predictors.size();
  for (std::size_t i = 0; i < question.width; ++i) {
    const auto p = question.first_predictor + i;
    const auto& predictor = questions.predictors[p];
    auto* to = cells.data() + p;
    if (predictor.level < 0) {
      for (const double cell : window.numbers(q)) {
        *to = predictor.steps(predictor.value(cell));
        to += width;
      }
    } else {
      for (const auto level : window.levels(q)) {
        *to = predictor.level == level ? Predictor::whole : 0;
        to += width;
      }
    }
  }
}

}  // namespace

void read_answers(const comm::Communicator& world, const io::Shard& shard, const Questions& questions,
                  const insight::Labels& labels, const SeeAnswers& see) {
  std::vector<const features::FittedFeature*> columns;
  for (const auto& question : questions.questions) columns.push_back(&question.fitted);
  const auto width = questions.predictors.size();
  std::vector<std::int32_t> cells;
  insight::walk(
      world, shard, columns, "the typing tool", labels,
      {[&](std::size_t rows) { cells.resize(rows * width); },
       [&](const features::WindowCells& window, std::size_t q) {
         take_question(window, q, questions, cells);
       },
       [&](core::RowRange rows, std::span<const std::int32_t> segments) { see(rows, cells, segments); }});
}

}  // namespace psychograph::typing

#include "typing/answers.hpp"

#include <algorithm>
#include <vector>

#include "comm/run_on_all_ranks.hpp"
#include "features/window_cells.hpp"
#include "io/windows.hpp"

namespace psychograph::typing {
namespace {

constexpr std::int64_t cells_at_once = std::int64_t{1} << 20U;
constexpr std::int64_t least_rows = 1024;

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
        *to = predictor.steps(cell);
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
  features::WindowCells window(shard, columns, {}, "the typing tool");
  const auto width = questions.predictors.size();
  io::Windows windows(
      world, shard, window.columns(),
      std::max(least_rows, cells_at_once / static_cast<std::int64_t>(std::max<std::size_t>(1, width))));
  std::vector<std::int32_t> cells;
  std::vector<std::int32_t> segments;
  while (windows.next()) {
    const auto rows = windows.rows();
    comm::run_on_all_ranks(world, [&] {
      window.begin(rows);
      segments.resize(static_cast<std::size_t>(rows.size()));
      labels(rows, segments);
      cells.resize(segments.size() * width);
    });
    windows.read([&](const io::RawBlock& block) {
      window.see(block, [&](std::size_t q) { take_question(window, q, questions, cells); });
    });
    comm::run_on_all_ranks(world, [&] { see(rows, cells, segments); });
  }
}

}  // namespace psychograph::typing

#include "runs/telling_questions.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "comm/joint_reduction.hpp"
#include "core/error.hpp"
#include "insight/segment_windows.hpp"

namespace psychograph::runs {
namespace {

/// Customers by segment and answer; of an amount the answers are: lowest, highest, between, none.
struct Answers {
  std::size_t width = 0;
  std::vector<std::int64_t> counts;  ///< [segments, width]; the last is no answer
};

enum Amount : std::size_t { lowest, highest, between, no_amount, amounts };

std::size_t answer_of(const features::Statistics& statistics, double cell) {
  if (std::isnan(cell)) return no_amount;
  if (cell == statistics.min) return lowest;
  return cell == statistics.max ? highest : between;
}

bool tells_of_few(const Answers& answers, bool leveled, std::size_t segments, const insight::Gate& gate) {
  if (!leveled) {
    for (std::size_t g = 0; g < segments; ++g) {
      if (answers.counts[g * amounts + between] > 0) return false;  // of many values a mean tells no count
    }
  }
  for (const auto count : answers.counts) {
    if (gate.is_small(count)) return true;
  }
  return false;
}

}  // namespace

void leave_out_telling(const comm::Communicator& world, const io::Shard& shard, const insight::Labels& labels,
                       std::size_t segments, const insight::Gate& gate,
                       std::vector<features::FittedFeature>& questions, Reporter& reporter) {
  if (gate.privacy().min_cell == 0) return;
  std::vector<const features::FittedFeature*> wanted;
  std::vector<Answers> counted;
  for (const auto& question : questions) {
    wanted.push_back(&question);
    const auto width = question.feature.leveled ? question.levels.size() + 1 : std::size_t{amounts};
    counted.push_back({width, std::vector<std::int64_t>(segments * width)});
  }
  std::vector<std::vector<std::size_t>> seen(questions.size());
  const auto take = [&](const features::WindowCells& cells, std::size_t q) {
    seen[q].clear();
    if (!questions[q].feature.leveled) {
      for (const double cell : cells.numbers(q)) seen[q].push_back(answer_of(questions[q].statistics, cell));
      return;
    }
    for (const auto level : cells.levels(q))
      seen[q].push_back(level < 0 ? questions[q].levels.size() : static_cast<std::size_t>(level));
  };
  const auto see = [&](core::RowRange, std::span<const std::int32_t> own) {
    for (std::size_t q = 0; q < questions.size(); ++q) {
      for (std::size_t row = 0; row < own.size(); ++row) {
        if (own[row] >= 0)
          ++counted[q].counts[static_cast<std::size_t>(own[row]) * counted[q].width + seen[q][row]];
      }
    }
  };
  insight::walk(world, shard, wanted, "the typing tool", labels, {{}, take, see});
  comm::JointReduction<std::int64_t> joint;
  for (auto& answers : counted) joint.include(answers.counts);
  joint.sum(world);
  std::vector<features::FittedFeature> kept;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    if (tells_of_few(counted[q], questions[q].feature.leveled, segments, gate)) {
      reporter.warn(fmt::format("\"{}\" has an answer that few of some segment give: it is no candidate",
                                questions[q].feature.columns.front()));
    } else {
      kept.push_back(std::move(questions[q]));
    }
  }
  if (kept.empty())
    throw core::data_error("typing: every candidate has an answer that few of some segment give");
  questions = std::move(kept);
}

}  // namespace psychograph::runs

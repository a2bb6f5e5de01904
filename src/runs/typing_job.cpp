#include "runs/typing_job.hpp"

#include <algorithm>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "insight/codebook.hpp"
#include "insight/gate.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "runs/grouping.hpp"
#include "runs/stored_spec.hpp"
#include "runs/telling_columns.hpp"
#include "runs/typing_candidates.hpp"
#include "typing/accuracy.hpp"
#include "typing/answers.hpp"
#include "typing/choice.hpp"
#include "typing/tables.hpp"
#include "typing/tool.hpp"

namespace psychograph::runs {
namespace {

/// A sample of more cells would be too large for every rank to hold.
constexpr std::int64_t most_sample_cells = std::int64_t{1} << 24U;
/// Of amounts of more values points tell no count.
constexpr std::size_t two_values = 2;

io::FileUse files_of(const TypingOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {{"--output", options.output}}};
  use.read.push_back(options.result);
  use.read.insert(use.read.end(), spec.codebooks.begin(), spec.codebooks.end());
  if (!options.csv.empty() && options.csv != "-")
    use.written.push_back({"--csv", options.csv, io::Output::Kind::text});
  return use;
}

std::vector<std::int64_t> sizes_of(const comm::Communicator& world, const Grouping& grouping) {
  std::vector<std::int64_t> sizes(grouping.ids.size());
  for (const auto place : grouping.places) {
    if (place >= 0) ++sizes[static_cast<std::size_t>(place)];
  }
  comm::sum_over_ranks(world, std::span<std::int64_t>(sizes));
  return sizes;
}

/// Segments of nobody, and those of which it must not be told how many are in them, are not told apart.
std::int64_t leave_out_small(const comm::Communicator& world, const insight::Gate& gate, Grouping& grouping,
                             Reporter& reporter) {
  const auto sizes = sizes_of(world, grouping);
  const auto told = gate.pass(insight::CountTable{1, sizes.size(), sizes});
  std::vector<std::int32_t> place(sizes.size(), -1);
  Grouping kept;
  std::int64_t customers = 0;
  for (std::size_t g = 0; g < sizes.size(); ++g) {
    if (told->at(0, g) <= 0) {
      reporter.warn(fmt::format("segment {} {}: no question tells it", grouping.ids[g],
                                sizes[g] == 0 ? "has no customers here"
                                : gate.is_small(sizes[g])
                                    ? "has too few customers here"
                                    : "is left out too: its size would tell that of another"));
      continue;
    }
    place[g] = static_cast<std::int32_t>(kept.ids.size());
    kept.ids.push_back(grouping.ids[g]);
    kept.names.push_back(grouping.names[g]);
    customers += sizes[g];
  }
  for (auto& own : grouping.places) own = own < 0 ? -1 : place[static_cast<std::size_t>(own)];
  grouping.ids = std::move(kept.ids);
  grouping.names = std::move(kept.names);
  if (grouping.ids.size() < 2)
    throw core::data_error("typing: there are no two segments with customers enough in the table");
  return customers;
}

/// On all ranks, in the order of the rows. Who is in it depends on the seed and the row alone.
typing::Sample draw(const comm::Communicator& world, const io::Shard& shard,
                    const typing::Questions& questions, const Grouping& grouping, std::uint64_t seed,
                    std::int64_t customers, std::int64_t wanted) {
  const double share = static_cast<double>(wanted) / static_cast<double>(customers);
  typing::Sample mine{questions.predictors.size(), grouping.ids.size(), {}, {}};
  typing::read_answers(
      world, shard, questions, grouping.segmented().labels,
      [&](core::RowRange rows, std::span<const std::int32_t> cells, std::span<const std::int32_t> segments) {
        for (std::size_t i = 0; i < segments.size(); ++i) {
          if (segments[i] < 0) continue;
          const auto row = static_cast<std::uint64_t>(shard.rows().begin + rows.begin) + i;
          if (wanted < customers &&
              core::to_unit(core::random_bits(seed, core::Purpose::typing_sample, 0, row).first) >= share)
            continue;
          const auto own = cells.subspan(i * mine.width, mine.width);
          mine.cells.insert(mine.cells.end(), own.begin(), own.end());
          mine.segment.push_back(segments[i]);
        }
      });
  typing::Sample all{mine.width, mine.segments, {}, {}};
  std::vector<std::vector<std::int32_t>> by_rank;
  for (auto part : {&typing::Sample::cells, &typing::Sample::segment}) {
    boost::mpi::all_gather(world, mine.*part, by_rank);
    for (const auto& own : by_rank) (all.*part).insert((all.*part).end(), own.begin(), own.end());
    mine.*part = {};
  }
  return all;
}

std::vector<typing::Step> steps_of(const typing::Everybody& everybody, const typing::Questions& questions,
                                   const typing::Choice& choice, const typing::Sample& sample,
                                   std::int64_t customers, const insight::Gate& gate) {
  std::vector<typing::Step> steps;
  for (std::size_t q = 0; q < questions.questions.size(); ++q) {
    const auto& confusion = everybody.by_questions[q];
    const auto rows = static_cast<std::int64_t>(sample.rows());
    steps.push_back({questions.questions[q].fitted.feature.columns.front(), gate.pass(confusion),
                     typing::accuracy(confusion), typing::kappa(confusion), typing::largest_share(confusion),
                     static_cast<double>(choice.nested_right[q]) / static_cast<double>(rows), customers});
    typing::coarsen(steps.back(), gate.privacy().min_cell, rows);
  }
  return steps;
}

void write(const comm::Communicator& world, const TypingOptions& options, const spec::Spec& spec,
           const results::StoredResult& stored, const typing::Names& segments,
           const std::vector<typing::Step>& steps, const typing::Tool& tool,
           const insight::Codebook& codebook, std::int64_t sampled, Reporter& reporter) {
  namespace layout = results::layout;
  const auto choice = typing::choice_table(steps, segments, codebook);
  if (!options.csv.empty()) {
    io::OrderedText csv(world, options.csv);
    csv.append(world.rank() == 0 ? results::to_csv(choice) : std::string());
    csv.commit();
  }
  io::OutputFile file(world, options.output);
  file.create_group(layout::typing);
  file.set_attribute(layout::typing, "words", typing::in_words(steps.back()));
  file.set_attribute(layout::typing, "id", spec.input.id.value_or(""));
  file.set_attribute(layout::typing, "sampled", sampled);
  results::write_table(file, layout::typing_choice, choice);
  results::write_table(file, layout::typing_recall, typing::recall_table(steps, segments));
  results::write_table(file, layout::typing_confusion, typing::confusion_table(steps.back(), segments));
  results::write_table(file, layout::typing_points, typing::points_table(tool));
  file.create_group(layout::run);
  file.write_text(layout::spec, spec.effective);
  file.set_attribute(layout::run, "job", std::string("typing"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "n", steps.back().customers);
  file.set_attribute(layout::run, "segments_model_sha256", stored.model_sha256);
  file.set_attribute(layout::run, "command", reporter.command());
  file.commit();
}

}  // namespace

void typing(const comm::Communicator& world, const TypingOptions& options, Reporter& reporter) {
  auto again = read_again(world, options.result, options.inputs, options.sets);
  const auto& stored = again.stored;
  auto& spec = again.spec;
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const io::Shard shard(world, io::open_table(world, spec.input));
  auto asked = typing_candidates(world, options, spec, stored, shard, reporter);
  auto grouping = segments_by_id(world, shard, spec, stored, options.result, reporter);
  const insight::Gate gate(spec.privacy);
  const auto customers = leave_out_small(world, gate, grouping, reporter);
  const auto labels = grouping.segmented().labels;
  leave_out_telling(
      tell_of_few(world, shard, labels, grouping.ids.size(), gate, asked, two_values, "the typing tool"),
      asked, reporter);
  const auto questions = typing::make_questions(std::move(asked));
  const auto wanted = std::min(
      options.sample,
      most_sample_cells / static_cast<std::int64_t>(std::max<std::size_t>(1, questions.predictors.size())));
  reporter.stage(
      fmt::format("choosing {} of {} questions, on {} of {} customers",
                  std::min(options.questions, static_cast<std::int64_t>(questions.questions.size())),
                  questions.questions.size(), std::min(wanted, customers), customers));
  const auto sample = draw(world, shard, questions, grouping, spec.cluster.seed, customers, wanted);
  const auto choice = typing::choose(world, sample, questions, static_cast<std::size_t>(options.questions),
                                     [&](double share) { reporter.progress("choosing questions", share); });
  reporter.stage(fmt::format("testing {} questions on {} customers", choice.questions.size(), customers));
  const auto chosen = questions.only(choice.questions);
  const auto everybody = typing::test_on_everybody(world, shard, chosen, labels, grouping.ids.size());
  const typing::Names segments{grouping.ids, grouping.names};
  const auto steps = steps_of(everybody, chosen, choice, sample, customers, gate);
  std::vector<std::size_t> all(chosen.predictors.size());
  for (std::size_t p = 0; p < all.size(); ++p) all[p] = p;
  const auto tool =
      typing::make_tool(chosen, typing::fit(everybody.all, all), grouping.ids, grouping.names, codebook);
  comm::heed_last_stop_requests(world);
  write(world, options, spec, stored, segments, steps, tool, codebook,
        static_cast<std::int64_t>(sample.rows()), reporter);
  if (options.csv != "-") reporter.summary(typing::summarise(steps, segments, codebook));
  reporter.stage(fmt::format("done: {}", options.output));
}

}  // namespace psychograph::runs

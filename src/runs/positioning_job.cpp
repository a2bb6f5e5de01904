#include "runs/positioning_job.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/joint_reduction.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "insight/codebook.hpp"
#include "insight/gate.hpp"
#include "io/ordered_text.hpp"
#include "positioning/tables.hpp"
#include "results/layout.hpp"
#include "runs/described_columns.hpp"
#include "runs/grouping.hpp"
#include "runs/stored_spec.hpp"
#include "typing/answers.hpp"

namespace psychograph::runs {
namespace {

io::FileUse files_of(const PositioningOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {{"--output", options.output}}};
  use.read.push_back(options.result);
  use.read.insert(use.read.end(), spec.codebooks.begin(), spec.codebooks.end());
  if (!options.csv.empty() && options.csv != "-")
    use.written.push_back({"--csv", options.csv, io::Output::Kind::text});
  return use;
}

positioning::Segments segments_of(const comm::Communicator& world, const Grouping& grouping) {
  positioning::Segments segments{grouping.ids, grouping.names,
                                 std::vector<std::int64_t>(grouping.ids.size())};
  for (const auto place : grouping.places) {
    if (place >= 0) ++segments.sizes[static_cast<std::size_t>(place)];
  }
  comm::sum_over_ranks(world, std::span<std::int64_t>(segments.sizes));
  return segments;
}

/// Segments of so few that nothing may be told of them are no points, nor is what would tell where they are:
/// the middle is everybody's.
void leave_out_small(const insight::Gate& gate, positioning::Segments& segments) {
  const auto told = gate.pass(insight::CountTable{1, segments.sizes.size(), segments.sizes});
  for (std::size_t g = 0; g < segments.sizes.size(); ++g) {
    if (told->at(0, g) == results::no_count) segments.sizes[g] = 0;
  }
}

/// Of the numbers that segments were made of. Collective.
void map_features(const comm::Communicator& world, const io::Shard& shard, const features::Schema& schema,
                  const Grouping& grouping, positioning::MapTables& tables, Reporter& reporter) {
  std::vector<features::FittedFeature> numbers;
  std::vector<std::string> names;
  std::int64_t words = 0;
  for (const auto& fitted : schema.features) {
    if (!fitted.feature.clustered) continue;
    words += fitted.feature.leveled ? 1 : 0;
    if (fitted.feature.leveled) continue;
    names.push_back(fitted.feature.name);
    numbers.push_back(fitted);
  }
  if (words > 0)
    reporter.warn(
        fmt::format("{} categorical features are not on the map of features: it is of numbers", words));
  if (numbers.empty()) return;
  const auto questions = typing::make_questions(std::move(numbers), typing::Amounts::as_clustered);
  const auto width = questions.predictors.size();
  typing::Moments moments(grouping.ids.size(), width);
  typing::read_answers(
      world, shard, questions, grouping.segmented().labels, [&](core::RowRange, auto cells, auto segments) {
        for (std::size_t i = 0; i < segments.size(); ++i) {
          if (segments[i] >= 0)
            moments.add(static_cast<std::size_t>(segments[i]), cells.subspan(i * width, width));
        }
      });
  comm::JointReduction<std::int64_t> sums;
  moments.include(sums);
  sums.sum(world);
  if (moments.count() == 0) return;
  tables.add(positioning::find_components(moments, width), names);
}

/// The two columns' answers, or a column for every brand and attribute; none where nothing is asked for.
positioning::Question question_of(const comm::Communicator& world, const io::Shard& shard, spec::Spec spec,
                                  const PositioningOptions& options, const features::Schema& schema,
                                  Reporter& reporter) {
  positioning::Question question;
  auto known = known_to(schema);
  std::vector<std::string> columns;
  if (!options.rows.empty()) {
    columns = {options.rows, options.across};
    std::vector<features::Feature> answers;
    for (const auto& name : columns) answers.push_back(as_answers(known, spec, name));
    known.insert(known.begin(), answers.begin(), answers.end());
  } else {
    for (const auto& brand : spec.positioning.brands) {
      for (const auto& attribute : spec.positioning.attributes)
        columns.push_back(spec.positioning.column(brand, attribute));
    }
    question.rows = spec.positioning.brands;
    question.columns = spec.positioning.attributes;
  }
  if (columns.empty()) return question;
  const std::string wanted_by = options.rows.empty() ? "positioning.columns" : "--rows and --across";
  describe_these(spec, columns, wanted_by);
  const auto described = describe(world, shard, spec, known, reporter);
  for (const auto& name : columns) {
    const auto& column = find_column(described, shard, name, wanted_by);
    if (options.rows.empty() && column.feature.leveled)
      throw core::data_error(
          fmt::format("{}: column \"{}\" holds words, and a brand's attribute is told by numbers",
                      io::files_name(shard.table()), name));
    question.cells.push_back(column);
  }
  if (!options.rows.empty()) {
    for (const auto& level : question.cells[0].levels) question.rows.push_back(level.name);
    for (const auto& level : question.cells[1].levels) question.columns.push_back(level.name);
  }
  return question;
}

void map_brands(const comm::Communicator& world, const io::Shard& shard,
                const positioning::Question& question, const Grouping& grouping,
                positioning::MapTables& tables) {
  const auto image =
      positioning::see_image(world, shard, question, grouping.segmented().labels, grouping.ids.size());
  const auto table = image.table(image.groups() - 1);
  if (std::all_of(table.counts.begin(), table.counts.end(), [](std::int64_t count) { return count == 0; }))
    throw core::data_error(fmt::format(
        "{}: nobody who is in a segment says anything in \"{}\" ... \"{}\"", io::files_name(shard.table()),
        question.cells.front().feature.columns.front(), question.cells.back().feature.columns.front()));
  tables.add(positioning::analyse(table), image, question);
}

void write(const comm::Communicator& world, const PositioningOptions& options, const spec::Spec& spec,
           const results::StoredResult& stored, const positioning::Maps& maps, Reporter& reporter) {
  namespace layout = results::layout;
  if (!options.csv.empty()) {
    io::OrderedText csv(world, options.csv);
    csv.append(world.rank() == 0 ? results::to_csv(maps.points) : std::string());
    csv.commit();
  }
  io::OutputFile file(world, options.output);
  file.create_group(layout::positioning);
  file.write_strings(layout::positioning_words, maps.words);
  results::write_table(file, layout::positioning_axes, maps.axes);
  results::write_table(file, layout::positioning_points, maps.points);
  results::write_table(file, layout::positioning_deviations, maps.deviations);
  file.create_group(layout::run);
  file.write_text(layout::spec, spec.effective);
  file.set_attribute(layout::run, "job", std::string("positioning"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "segments_model_sha256", stored.model_sha256);
  file.set_attribute(layout::run, "command", reporter.command());
  file.commit();
}

}  // namespace

void positioning(const comm::Communicator& world, const PositioningOptions& options, Reporter& reporter) {
  if (options.rows.empty() != options.across.empty())
    throw core::usage_error("--rows and --across go together: the map is of the answers of both");
  auto again = read_again(world, options.result, options.inputs, options.sets);
  const auto& stored = again.stored;
  auto& spec = again.spec;
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::with_row_options(insight::read_codebook(world, spec), stored.model.schema);
  const io::Shard shard(world, io::open_table(world, spec.input));
  const auto question = question_of(world, shard, spec, options, stored.model.schema, reporter);
  const auto grouping = segments_by_id(world, shard, spec, stored, options.result, reporter);
  auto segments = segments_of(world, grouping);
  const insight::Gate gate(spec.privacy);
  leave_out_small(gate, segments);
  positioning::MapTables tables(gate, codebook, segments);
  reporter.stage(fmt::format("mapping {} segments", segments.ids.size()));
  map_features(world, shard, stored.model.schema, grouping, tables, reporter);
  if (!question.cells.empty()) map_brands(world, shard, question, grouping, tables);
  const auto maps = std::move(tables).finish();
  comm::heed_last_stop_requests(world);
  write(world, options, spec, stored, maps, reporter);
  std::string text;
  for (const auto& words : maps.words) text += words + "\n";
  if (options.csv != "-") reporter.summary(text);
  reporter.stage(fmt::format("done: {}", options.output));
}

}  // namespace psychograph::runs

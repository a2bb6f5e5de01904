#include "runs/comparison_job.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/figure.hpp"
#include "core/stopwatch.hpp"
#include "evaluate/structure.hpp"
#include "features/participation.hpp"
#include "features/resolve.hpp"
#include "io/fingerprint.hpp"
#include "io/shard.hpp"
#include "runs/comparison_design.hpp"
#include "runs/comparison_file.hpp"
#include "runs/comparison_overlaps.hpp"
#include "runs/comparison_records.hpp"
#include "runs/comparison_words.hpp"
#include "runs/encoding.hpp"

namespace psychograph::runs {
namespace {

/// Which of the runs a call does.
struct Part {
  std::size_t number = 0;
  std::size_t of = 1;
  [[nodiscard]] bool has(std::size_t run) const { return run % of == number; }
};

Part parse_part(const std::string& text) {
  if (text.empty()) return {};
  const auto slash = text.find('/');
  Part part;
  const auto* const end = text.data() + text.size();
  const auto* const middle = text.data() + std::min(slash, text.size());
  const auto first = std::from_chars(text.data(), middle, part.number);
  const auto second = middle == end ? first : std::from_chars(middle + 1, end, part.of);
  const bool whole = middle != end && first.ec == std::errc() && first.ptr == middle &&
                     second.ec == std::errc() && second.ptr == end;
  if (!whole || part.number < 1 || part.number > part.of)
    throw core::usage_error(fmt::format("--part {}: expected as 2/10, the second of ten", text));
  --part.number;
  return part;
}

class Comparison {
 public:
  Comparison(const comm::Communicator& world, const CompareOptions& options, const spec::Spec& spec,
             Reporter& reporter)
      : world_(world),
        options_(options),
        spec_(spec),
        reporter_(reporter),
        part_(parse_part(options.part)),
        records_(world, spec.output_path, options.resume || !options.part.empty()),
        shard_(world, io::open_table(world, spec.input)) {}

  [[nodiscard]] RunRecords& records() { return records_; }
  [[nodiscard]] const io::Shard& shard() const { return shard_; }
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

  Found run(const std::vector<PlannedEncoding>& encodings) {
    Found found;
    for (const auto& encoding : encodings) total_ += encoding.runs.size();
    for (const auto& encoding : encodings) run_encoding(encoding, found);
    judge_series(found.compared.runs);
    if (options_.resume && options_.part.empty() && found_before_ < records_.kept())
      reporter_.warn(
          fmt::format("{}: {} of {} runs there are of another table, version or setting, or damaged: they "
                      "are of no use here",
                      records_.path(), records_.kept() - found_before_, records_.kept()));
    if (options_.part.empty()) {
      reporter_.stage("laying segments over each other");
      relate(world_, found);
    }
    return found;
  }

 private:
  void run_encoding(const PlannedEncoding& encoding, Found& found) {
    const auto features =
        in_block(features::resolve(world_, shard_, encoding.spec), encoding.spec, encoding.block);
    std::vector<std::size_t> used;
    for (const auto& feature : features) {
      for (const auto& column : feature.columns) used.push_back(*shard_.table().find(column));
    }
    if (spec_.input.weight)
      used.push_back(io::require_column(shard_.table(), *spec_.input.weight, "input.weight"));
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    io::Fingerprint fingerprint(shard_, used);
    reporter_.stage(
        fmt::format("reading {} customers from {}", shard_.table().rows(), io::files_name(shard_.table())));
    const auto participation = features::find_participation(world_, shard_, encoding.spec, features);
    auto [schema, matrix, gamma] = encode_for(world_, shard_, encoding.spec.cluster, features, participation);
    const auto of_encoding = fingerprint.finish(world_);
    shard_.watch({});
    if (fingerprint_.empty()) fingerprint_ = of_encoding;
    const auto data = kernel::describe_data(world_, matrix, participation.weights, shard_.rows(),
                                            features::column_blocks(schema));
    const auto& compare = spec_.compare;
    evaluate::Examination examination(world_, data,
                                      {.customers = compare.customers,
                                       .pairs = compare.pairs,
                                       .references = compare.references,
                                       .seed = spec_.cluster.seed});
    found.places.push_back({examination.rows(), {}});
    for (const auto& run : encoding.runs) {
      const auto number = next_++;
      if (!part_.has(number)) continue;
      auto record = records_.find(run.id, of_encoding);
      if (record && !is_of(record->judgement, run.options.k, data.matrix.columns())) record.reset();
      const auto what = fmt::format("run {} of {}: {}, k = {}, seed {}", number + 1, total_, run.algorithm,
                                    run.options.k, run.options.seed);
      reporter_.stage(record ? what + ": done before" : what);
      found_before_ += record ? 1 : 0;
      if (!record) {
        record = look(run, examination);
        records_.keep(run.id, of_encoding, *record);
      }
      note(run, std::move(*record), examination, found);
    }
  }

  RunRecord look(const PlannedRun& run, evaluate::Examination& examination) {
    RunRecord record;
    const core::Stopwatch watch;
    const auto& customers = examination.customers();
    record.n = customers.global_rows;
    record.p = static_cast<std::int64_t>(customers.matrix.columns());
    record.judgement = examination.look(
        run.options, {.step = [&](std::int64_t start, const cluster::Told& told) {
          record.trace.push_back({start, told.number, told.objective, told.evaluated, watch.seconds()});
        }});
    const auto& judgement = record.judgement;
    if (judgement.error.empty()) {
      auto labels = examination.places(judgement);
      for (auto& label : labels) label = label < run.options.k ? label : -1;
      constexpr std::int64_t silhouettes = 2000;
      record.measures =
          evaluate::partition_measures(world_, customers, labels, static_cast<std::size_t>(run.options.k),
                                       spec_.cluster.seed, silhouettes);
      if (cluster::is_mixture(judgement.fitted.model)) {
        for (auto& measure : evaluate::mixture_measures(world_, customers, judgement.fitted.model))
          record.measures.push_back(std::move(measure));
      }
    }
    record.prediction = {core::not_a_number, {core::not_a_number, core::not_a_number}};
    if (judgement.error.empty() && spec_.compare.splits > 0)
      record.prediction = examination.prediction_strength(run.options, spec_.compare.splits);
    record.seconds = watch.seconds();
    record.seconds_fitting = judgement.seconds_fitting + record.prediction.seconds_fitting;
    return record;
  }

  /// Runs of a series follow each other.
  void note(const PlannedRun& run, RunRecord record, const evaluate::Examination& examination, Found& found) {
    auto& runs = found.compared.runs;
    const auto same = [&](const PlannedRun& other) {
      return run.algorithm == other.algorithm && run.options.seed == other.options.seed &&
             run.block == other.block && run.row == other.row;
    };
    const std::int64_t series = runs.empty() ? 0 : runs.back().series + (same(runs.back().run) ? 0 : 1);
    auto& places = found.places.back().of_run;
    found.where.emplace_back(found.places.size() - 1, places.size());
    places.emplace_back();
    if (record.judgement.error.empty() && part_.of == 1) {
      for (const auto place : examination.places(record.judgement))
        places.back().push_back(static_cast<std::int16_t>(place));
    }
    runs.push_back({run, std::move(record), series});
  }

  const comm::Communicator& world_;
  const CompareOptions& options_;
  const spec::Spec& spec_;
  Reporter& reporter_;
  Part part_;
  RunRecords records_;
  io::Shard shard_;
  std::string fingerprint_;
  std::int64_t found_before_ = 0;  ///< records that were of use
  std::size_t total_ = 0;
  std::size_t next_ = 0;
};

/// Throws the first run's error where none has come to an end.
void require_one(const std::vector<DoneRun>& runs) {
  const bool one = std::any_of(runs.begin(), runs.end(),
                               [](const auto& run) { return run.record.judgement.error.empty(); });
  if (!one) throw core::data_error(fmt::format("every run failed; {}", runs.front().record.judgement.error));
}

}  // namespace

void compare(const comm::Communicator& world, const CompareOptions& options, Reporter& reporter) {
  const auto spec = load_spec(world, options.spec, spec::Purpose::compare);
  const auto encodings = design(spec);
  (void)parse_part(options.part);
  if (options.dry_run) {
    reporter.summary(in_words(encodings));
    return;
  }
  reporter.open([&] {
    auto use = files_of(options.spec, spec);
    use.written.push_back({options.spec.output.empty() ? "the output" : "--output", spec.output_path});
    use.emptied.push_back(RunRecords::path_beside(spec.output_path));
    return use;
  });
  constexpr std::int64_t enough = 10;
  if (spec.compare.pairs > 0 && spec.compare.pairs < enough)
    reporter.warn(fmt::format("compare.pairs = {}: verdicts by fewer than {} pairs are not to be trusted",
                              spec.compare.pairs, enough));
  Comparison comparison(world, options, spec, reporter);
  if (comparison.records().dropped() > 0)
    reporter.warn(fmt::format("{}: {} runs that were done are dropped: --resume would have kept them",
                              comparison.records().path(), comparison.records().dropped()));
  try {
    const auto found = comparison.run(encodings);
    if (!options.part.empty()) {
      reporter.stage(
          fmt::format("done: {} runs, kept in {}", found.compared.runs.size(), comparison.records().path()));
      return;
    }
    require_one(found.compared.runs);
    reporter.stage(fmt::format("writing {}", spec.output_path));
    write_comparison(world, {options.csv, options.labels, comparison.fingerprint(), reporter.command()}, spec,
                     found, comparison.shard());
    comparison.records().remove();
    reporter.summary(in_words(found.compared));
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::stopped) throw;
    throw core::stopped_error(fmt::format(
        "stopped on request; the runs that are done are kept in {}, and --resume goes on from there",
        comparison.records().path()));
  }
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace psychograph::runs

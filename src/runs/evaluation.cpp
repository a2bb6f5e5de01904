#include "runs/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "features/encode.hpp"
#include "features/resolve.hpp"
#include "features/unit_rows.hpp"
#include "features/window_cells.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "results/stored_result.hpp"
#include "runs/described_columns.hpp"
#include "runs/encoding.hpp"
#include "runs/grouping.hpp"
#include "runs/spec_options.hpp"
#include "runs/stored_spec.hpp"

namespace psychograph::runs {
namespace {

bool is_result(const std::string& name) { return name.size() > 3 && name.ends_with(".h5"); }

io::FileUse files_of(const EvaluateOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {}};
  use.read.push_back(options.source);
  for (const auto& other : options.against) {
    if (is_result(other)) use.read.push_back(other);
  }
  if (!options.output.empty()) use.written.push_back({"--output", options.output});
  if (!options.csv.empty() && options.csv != "-")
    use.written.push_back({"--csv", options.csv, io::Output::Kind::text});
  return use;
}

/// What groups are compared with.
struct Comparison {
  std::string with;
  evaluate::Agreement agreement;
};

/// Customers who are in a group of both. Collective.
evaluate::Agreement compare(const comm::Communicator& world, const Grouping& one, const Grouping& other) {
  std::vector<std::int64_t> counts(one.ids.size() * other.ids.size());
  for (std::size_t row = 0; row < one.places.size(); ++row) {
    if (one.places[row] >= 0 && other.places[row] >= 0)
      ++counts[static_cast<std::size_t>(one.places[row]) * other.ids.size() +
               static_cast<std::size_t>(other.places[row])];
  }
  comm::sum_over_ranks(world, std::span(counts));
  return evaluate::agreement(counts, one.ids.size());
}

results::TidyTable agreement_table(const std::vector<Comparison>& comparisons) {
  results::TidyTable table;
  std::vector<std::string> names;
  std::vector<std::int64_t> customers;
  for (const auto& one : comparisons) {
    names.push_back(one.with);
    customers.push_back(one.agreement.customers);
  }
  table.add("against", std::move(names));
  table.add("customers", std::move(customers));
  const auto figures = [&](const char* name, double evaluate::Agreement::*figure) {
    std::vector<double> cells;
    for (const auto& one : comparisons) cells.push_back(one.agreement.*figure);
    table.add(name, std::move(cells));
  };
  figures("rand", &evaluate::Agreement::rand);
  figures("adjusted_rand", &evaluate::Agreement::adjusted_rand);
  figures("information", &evaluate::Agreement::information);
  figures("nmi_arithmetic", &evaluate::Agreement::nmi_arithmetic);
  figures("nmi_geometric", &evaluate::Agreement::nmi_geometric);
  figures("nmi_max", &evaluate::Agreement::nmi_max);
  figures("adjusted_information", &evaluate::Agreement::adjusted_information);
  figures("fowlkes_mallows", &evaluate::Agreement::fowlkes_mallows);
  return table;
}

std::string in_words(std::int64_t customers, std::size_t groups,
                     const std::vector<evaluate::Measure>& measures,
                     const std::vector<Comparison>& comparisons) {
  auto text = fmt::format("{} customers in {} groups\n\n", customers, groups);
  for (const auto& measure : measures) {
    text += fmt::format("{:<22}  {:>12}", measure.name,
                        std::isnan(measure.value) ? "none" : fmt::format("{:.6g}", measure.value));
    if (measure.error > 0) text += fmt::format("  (standard error {:.2g})", measure.error);
    text += '\n';
  }
  if (comparisons.empty()) return text;
  text += fmt::format("\n{:<22}  {:>10}  {:>13}  {:>6}  {:>14}\n", "against", "customers", "adjusted Rand",
                      "Rand", "NMI (arithm.)");
  for (const auto& [with, agreed] : comparisons) {
    text += fmt::format("{:<22}  {:>10}  {:>13.4f}  {:>6.4f}  {:>14.4f}\n", core::printable(with),
                        agreed.customers, agreed.adjusted_rand, agreed.rand, agreed.nmi_arithmetic);
  }
  return text;
}

/// What is looked at, and in what.
struct Subject {
  const spec::Spec& spec;
  const io::Shard& shard;
  const std::vector<features::Feature>& known;
  const features::Participation& participation;
  const features::Encoded& encoded;
};

void finish(const comm::Communicator& world, const EvaluateOptions& options, const Subject& subject,
            Grouping grouping, Reporter& reporter) {
  const auto& participation = subject.participation;
  for (std::size_t row = 0; row < grouping.places.size(); ++row) {
    if (!participation.has(row)) grouping.places[row] = -1;
  }
  const auto& matrix = subject.encoded.matrix;
  const auto data = kernel::describe_data(world, matrix, participation.weights, subject.shard.rows(),
                                          features::column_blocks(subject.encoded.schema));
  reporter.stage(
      fmt::format("measuring {} groups in {} encoded columns", grouping.ids.size(), matrix.columns()));
  const auto measures = evaluate::partition_measures(world, data, grouping.places, grouping.ids.size(),
                                                     subject.spec.cluster.seed, options.sample);
  std::vector<Comparison> comparisons;
  for (const auto& other : options.against) {
    reporter.stage(fmt::format("comparing with {}", other));
    const auto groups = is_result(other) ? segments_by_id(world, subject.shard, subject.spec,
                                                          results::read_result(world, other), other, reporter)
                                         : group_by(world, subject.shard, subject.spec, other, subject.known);
    comparisons.push_back({other, compare(world, grouping, groups)});
  }
  const auto customers = comm::sum_over_ranks(
      world, static_cast<std::int64_t>(std::count_if(grouping.places.begin(), grouping.places.end(),
                                                     [](std::int32_t place) { return place >= 0; })));
  comm::heed_last_stop_requests(world);
  const auto table = measure_table(measures);
  if (!options.csv.empty()) {
    io::OrderedText csv(world, options.csv);
    csv.append(world.rank() == 0 ? results::to_csv(table) : std::string());
    csv.commit();
  }
  if (!options.output.empty()) {
    io::OutputFile file(world, options.output);
    results::write_table(file, results::layout::quality_measures, table);
    if (!comparisons.empty())
      results::write_table(file, results::layout::quality_agreement, agreement_table(comparisons));
    file.create_group(results::layout::run);
    file.set_attribute(results::layout::run, "job", std::string("evaluate"));
    file.set_attribute(results::layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
    file.set_attribute(results::layout::run, "n", customers);
    file.set_attribute(results::layout::run, "command", reporter.command());
    file.commit();
  }
  if (options.csv != "-") reporter.summary(in_words(customers, grouping.ids.size(), measures, comparisons));
}

void evaluate_column(const comm::Communicator& world, const EvaluateOptions& options, Reporter& reporter) {
  SpecOptions spec_options;
  spec_options.path = options.source;
  spec_options.inputs = options.inputs;
  spec_options.sets = options.sets;
  const auto spec = load_spec(world, spec_options, spec::Purpose::describe);
  reporter.open([&] { return files_of(options, spec); });
  const io::Shard shard(world, io::open_table(world, spec.input));
  const auto features = features::resolve(world, shard, spec);
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  const auto participation = features::find_participation(world, shard, spec, features);
  auto as_wanted = encode_for(world, shard, spec.cluster, features, participation);
  const features::Encoded encoded{std::move(as_wanted.schema), std::move(as_wanted.matrix)};
  finish(world, options, {spec, shard, features, participation, encoded},
         group_by(world, shard, spec, options.by, features), reporter);
}

void evaluate_result(const comm::Communicator& world, const EvaluateOptions& options, Reporter& reporter) {
  const auto again = read_again(world, options.source, options.inputs, options.sets);
  const auto& spec = again.spec;
  reporter.open([&] { return files_of(options, spec); });
  const io::Shard shard(world, io::open_table(world, spec.input));
  const auto& schema = again.stored.model.schema;
  const auto features = known_to(schema);
  for (const auto& feature : features) {
    if (!features::can_be_read(shard.table(), feature) && feature.clustered)
      throw core::data_error(fmt::format("{}: feature \"{}\" of {} can't be read from its columns",
                                         io::files_name(shard.table()), feature.name, options.source));
  }
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  const auto participation = features::find_participation(world, shard, spec, features);
  features::Encoded encoded{schema, features::encode(world, shard, schema, participation)};
  if (schema.length > 0) features::make_rows_unit(schema, encoded.matrix);
  finish(world, options, {spec, shard, features, participation, encoded},
         segments_by_id(world, shard, spec, again.stored, options.source, reporter), reporter);
}

}  // namespace

results::TidyTable measure_table(const std::vector<evaluate::Measure>& measures) {
  std::vector<std::string> names;
  std::vector<double> values;
  std::vector<double> errors;
  for (const auto& measure : measures) {
    names.push_back(measure.name);
    values.push_back(measure.value);
    errors.push_back(measure.error);
  }
  results::TidyTable table;
  table.add("measure", std::move(names));
  table.add("value", std::move(values));
  table.add("error", std::move(errors));
  return table;
}

void evaluate(const comm::Communicator& world, const EvaluateOptions& options, Reporter& reporter) {
  if (options.by.empty()) {
    evaluate_result(world, options, reporter);
  } else {
    evaluate_column(world, options, reporter);
  }
  reporter.stage("done");
}

}  // namespace psychograph::runs

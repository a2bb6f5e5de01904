// psychograph evaluate.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/evaluation.hpp"

namespace psychograph::jobs {

Job evaluate_job(CLI::App& job) {
  auto options = std::make_shared<runs::EvaluateOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph evaluate segments.h5 --against region --against last-quarter.h5\n"
      "  psychograph evaluate spec.toml --by education --csv measures.csv");
  job.add_option("source", options->source, "A result of segment, assign or resegment; with --by, a spec")
      ->required()
      ->type_name("FILE");
  job.add_option("--input", options->inputs,
                 "Customer tables (globs), instead of those that the source names")
      ->type_name("FILE ...");
  job.add_option("--by", options->by, "The column whose values are the groups")->type_name("NAME");
  job.add_option("--against", options->against,
                 "Columns, and results (*.h5), whose groups these are compared with")
      ->type_name("NAME ...");
  job.add_option("--sample", options->sample, "Customers whose silhouettes are taken")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{100'000}))
      ->capture_default_str();
  job.add_option("--output", options->output, "The HDF5 file to write")->type_name("FILE");
  job.add_option("--csv", options->csv, "The measures as CSV; - for standard output")->type_name("FILE");
  job.add_option("--set", options->sets, "Override a key of the spec, as --set cluster.seed=7")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::evaluate(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

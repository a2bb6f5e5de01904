// psychograph typing.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/typing_job.hpp"

namespace psychograph::jobs {

Job typing_job(CLI::App& job) {
  auto options = std::make_shared<runs::TypingOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph typing segments.h5 --questions 8 --output typing.h5\n"
      "  psychograph typing segments.h5 --input crm.h5 --candidates age plan 'spend_*' --output typing.h5\n"
      "  psychograph assign typing.h5 --input crm.h5 --output assigned.h5\n"
      "  psychograph export typing.h5 --sql --output typing.sql");
  job.add_option("result", options->result, "A result of segment, assign or resegment")
      ->required()
      ->type_name("FILE");
  job.add_option("--input", options->inputs, "Customer tables (globs), instead of those of the result")
      ->type_name("FILE ...");
  job.add_option(
         "--candidates", options->candidates,
         "The columns to choose from (globs), instead of those that the segments were made of; columns "
         "that only describe are taken where they are named in full")
      ->type_name("NAME ...");
  job.add_option("--categorical", options->categorical, "Candidates whose numbers are names, not amounts")
      ->type_name("NAME ...");
  job.add_option("--questions", options->questions, "How many to ask")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100}))
      ->capture_default_str();
  job.add_option("--sample", options->sample,
                 "Customers among whom the questions are chosen; they are tested on all")
      ->check(CLI::Range(std::int64_t{100}, std::int64_t{10'000'000}))
      ->capture_default_str();
  job.add_option("--output", options->output, "The HDF5 file to write")->required()->type_name("FILE");
  job.add_option("--csv", options->csv,
                 "How well each number of questions does, as CSV; - for standard output")
      ->type_name("FILE");
  job.add_option("--set", options->sets, "Override a key of the spec, as --set privacy.min_cell=10")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::typing(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

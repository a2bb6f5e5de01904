// psychograph join.
#include "runs/join.hpp"

#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"

namespace psychograph::jobs {

Job join_job(CLI::App& job) {
  auto options = std::make_shared<runs::JoinOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph join customers.h5 survey.h5 --id customer_id --output all.h5\n"
      "  psychograph join 'customers-*.h5' zips.h5 --id zip=postcode --columns income 'age_*' --prefix zip_ "
      "--output all.h5");
  job.add_option(
         "first", options->first,
         "The table whose rows stay, all of them: a file, a glob in quotes, or several with commas between")
      ->required()
      ->type_name("FIRST.h5");
  job.add_option("second", options->second, "The table whose columns are looked up in it; likewise")
      ->required()
      ->type_name("SECOND.h5");
  job.add_option("--id", options->id,
                 "The column by which rows are found; FIRST=SECOND where its names differ")
      ->required()
      ->type_name("NAME");
  job.add_option("--output", options->output, "The HDF5 file to write; replaced if it exists")
      ->required()
      ->type_name("FILE");
  job.add_option("--columns", options->columns,
                 "Which columns of the second (globs), instead of all but its id")
      ->type_name("NAME ...");
  job.add_option("--prefix", options->prefix, "What the names of its columns begin with in the result")
      ->type_name("TEXT");
  job.add_option("--table", options->table,
                 "Where the tables lie in their files; FIRST=SECOND where that differs")
      ->type_name("PATH")
      ->capture_default_str();
  add_memory_options(job, options->memory);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::join(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

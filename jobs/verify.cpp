// psychograph verify.
#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"
#include "runs/verification.hpp"

namespace psychograph::jobs {

Job verify_job(CLI::App& app) {
  auto options = std::make_shared<runs::VerifyOptions>();
  app.add_option("result", options->result, "The result file of segment, resegment or assign")
      ->required()
      ->type_name("RESULT.h5");
  app.add_option("--input", options->inputs,
                 "The customer table it was made of (globs; default: as noted in it)")
      ->type_name("FILE ...");
  app.add_option("--model", options->model,
                 "For a result of assign: the result file whose model must have made it")
      ->type_name("FILE");
  app.add_option("--previous", options->previous,
                 "For a result of resegment: last quarter's result, which it was made from")
      ->type_name("FILE");
  app.add_option(
         "--temporary", options->temporary,
         "Where the result is made again, which takes as much disk space: a folder that all ranks see "
         "(default: beside the result)")
      ->type_name("FOLDER");
  add_memory_options(app, options->memory);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::verify(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

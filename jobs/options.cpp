#include "jobs/options.hpp"

#include <string>

#include <fmt/format.h>

namespace psychograph::jobs {

void add_spec_options(CLI::App& job, runs::SpecOptions& options) {
  job.add_option("spec", options.path, "The spec, in TOML (docs/spec.md)")
      ->required()
      ->type_name("SPEC.toml");
  job.add_option("--input", options.inputs, "Customer tables, instead of input.files (globs)")
      ->type_name("FILE ...");
  job.add_option("--set", options.sets, "Override a key of the spec, as --set cluster.k=6")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_checkpoint_options(CLI::App& job, runs::CheckpointOptions& options) {
  job.add_flag(
      "--resume", options.resume,
      "Go on from the checkpoint of a run that was stopped, on any number of ranks; without one, start "
      "afresh");
  job.add_option("--checkpoint-every", options.every,
                 "Seconds between checkpoints in RESULT.checkpoint (0: after every iteration)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
}

CLI::Validator size_in_bytes() {
  return CLI::Validator(
      [convert = CLI::AsSizeValue(false)](std::string& text) {
        auto problem = fmt::format("\"{}\" is not a size, as 4G or 500M are", text);
        if (text.empty() || text.front() < '0' || text.front() > '9') return problem;
        try {
          convert(text);
        } catch (const CLI::ValidationError&) {
          return problem;
        }
        return text == "0" ? problem : std::string();
      },
      "SIZE");
}

void add_memory_options(CLI::App& job, runs::MemoryOptions& options) {
  auto* const memory =
      job.add_option(
             "--memory", options.memory,
             "What a rank may hold in memory, as 4G or 500M; where its customers take more, they are kept in "
             "the scratch folder (default: all in memory)")
          ->type_name("SIZE")
          ->transform(size_in_bytes());
  job.add_option("--scratch", options.scratch,
                 "A folder on a fast local disk (default: $SLURM_TMPDIR, $TMPDIR or /tmp)")
      ->type_name("FOLDER")
      ->needs(memory);
}

void add_write_back_options(CLI::App& job, runs::WriteBackOptions& options) {
  auto* const wanted = job.add_flag(
      "--write-back", options.wanted,
      "Write the segments into the customer table too, as a column of its own: each file is copied, the copy "
      "gets the column and takes the file's place");
  job.add_option("--write-back-column", options.column, "The name of that column")
      ->type_name("NAME")
      ->needs(wanted)
      ->capture_default_str();
}

void add_segmentation_options(CLI::App& job, runs::SpecOptions& options) {
  job.add_option("--output", options.output, "The result file, instead of output.path (segments.h5)")
      ->type_name("FILE")
      ->check([](const std::string& path) { return path.empty() ? "an empty path" : std::string(); });
  add_memory_options(job, options.memory);
  add_checkpoint_options(job, options.checkpoints);
  add_write_back_options(job, options.write_back);
  job.add_flag("!--no-profile", options.profile,
               "Leave out /profile, and the reads of the table that it takes");
  job.add_option(
         "--k", options.k,
         "Number of segments, instead of cluster.k: one as 5, or a range as 2-12, or auto, of which segment "
         "finds out what is there")
      ->type_name("NUMBER")
      ->check([](const std::string& text) {
        const bool known = text == "auto" || text.find_first_not_of("0123456789-") == std::string::npos;
        return known ? std::string() : "\"" + text + "\" is no whole number, range as 2-12, or auto";
      });
  job.add_option("--seed", options.seed, "Instead of cluster.seed");
}

}  // namespace psychograph::jobs

// psychograph generate.
#include <cstdint>
#include <limits>
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/generation.hpp"

namespace psychograph::jobs {
namespace {

constexpr std::int64_t most_quarters = 1000;

void add_table_options(CLI::App& app, synthetic::Request& request) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  app.add_option("--customers", request.customers, "Number of rows")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, largest));
  app.add_option("--features", request.features, "Number of features")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000}));
  app.add_option("--segments", request.segments, "Number of planted segments, each smaller than the last")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{std::numeric_limits<std::int32_t>::max()}));
  app.add_option("--seed", request.seed, "Same seed, same table, on any number of ranks")
      ->check(CLI::Range(std::uint64_t{0}, static_cast<std::uint64_t>(largest)))
      ->capture_default_str();
}

void add_quarter_options(CLI::App& app, runs::GenerationOptions& options) {
  auto* quarter =
      app.add_option("--quarter", options.quarter,
                     "The same customers in a later quarter: who leaves, joins and changes segment "
                     "is in /truth. Quarter 1 is the table that is written without this option")
          ->check(CLI::Range(std::int64_t{1}, most_quarters));
  auto* movers = app.add_option("--movers", options.changes.movers,
                                "Share of the customers who change segment in a quarter")
                     ->check(CLI::Range(0.0, 1.0))
                     ->capture_default_str()
                     ->needs(quarter);
  auto* churn = app.add_option("--churn", options.changes.churn,
                               "Share of the customers who leave in a quarter; as many join")
                    ->check(CLI::Range(0.0, 1.0))
                    ->capture_default_str()
                    ->needs(quarter);
  auto* steady = app.add_flag("--steady", options.changes.steady,
                              "No segment is split in quarter 3, and none dies in quarter 4")
                     ->needs(quarter);
  app.add_flag("--no-change", options.no_change,
               "The same customers in the same segments, in another order: --movers 0 --churn 0 --steady")
      ->needs(quarter)
      ->excludes(movers)
      ->excludes(churn)
      ->excludes(steady);
}

}  // namespace

Job generate_job(CLI::App& app) {
  auto options = std::make_shared<runs::GenerationOptions>();
  auto& request = options->request;
  add_table_options(app, request);
  app.add_option(
         "--kind", options->kind,
         "gaussian: feature_00, ..., normal around the centroid of the segment. customers: survey answers, "
         "spending, visits, region, age, ...")
      ->check(CLI::IsMember({"gaussian", "customers"}))
      ->capture_default_str();
  app.add_option(
         "--separation", options->separation,
         "How far apart two segments are (root mean square), in standard deviations of a segment; default 5, "
         "of kind customers 8")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option(
         "--correlation", options->correlation,
         "Within a segment, of features that belong together: each eight in turn (default 0), of kind "
         "customers those of one trait (default 0.4)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--actions", request.actions,
               "Of kind customers: consent, what they did with channels and products, needs and engagement "
               "come beside, in a few segments other than elsewhere");
  app.add_option("--missing", request.missing, "Share of the cells that are missing")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  add_quarter_options(app, *options);
  app.add_option("--output", options->output, "The HDF5 file to write")->required()->type_name("FILE");
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::generate(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

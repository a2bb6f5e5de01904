// psychograph generate.
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "jobs/jobs.hpp"
#include "runs/event_generation.hpp"
#include "runs/generation.hpp"

namespace psychograph::jobs {
namespace {

constexpr std::int64_t most_quarters = 1000;

void add_table_options(CLI::App& app, synthetic::Request& request) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  app.add_option("--customers", request.customers, "Number of rows")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, largest));
  app.add_option("--features", request.features, "Number of features; of kind events there are none")
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

void add_campaign_options(CLI::App& app, runs::CampaignGenerationOptions& options) {
  auto* campaign =
      app.add_option("--campaign", options.output,
                     "Another HDF5 file: who of them got what, by lot, and what came of it (visit, "
                     "purchase, spend); the lifts are in its /truth/lifts")
          ->type_name("FILE");
  app.add_option("--arms", options.arms,
                 "Of the campaign: what customers get, the control first, as none=1,mail=9; a part is 1 "
                 "where none is told")
      ->type_name("NAME=PART,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str()
      ->needs(campaign);
  app.add_option("--baseline", options.baseline, "Of the campaign: visits a customer without it")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->needs(campaign);
  app.add_option("--lifts", options.lifts,
                 "Of the campaign: visits a customer more, in one segment after the other, over and over, "
                 "and for each further arm from the next one on; 0: the campaign changes nothing")
      ->type_name("LIFT,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(-1.0, 1.0))
      ->capture_default_str()
      ->needs(campaign);
}

struct EventOptions {
  runs::EventGenerationOptions events;
  std::string format = "hdf5";
  std::vector<CLI::Option*> own;     ///< of kind events alone
  std::vector<CLI::Option*> others;  ///< of the other kinds
};

void add_event_options(CLI::App& app, EventOptions& options) {
  constexpr std::int64_t many = 1'000'000;
  auto& request = options.events.request;
  options.own = {
      app.add_option("--baskets", request.baskets, "Of kind events: baskets a customer, on average")
          ->check(CLI::Range(std::int64_t{1}, many))
          ->capture_default_str(),
      app.add_option("--lines", request.lines, "Of kind events: lines, and so events, a basket")
          ->check(CLI::Range(std::int64_t{1}, many))
          ->capture_default_str(),
      app.add_option("--files", options.events.files,
                     "Of kind events: in so many files, in no order, beside the output")
          ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000}))
          ->capture_default_str(),
      app.add_option("--format", options.format, "Of kind events: of these files")
          ->check(CLI::IsMember({"hdf5", "csv"}))
          ->capture_default_str()};
}

/// Throws a usage error for an option of another kind.
void require_own_options(const EventOptions& options, bool events) {
  for (const auto* option : events ? options.others : options.own) {
    if (option->count() > 0)
      throw core::usage_error(
          fmt::format("{} is {} --kind events", option->get_name(), events ? "not for" : "for"));
  }
}

}  // namespace

Job generate_job(CLI::App& app) {
  auto options = std::make_shared<runs::GenerationOptions>();
  auto& request = options->request;
  add_table_options(app, request);
  app.add_option(
         "--kind", options->kind,
         "gaussian: feature_00, ..., normal around the centroid of the segment. customers: survey answers, "
         "spending, visits, region, age, ... events: lines of baskets in files beside the output, which "
         "holds the "
         "customers and their truth")
      ->check(CLI::IsMember({"gaussian", "customers", "events"}))
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
  add_campaign_options(app, options->campaign);
  app.add_option("--output", options->output, "The HDF5 file to write")->required()->type_name("FILE");
  auto events = std::make_shared<EventOptions>();
  for (const char* name :
       {"--features", "--separation", "--correlation", "--actions", "--missing", "--quarter", "--campaign"})
    events->others.push_back(app.get_option(name));
  add_event_options(app, *events);
  return [options, events](const comm::Communicator& world, runs::Reporter& reporter) {
    require_own_options(*events, options->kind == "events");
    if (options->kind == "events") {
      auto& request = events->events.request;
      request.customers = options->request.customers;
      request.segments = options->request.segments;
      request.seed = options->request.seed;
      events->events.output = options->output;
      events->events.csv = events->format == "csv";
      runs::generate_events(world, events->events, reporter);
      return;
    }
    if (options->request.features == 0) throw core::usage_error("--features is required (--help tells more)");
    runs::generate(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs

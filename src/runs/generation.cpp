#include "runs/generation.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "io/disk_space.hpp"
#include "io/output_file.hpp"
#include "synthetic/write.hpp"
#include "synthetic/write_campaign.hpp"

namespace psychograph::runs {
namespace {

using synthetic::Kind;

/// What --separation and --correlation are by default. Columns of customers say less of the segment than a
/// plain normal does (few steps, missing cells, correlations), so that their segments lie further apart.
struct Defaults {
  double separation;
  double correlation;
};
constexpr Defaults gaussian_defaults = {5.0, 0.0};
constexpr Defaults customers_defaults = {8.0, 0.4};
constexpr std::int64_t most_customer_segments = 10'000;

/// What the option parser can't see: NaN, and options that depend on one another. Throws a usage error.
void check(const synthetic::Request& request) {
  if (request.segments > request.customers) {
    throw core::usage_error(
        fmt::format("--segments {} is more than --customers {}: every segment has at least one",
                    request.segments, request.customers));
  }
  if (request.actions && request.kind != Kind::customers)
    throw core::usage_error("--actions needs --kind customers: plain features do nothing");
  if (request.kind == Kind::customers && request.segments > most_customer_segments) {
    throw core::usage_error(fmt::format("--segments {} is more than {}, the most with --kind customers",
                                        request.segments, most_customer_segments));
  }
  const auto quarter = request.quarter.value_or(synthetic::Quarter{});
  // In quarter q, ids are below q * customers.
  if (request.customers > std::numeric_limits<std::int64_t>::max() / quarter.number) {
    throw core::usage_error(fmt::format("--customers {} is too many for --quarter {}: ids end at 2^63",
                                        request.customers, quarter.number));
  }
  for (const auto& [name, value] :
       {std::pair{"--separation", request.separation}, std::pair{"--correlation", request.correlation},
        std::pair{"--missing", request.missing}, std::pair{"--movers", quarter.movers},
        std::pair{"--churn", quarter.churn}}) {
    if (!std::isfinite(value)) throw core::usage_error(fmt::format("{} must be a finite number", name));
  }
}

std::string quarter_line(const synthetic::Request& request, const synthetic::Written& written) {
  const auto number = request.quarter->number;
  auto text =
      fmt::format("quarter {}: {} joined, {} changed segment", number, written.joined, written.changed);
  if (synthetic::splits(request, number)) {
    text += fmt::format("; half of segment {} is now segment {}", synthetic::split_segment, request.segments);
  }
  if (synthetic::dies(request, number)) {
    text += fmt::format("; segment {} has died", request.segments - 1);
  }
  return text + "\n";
}

std::string summary(const GenerationOptions& options, const synthetic::Written& written) {
  const auto& sizes = written.sizes;
  constexpr std::size_t most_listed = 20;
  const auto listed = sizes.size() > most_listed ? most_listed / 2 : sizes.size();
  const auto& request = options.request;
  std::string text = fmt::format("{}: {} customers, {} features, {} segments (seed {}, separation {})\n",
                                 core::printable(options.output), request.customers, request.features,
                                 request.segments, request.seed, request.separation);
  if (request.quarter) text += quarter_line(request, written);
  text += fmt::format("{:>9}  {:>14}  {:>7}\n", "segment", "customers", "share");
  for (std::size_t s = 0; s < listed; ++s) {
    text += fmt::format("{:>9}  {:>14}  {:>6.2f}%\n", s, sizes[s],
                        100.0 * static_cast<double>(sizes[s]) / static_cast<double>(request.customers));
  }
  if (listed < sizes.size()) {
    text += fmt::format("and {} smaller ones: see /truth/segment\n", sizes.size() - listed);
  }
  return text;
}

synthetic::Quarter quarter(const GenerationOptions& options) {
  if (options.no_change) return {*options.quarter, 0.0, 0.0, true};
  auto changes = options.changes;
  changes.number = *options.quarter;
  return changes;
}

}  // namespace

void generate(const comm::Communicator& world, GenerationOptions options, Reporter& reporter) {
  auto& request = options.request;
  const bool customers = options.kind == "customers";
  const auto& defaults = customers ? customers_defaults : gaussian_defaults;
  request.kind = customers ? Kind::customers : Kind::gaussian;
  request.separation = options.separation.value_or(defaults.separation);
  request.correlation = options.correlation.value_or(defaults.correlation);
  if (options.quarter) request.quarter = quarter(options);
  check(request);
  const auto table = synthetic::plan(request);
  const bool with_campaign = !options.campaign.output.empty();
  if (with_campaign) (void)campaign_request(options.campaign, table.segments);
  reporter.open([&] {
    io::FileUse use{{}, {{"--output", options.output}}};
    if (with_campaign) use.written.push_back({"--campaign", options.campaign.output});
    return use;
  });
  reporter.stage(fmt::format("generating {} customers with {} features in {} segments", request.customers,
                             request.features, request.segments));
  comm::run_on_root(world, [&] {
    const auto bytes = static_cast<double>(request.customers) * synthetic::row_bytes(table);
    std::vector<io::SpaceDemand> demands{{options.output, bytes}};
    if (with_campaign)
      demands.push_back(
          {options.campaign.output, static_cast<double>(request.customers) * synthetic::campaign_row_bytes});
    io::require_space(demands);
  });
  io::OutputFile file(world, options.output);
  const auto written = synthetic::write_customers(
      world, table, file, [&](double share) { reporter.progress("generating", share); });
  synthetic::write_truth(world, table, file);
  if (request.quarter) synthetic::write_quarter(table, written, file);
  auto text = summary(options, written);
  // First, so that a run that is stopped on the way leaves neither of the two.
  if (with_campaign) text += generate_campaign(world, options.campaign, table, reporter);
  comm::heed_last_stop_requests(world);
  file.commit();
  reporter.stage(fmt::format("{} is written", options.output));
  reporter.summary(text);
}

}  // namespace psychograph::runs

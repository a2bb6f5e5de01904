#include "runs/measure_parts.hpp"

#include <algorithm>

#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "io/ids.hpp"
#include "io/inspect.hpp"
#include "runs/described_columns.hpp"
#include "spec/suggest.hpp"

namespace psychograph::runs {
namespace {

constexpr std::size_t most_arms = 100;

/// Throws for a name that is none of the arms.
void require_arm(const campaign::Arms& arms, const spec::Campaign& campaign, const std::string& name,
                 const char* key) {
  if (std::find(arms.names.begin(), arms.names.end(), name) != arms.names.end()) return;
  const auto near = spec::nearest(name, arms.names);
  throw core::data_error(fmt::format(
      "column \"{}\" has no \"{}\" (wanted by {}){}: it has {}", campaign.arm, name, key,
      near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near), fmt::join(arms.names, ", ")));
}

/// Without what the eye passes over.
std::string as_it_looks(const std::string& name) {
  std::string plain;
  for (const char one : name) {
    const auto byte = static_cast<unsigned char>(one);
    if (std::isspace(byte) == 0) plain.push_back(static_cast<char>(std::tolower(byte)));
  }
  return plain;
}

}  // namespace

void require_a_row_a_customer(const comm::Communicator& world, const io::Shard& shard,
                              const spec::Campaign& campaign) {
  if (!shard.table().find(*campaign.input.id)) {
    if (!campaign.segments.empty())
      (void)io::require_column(shard.table(), *campaign.input.id, "campaign.id");
    return;
  }
  io::require_unique_ids(world, shard, *campaign.input.id);
}

campaign::Arms arms_of(const spec::Campaign& campaign, const Grouping& grouping) {
  campaign::Arms arms{grouping.names, {}};
  if (arms.count() > most_arms)
    throw core::data_error(fmt::format("column \"{}\" has {} different values: at most {} arms are measured",
                                       campaign.arm, arms.count(), most_arms));
  if (!campaign.control.empty()) {
    require_arm(arms, campaign, campaign.control, "campaign.control");
    arms.control = static_cast<std::size_t>(
        std::find(arms.names.begin(), arms.names.end(), campaign.control) - arms.names.begin());
    if (arms.count() == 1)
      throw core::data_error(
          fmt::format("column \"{}\" has the control alone: nobody got anything", campaign.arm));
  }
  return arms;
}

std::vector<double> parts_of(const spec::Campaign& campaign, const campaign::Arms& arms) {
  if (campaign.ratios.empty()) return std::vector<double>(arms.count(), 1.0);
  std::vector<double> parts(arms.count(), 0.0);
  for (const auto& [name, part] : campaign.ratios) {
    require_arm(arms, campaign, name, "campaign.ratios");
    parts[static_cast<std::size_t>(std::find(arms.names.begin(), arms.names.end(), name) -
                                   arms.names.begin())] = part;
  }
  for (std::size_t arm = 0; arm < parts.size(); ++arm) {
    if (parts[arm] == 0)
      throw core::data_error(
          fmt::format("campaign.ratios does not say what part \"{}\" was to get", arms.names[arm]));
  }
  return parts;
}

std::vector<campaign::Column> columns_of(const features::Schema& schema, const io::Shard& shard,
                                         const std::vector<std::string>& names, const char* key) {
  std::vector<campaign::Column> columns;
  for (const auto& name : names) {
    const auto& fitted = find_column(schema, shard, name, key);
    if (fitted.feature.leveled)
      throw core::data_error(fmt::format("{}: column \"{}\" holds words, and {} are numbers or flags",
                                         io::files_name(shard.table()), name, key));
    columns.push_back({name, &fitted});
  }
  return columns;
}

void warn_of_what_is_missing(const comm::Communicator& world, const campaign::Question& question,
                             const campaign::Measurement& measured, const std::string& arm,
                             Reporter& reporter) {
  auto without = static_cast<std::int64_t>(
      std::count_if(question.arm_of.begin(), question.arm_of.end(), [](auto place) { return place < 0; }));
  without = comm::sum_over_ranks(world, without);
  if (without > 0)
    reporter.warn(fmt::format("{} customers have nothing in \"{}\": they are left out", without, arm));
  const auto& customers = measured.customers.back();
  for (std::size_t o = 0; o < question.outcomes.size(); ++o) {
    std::int64_t lacking = 0;
    for (std::size_t a = 0; a < question.arms.count(); ++a)
      lacking += customers[a] - measured.outcomes[o].back().of(0, a).n;
    if (lacking > 0)
      reporter.warn(fmt::format("{} customers have nothing in \"{}\": they are left out of its figures",
                                lacking, question.outcomes[o].name));
  }
}

void warn_of_what_says_nothing(const campaign::Question& question, const std::string& arm,
                               Reporter& reporter) {
  for (const auto& outcome : question.outcomes) {
    const auto& s = outcome.fitted->statistics;
    if (s.count > 0 && s.min == s.max)
      reporter.warn(
          fmt::format("\"{}\" is {} of everybody who has a value: it can show no lift", outcome.name, s.min));
  }
  const auto& names = question.arms.names;
  for (std::size_t one = 0; one < names.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      if (as_it_looks(names[one]) == as_it_looks(names[other]))
        reporter.warn(fmt::format("column \"{}\" has \"{}\" and \"{}\", which are two arms here", arm,
                                  core::printable(names[other]), core::printable(names[one])));
    }
  }
}

}  // namespace psychograph::runs

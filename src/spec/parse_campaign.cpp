#include "spec/parse_campaign.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "spec/document.hpp"
#include "spec/overrides.hpp"
#include "spec/parse_parts.hpp"
#include "spec/section.hpp"

namespace psychograph::spec {
namespace {

std::string column(Section& section, const char* key, const char* question) {
  auto name = section.text(key).value_or("");
  if (name.empty()) section.fail(key, question);
  return name;
}

std::vector<std::string> columns(Section& section, const char* key) {
  auto names = section.texts(key);
  std::set<std::string> seen;
  for (const auto& name : names) {
    if (name.empty()) section.fail(key, "an empty name of a column");
    if (!seen.insert(name).second) section.fail(key, fmt::format("\"{}\" stands twice", name));
  }
  return names;
}

/// An arm, which may be a number.
std::string arm_name(Section& section, const char* key) {
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  if (section.is_whole_number(key)) return std::to_string(section.whole_number(key, -any, any).value_or(0));
  return section.text(key).value_or("");
}

/// The planned parts of the arms: any numbers in their ratio.
std::vector<std::pair<std::string, double>> parse_ratios(Section section) {
  std::vector<std::pair<std::string, double>> ratios;
  for (const auto& arm : section.keys()) {
    const auto part = section.number(arm.c_str(), 0, 1e9).value_or(0);
    if (!(part > 0)) section.fail(arm.c_str(), "a part that nobody was to get");
    ratios.emplace_back(arm, part);
  }
  if (ratios.size() == 1) section.fail(ratios.front().first.c_str(), "a ratio has two parts or more");
  return ratios;
}

void require_apart(const Section& section, const Campaign& campaign) {
  const auto is_outcome = [&](const std::string& name) {
    return std::find(campaign.outcomes.begin(), campaign.outcomes.end(), name) != campaign.outcomes.end();
  };
  if (is_outcome(campaign.arm)) section.fail("outcomes", "the arm is no outcome");
  for (const auto& name : campaign.covariates) {
    if (is_outcome(name) || name == campaign.arm)
      section.fail("covariates",
                   fmt::format("\"{}\" is no covariate: what came of the campaign, or is the arm, "
                               "can't adjust it",
                               name));
  }
  for (const auto& name : campaign.by) {
    if (is_outcome(name) || name == campaign.arm)
      section.fail("by", fmt::format("\"{}\" makes no groups: it is an outcome, or the arm", name));
    // Tables have everybody and segments under these names.
    if (name == "all" || (name == "segment" && !campaign.segments.empty()))
      section.fail("by",
                   fmt::format("\"{}\" is what {} are called in the tables: give the column another "
                               "name",
                               name, name == "all" ? "figures of everybody" : "segments of the result"));
  }
}

}  // namespace

Campaign parse_campaign(std::string_view text, const std::string& name,
                        const std::vector<Override>& overrides) {
  auto document = parse_document(text, name);
  for (const auto& change : overrides) apply_override(document, change);
  Section root(document, "", name);
  auto found = root.table("campaign");
  if (!found) root.fail("campaign", "missing: [campaign] says who got what, and what came of it");
  auto& section = *found;
  Campaign campaign;
  campaign.input.files = section.texts("files");
  if (campaign.input.files.empty()) section.fail("files", "name at least one, as files = [\"campaign.h5\"]");
  campaign.input.table = section.text("table").value_or(campaign.input.table);
  campaign.input.id = section.text("id").value_or("customer_id");
  campaign.input.missing_values = parse_sentinels(section);
  campaign.arm = column(section, "arm", "which column says what somebody got?");
  campaign.control = arm_name(section, "control");
  campaign.outcomes = columns(section, "outcomes");
  if (campaign.outcomes.empty())
    section.fail("outcomes", "what came of it? As outcomes = [\"visit\", \"spend\"]");
  campaign.covariates = columns(section, "covariates");
  constexpr std::size_t most_covariates = 50;
  if (campaign.covariates.size() > most_covariates)
    section.fail("covariates", fmt::format("{}: at most {}", campaign.covariates.size(), most_covariates));
  campaign.by = columns(section, "by");
  campaign.segments = section.text("segments").value_or("");
  campaign.smallest_deviation =
      section.number("smallest_deviation", 0, 1).value_or(campaign.smallest_deviation);
  campaign.smallest_lift = section.number("smallest_lift", 0, 1e6).value_or(campaign.smallest_lift);
  if (auto ratios = section.table("ratios")) campaign.ratios = parse_ratios(std::move(*ratios));
  require_apart(section, campaign);
  section.finish();
  if (auto privacy = root.table("privacy")) campaign.privacy = parse_privacy(std::move(*privacy));
  if (auto output = root.table("output")) {
    campaign.output_path = output->text("path").value_or("");
    output->finish();
  }
  root.finish();
  campaign.effective = effective_text(document);
  return campaign;
}

}  // namespace psychograph::spec

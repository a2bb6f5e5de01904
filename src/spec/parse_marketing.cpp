#include "spec/parse_marketing.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace psychograph::spec {
namespace {

constexpr std::array<Name<Role>, 6> roles{{{"channel", Role::channel},
                                           {"product", Role::product},
                                           {"message", Role::message},
                                           {"format", Role::format},
                                           {"offer", Role::offer},
                                           {"time", Role::time}}};
constexpr std::array<Name<Evidence>, 3> evidences{
    {{"tested", Evidence::tested}, {"observed", Evidence::observed}, {"declared", Evidence::declared}}};
constexpr std::array<Name<TargetFigure>, 5> figures{{{"mean", TargetFigure::mean},
                                                     {"share", TargetFigure::share},
                                                     {"index", TargetFigure::index},
                                                     {"difference", TargetFigure::difference},
                                                     {"customers", TargetFigure::customers}}};
constexpr std::array<Name<TargetAxis>, 2> axes{
    {{"attractiveness", TargetAxis::attractiveness}, {"strength", TargetAxis::strength}}};

void require_own_names(const Section& section, const char* key, const std::vector<std::string>& names) {
  const std::set<std::string> once(names.begin(), names.end());
  if (once.size() != names.size() || once.contains("")) section.fail(key, "each needs a name of its own");
}

}  // namespace

Playbook parse_playbook(Section section) {
  Playbook block;
  const auto role = section.choice("role", roles);
  if (!role) section.fail("role", "what are the options? channel, product, message, format, offer or time");
  block.role = *role;
  block.options = section.texts("options");
  block.columns = section.texts("columns");
  block.exposed = section.texts("exposed");
  block.consent = section.texts("consent");
  block.evidence = section.choice("evidence", evidences).value_or(block.evidence);
  block.arms = section.texts("arms");
  block.outcome = section.text("outcome").value_or("");
  block.smallest_lift = section.number("smallest_lift", 0.001, 10.0).value_or(block.smallest_lift);
  if (block.options.empty())
    section.fail("options", "name at least one, as options = [\"e-mail\", \"store\"]");
  const auto require_as_many = [&](const char* key, const std::vector<std::string>& columns, bool may_lack) {
    if (columns.size() != block.options.size() && !(may_lack && columns.empty()))
      section.fail(key, fmt::format("{} columns for {} options: one each, in their order", columns.size(),
                                    block.options.size()));
  };
  require_as_many("columns", block.columns, false);
  require_as_many("exposed", block.exposed, true);
  require_as_many("consent", block.consent, true);
  if (!block.arms.empty() && block.arms.size() != block.options.size())
    section.fail("arms", fmt::format("{} arms for {} options: one each, \"\" for none", block.arms.size(),
                                     block.options.size()));
  if (std::find(block.columns.begin(), block.columns.end(), "") != block.columns.end())
    section.fail("columns", "an option without a column says nothing");
  require_own_names(section, "options", block.options);
  section.finish();
  return block;
}

std::vector<std::string> parse_engagement(Section section) {
  auto columns = section.texts("columns");
  if (columns.empty()) section.fail("columns", "name at least one, as columns = [\"visits\"]");
  section.finish();
  return columns;
}

Needs parse_needs(Section section) {
  Needs needs;
  needs.names = section.texts("names");
  needs.importance = section.texts("importance");
  needs.satisfaction = section.texts("satisfaction");
  if (needs.names.empty()) section.fail("names", "name at least one, as names = [\"price\", \"service\"]");
  require_own_names(section, "names", needs.names);
  const std::pair<const char*, const std::vector<std::string>*> keys[] = {
      {"importance", &needs.importance}, {"satisfaction", &needs.satisfaction}};
  for (const auto& [key, columns] : keys) {
    if (columns->size() != needs.names.size())
      section.fail(key, fmt::format("{} columns for {} names: one each, in their order", columns->size(),
                                    needs.names.size()));
    if (std::find(columns->begin(), columns->end(), "") != columns->end())
      section.fail(key, "a column without a name");
  }
  for (std::size_t n = 0; n < needs.names.size(); ++n) {
    if (needs.importance[n] == needs.satisfaction[n])
      section.fail("satisfaction", fmt::format("\"{}\" is what says how much \"{}\" matters, too",
                                               needs.satisfaction[n], needs.names[n]));
  }
  section.finish();
  return needs;
}

namespace {

Criterion parse_criterion(Section section) {
  constexpr double most = 1e300;
  Criterion criterion;
  const auto axis = section.choice("axis", axes);
  if (!axis) section.fail("axis", "what does it speak for? attractiveness or strength");
  criterion.axis = *axis;
  criterion.feature = section.text("feature").value_or("");
  criterion.level = section.text("level").value_or("");
  criterion.figure = section.choice("figure", figures)
                         .value_or(criterion.level.empty() ? TargetFigure::mean : TargetFigure::share);
  const bool of_customers = criterion.figure == TargetFigure::customers;
  if (of_customers != criterion.feature.empty())
    section.fail("feature", of_customers ? "figure = \"customers\" is of no feature"
                                         : "of which feature of the profile? Or figure = \"customers\"");
  if (criterion.figure == TargetFigure::mean && !criterion.level.empty())
    section.fail("figure", "a mean is of numbers, and has no level");
  if ((criterion.figure == TargetFigure::share || criterion.figure == TargetFigure::index) &&
      criterion.level.empty())
    section.fail("level", "of which answer? A share and an index are of a level");
  criterion.weight = section.number("weight", 1e-6, 1e6).value_or(criterion.weight);
  criterion.from = section.number("from", -most, most);
  criterion.to = section.number("to", -most, most);
  criterion.at_least = section.number("at_least", -most, most);
  criterion.at_most = section.number("at_most", -most, most);
  if (criterion.from.has_value() != criterion.to.has_value())
    section.fail(criterion.from ? "to" : "from",
                 "a score needs both: the figure that is worth nothing, and the one that is worth all");
  if (criterion.from && *criterion.from == *criterion.to)
    section.fail("to", "the same as from: no figure would be better than another");
  if (!criterion.from && !criterion.at_least && !criterion.at_most)
    section.fail("from", "a criterion needs from and to, or a limit: at_least, at_most");
  if (!criterion.from && section.has("weight")) section.fail("weight", "a limit alone weighs nothing");
  if (criterion.at_least && criterion.at_most && *criterion.at_least > *criterion.at_most)
    section.fail("at_most", "below at_least: nobody would pass");
  section.finish();
  return criterion;
}

}  // namespace

Targeting parse_targeting(Section section) {
  Targeting targeting;
  targeting.value = section.text("value").value_or("");
  for (auto& one : section.tables("criteria")) targeting.criteria.push_back(parse_criterion(std::move(one)));
  if (targeting.criteria.empty())
    section.fail("criteria", "what makes a segment worth it? Add [[targeting.criteria]]");
  section.finish();
  return targeting;
}

Positioning parse_positioning(Section section) {
  Positioning positioning;
  positioning.brands = section.texts("brands");
  positioning.attributes = section.texts("attributes");
  positioning.columns = section.text("columns").value_or("");
  if (positioning.brands.size() < 2) section.fail("brands", "a map needs two brands at the least");
  if (positioning.attributes.size() < 2)
    section.fail("attributes", "a map needs two attributes at the least");
  require_own_names(section, "brands", positioning.brands);
  require_own_names(section, "attributes", positioning.attributes);
  for (const char* part : {"{brand}", "{attribute}"}) {
    if (positioning.columns.find(part) == std::string::npos)
      section.fail("columns", fmt::format("\"{}\" lacks {}: write it as \"image_{{brand}}_{{attribute}}\"",
                                          positioning.columns, part));
  }
  section.finish();
  return positioning;
}

std::string Positioning::column(const std::string& brand, const std::string& attribute) const {
  auto name = columns;
  const auto put = [&](const std::string& part, const std::string& value) {
    for (auto at = name.find(part); at != std::string::npos; at = name.find(part, at + value.size()))
      name.replace(at, part.size(), value);
  };
  put("{brand}", brand);
  put("{attribute}", attribute);
  return name;
}

const char* to_string(Role role) { return name_of(role, roles); }
const char* to_string(Evidence evidence) { return name_of(evidence, evidences); }
const char* to_string(TargetFigure figure) { return name_of(figure, figures); }
const char* to_string(TargetAxis axis) { return name_of(axis, axes); }

}  // namespace psychograph::spec

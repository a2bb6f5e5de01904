#include "spec/parse_events.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/time.hpp"
#include "spec/document.hpp"
#include "spec/overrides.hpp"
#include "spec/parse_parts.hpp"
#include "spec/rfm_rules.hpp"
#include "spec/section.hpp"

namespace psychograph::spec {
namespace {

constexpr std::array<Name<OnBadEvent>, 2> on_bad_events{
    {{"error", OnBadEvent::error}, {"skip", OnBadEvent::skip}}};
constexpr std::array<Name<Repeated>, 2> repeateds{{{"keep", Repeated::keep}, {"drop", Repeated::drop}}};
constexpr std::array<Name<Period>, 4> periods{
    {{"week", Period::week}, {"month", Period::month}, {"quarter", Period::quarter}, {"year", Period::year}}};
constexpr std::int64_t most_days = 4'000'000;  // more than all years from 1 to 9999

std::string column(Section& section, const char* key) {
  auto name = section.text(key).value_or("");
  if (section.has(key) && name.empty()) section.fail(key, "an empty name of a column");
  return name;
}

/// A name is part of columns' names.
void require_name(const Section& section, const char* key, const std::string& name) {
  const bool good = !name.empty() && name.find_first_of("/. ") == std::string::npos;
  if (!good) section.fail(key, fmt::format("\"{}\" can't be part of a column's name", name));
}

void require_no_column_twice(const Section& section, const EventBlock& block) {
  const std::pair<const char*, const std::string*> keys[] = {
      {"id", &block.id}, {"time", &block.time}, {"basket", &block.basket}, {"value", &block.value}};
  for (const auto& one : keys) {
    for (const auto& other : keys) {
      if (one.first == other.first) break;
      if (!one.second->empty() && *one.second == *other.second)
        section.fail(one.first, fmt::format("\"{}\" is the {}, too", *one.second, other.first));
    }
  }
}

EventBlock parse_block(Section section) {
  EventBlock block;
  block.name = section.text("name").value_or("");
  if (section.has("name")) require_name(section, "name", block.name);
  block.files = section.texts("files");
  if (block.files.empty()) section.fail("files", "name at least one, as files = [\"baskets_*.csv\"]");
  block.table = section.text("table").value_or(block.table);
  block.id = column(section, "id");
  if (block.id.empty()) section.fail("id", "which column says whose event it is?");
  block.time = column(section, "time");
  if (block.time.empty()) section.fail("time", "which column says when it was?");
  block.time_units = section.text("time_units").value_or("");
  if (section.has("time_units") && !core::read_time_units(block.time_units))
    section.fail("time_units",
                 fmt::format("\"{}\" is not of the form \"seconds since 1970-01-01\"", block.time_units));
  block.basket = column(section, "basket");
  block.value = column(section, "value");
  block.quantity = column(section, "quantity");
  block.channel = column(section, "channel");
  block.category = column(section, "category");
  block.promotion = column(section, "promotion");
  block.online = section.texts("online");
  if (!block.online.empty() && block.channel.empty())
    section.fail("online", "there is no channel to be online: name its column, as channel = \"channel\"");
  block.decimals = section.whole_number("decimals", 0, 9).value_or(block.decimals);
  block.round = section.flag("round").value_or(block.round);
  block.categories = section.whole_number("categories", 0, 1000).value_or(block.categories);
  block.on_bad_event = section.choice("on_bad_event", on_bad_events).value_or(block.on_bad_event);
  block.repeated = section.choice("repeated", repeateds).value_or(block.repeated);
  if (section.has("missing")) block.missing = section.texts("missing");
  require_no_column_twice(section, block);
  section.finish();
  return block;
}

std::vector<EventBlock> parse_blocks(Section& root) {
  std::vector<EventBlock> blocks;
  for (auto& section : root.tables("events")) blocks.push_back(parse_block(std::move(section)));
  if (blocks.empty()) root.fail("events", "no events: add [[events]] with files, id and time");
  if (blocks.size() > 200) root.fail("events", fmt::format("{} blocks: at most 200", blocks.size()));
  std::set<std::string> names;
  for (const auto& block : blocks) {
    if (blocks.size() > 1 && block.name.empty())
      root.fail("events", "several blocks need a name each: it begins the names of their features");
    if (!names.insert(block.name).second)
      root.fail("events", fmt::format("two blocks are called \"{}\"", block.name));
  }
  return blocks;
}

std::optional<std::int64_t> parse_day(Section& section, const char* key) {
  const auto text = section.date(key);
  if (!text) return std::nullopt;
  const auto time = core::read_time(*text);
  if (!time || time->written_in != core::TimeUnit::days)
    section.fail(key, fmt::format("\"{}\" is no day, as 2018-01-31", *text));
  return time->microseconds / core::microseconds_in(core::TimeUnit::days);
}

std::vector<Daypart> parse_dayparts(Section section) {
  std::vector<Daypart> parts;
  std::set<std::int64_t> hours;
  for (const auto& name : section.keys()) {
    const auto hour = section.whole_number(name.c_str(), 0, 23).value_or(0);
    require_name(section, name.c_str(), name);
    if (!hours.insert(hour).second)
      section.fail(name.c_str(), fmt::format("two parts of the day begin at {}", hour));
    parts.push_back({name, hour});
  }
  std::sort(parts.begin(), parts.end(),
            [](const Daypart& one, const Daypart& other) { return one.hour < other.hour; });
  return parts;
}

RfmRule parse_rule(Section section, std::int64_t scores) {
  RfmRule rule;
  rule.name = section.text("name").value_or("");
  if (rule.name.empty()) section.fail("name", "what are they called?");
  const char* keys[] = {"r", "f", "m"};
  for (std::size_t i = 0; i < rule.ranges.size(); ++i) {
    rule.ranges[i] = {1, scores};
    const auto* list = section.list(keys[i]);
    if (list == nullptr) continue;
    const auto bad = [&] {
      section.fail(keys[i], fmt::format("expected [lowest, highest] of 1 to {}", scores));
    };
    if (list->size() != 2 || !(*list)[0].is_integer() || !(*list)[1].is_integer()) bad();
    const auto lowest = (*list)[0].as_integer()->get();
    const auto highest = (*list)[1].as_integer()->get();
    if (lowest < 1 || highest > scores || lowest > highest) bad();
    rule.ranges[i] = {lowest, highest};
  }
  section.finish();
  return rule;
}

Behavior parse_behavior(std::optional<Section> section, Section& root) {
  Behavior behavior;
  if (section) {
    behavior.as_of = parse_day(*section, "as_of");
    behavior.from = parse_day(*section, "from");
    behavior.window = section->whole_number("window_days", 1, most_days);
    if (behavior.from && behavior.window)
      section->fail("window_days", "the window begins at `from` already: give one of the two");
    behavior.split = parse_day(*section, "split");
    behavior.scores = section->whole_number("scores", 2, 9).value_or(behavior.scores);
    behavior.lapsed_after =
        section->whole_number("lapsed_after", 1, most_days).value_or(behavior.lapsed_after);
    if (auto parts = section->table("dayparts")) {
      behavior.dayparts = parse_dayparts(std::move(*parts));
      if (behavior.dayparts.size() < 2)
        section->fail("dayparts", "name at least two, by their first hours: morning = 6");
    }
    if (behavior.as_of && behavior.from && *behavior.from >= *behavior.as_of)
      section->fail("from", "the window begins when it has ended: as_of is no later");
    section->finish();
  }
  for (auto& rule : root.tables("rfm_segments"))
    behavior.rules.push_back(parse_rule(std::move(rule), behavior.scores));
  if (behavior.rules.empty() && behavior.scores == 5) behavior.rules = usual_rfm_rules();
  if (behavior.rules.size() > 100) root.fail("rfm_segments", "more than 100 names");
  if (!behavior.rules.empty()) {
    if (const auto fault = find_rule_fault(behavior.rules, behavior.scores); !fault.empty())
      root.fail("rfm_segments", fault + ": every combination of scores needs one name");
  }
  return behavior;
}

Retention parse_retention(Section section, const std::vector<EventBlock>& blocks) {
  Retention retention;
  retention.period = section.choice("period", periods).value_or(retention.period);
  retention.events = section.text("events").value_or("");
  const auto is_it = [&](const EventBlock& block) { return block.name == retention.events; };
  if (section.has("events") && std::none_of(blocks.begin(), blocks.end(), is_it))
    section.fail("events", fmt::format("no [[events]] block is called \"{}\"", retention.events));
  retention.by = column(section, "by");
  retention.segments = section.text("segments").value_or("");
  if (!retention.by.empty() && !retention.segments.empty())
    section.fail("segments", "customers are told apart by a column already: give `by` or `segments`");
  section.finish();
  return retention;
}

CustomerTable parse_customers(Section section) {
  CustomerTable customers;
  customers.files = section.texts("files");
  customers.table = section.text("table").value_or(customers.table);
  customers.id = section.text("id").value_or(customers.id);
  section.finish();
  return customers;
}

}  // namespace

const char* to_string(Period period) { return name_of(period, periods); }

Events parse_events(std::string_view text, const std::string& name, const std::vector<Override>& overrides) {
  auto document = parse_document(text, name);
  for (const auto& change : overrides) apply_override(document, change);
  Section root(document, "", name);
  Events events;
  events.blocks = parse_blocks(root);
  events.behavior = parse_behavior(root.table("behavior"), root);
  if (auto section = root.table("customers")) events.customers = parse_customers(std::move(*section));
  if (auto section = root.table("retention"))
    events.retention = parse_retention(std::move(*section), events.blocks);
  if (events.retention && !events.retention->by.empty() && events.customers.files.empty())
    root.fail("retention", "`by` is a column of the customers: name them with --customers");
  if (auto section = root.table("privacy")) events.min_cell = parse_privacy(std::move(*section)).min_cell;
  if (auto section = root.table("output")) {
    events.output_path = section->text("path").value_or("");
    section->finish();
  }
  root.finish();
  events.effective = effective_text(document);
  return events;
}

}  // namespace psychograph::spec

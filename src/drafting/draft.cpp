#include "drafting/draft.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/printable.hpp"
#include "drafting/guess.hpp"
#include "spec/spec.hpp"

namespace psychograph::drafting {
namespace {

constexpr std::size_t most_label = 70;  // characters of a label that are shown
constexpr std::size_t least_items = 3;  // of a construct that is suggested
constexpr std::size_t most_items = 12;
constexpr std::size_t line_length = 100;

/// A basic string of TOML.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

/// Words for a comment: on one line, and not without end.
std::string remark(const std::string& words) {
  const auto text = core::printable(words);
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size() && count < most_label; ++count)
    end += std::max<std::size_t>(1, core::utf8_character(std::string_view(text).substr(end)));
  return end < text.size() ? text.substr(0, end) + "..." : text;
}

using Columns = std::vector<const ColumnFacts*>;

/// `key = ["a", "b"]`: a line each where there is something to say of one, else as many on a line as go
/// there.
std::string list(const std::string& key, const Columns& columns) {
  const auto says_more = [](const auto* one) { return !one->label.empty() && one->label != one->name; };
  const bool labelled = std::any_of(columns.begin(), columns.end(), says_more);
  if (labelled && columns.size() == 1)
    return fmt::format("{} = [{}]    # {}\n", key, quoted(columns.front()->name),
                       remark(columns.front()->label));
  std::size_t width = 0;
  for (const auto* column : columns) width = std::max(width, quoted(column->name).size() + 1);
  if (labelled) {
    auto text = key + " = [\n";
    for (const auto* column : columns) {
      const auto name = quoted(column->name) + ",";
      text += !says_more(column) ? fmt::format("  {}\n", name)
                                 : fmt::format("  {:<{}}  # {}\n", name, width, remark(column->label));
    }
    return text + "]\n";
  }
  auto line = key + " = [";
  std::string text;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto name = quoted(columns[c]->name) + (c + 1 < columns.size() ? "," : "]");
    if (line.size() + name.size() + 1 > line_length) {
      text += line + "\n";
      line = "  " + name;
    } else {
      line += (line.ends_with('[') ? "" : " ") + name;
    }
  }
  return text + line + "\n";
}

/// Columns that are treated alike; by what they are sorted as they stand in the draft.
struct BlockKey {
  bool on_scale = false;
  spec::Facet facet = spec::Facet::behavioral;
  spec::Kind kind = spec::Kind::numeric;
  bool long_tail = false;
  std::string scale = {};
  std::vector<double> no_answer = {};
  bool codes_guessed = false;

  [[nodiscard]] auto place() const {
    return std::tie(facet, kind, long_tail, scale, no_answer, codes_guessed);
  }
  bool operator<(const BlockKey& other) const {
    if (on_scale != other.on_scale) return on_scale;  // what people were asked comes first
    return place() < other.place();
  }
};

BlockKey key_of(const ColumnFacts& column, const Guess& guess) {
  BlockKey key{!guess.scale.empty(), guess.facet, guess.kind, guess.long_tail, guess.scale};
  const bool numbers = guess.kind == spec::Kind::numeric || guess.kind == spec::Kind::ordinal ||
                       guess.kind == spec::Kind::binary;
  if (numbers) key.no_answer = column.no_answer;
  key.codes_guessed = !key.no_answer.empty() && column.codes_guessed;
  return key;
}

std::pair<double, double> range_of(const Columns& columns) {
  std::pair range(columns.front()->lowest, columns.front()->highest);
  for (const auto* column : columns) {
    range.first = std::min(range.first, column->lowest);
    range.second = std::max(range.second, column->highest);
  }
  return range;
}

/// "1 (Very inaccurate) to 6 (Very accurate)".
std::string ends_of(const Columns& columns) {
  const auto [low, high] = range_of(columns);
  const auto with_words = [&](double value) {
    auto text = fmt::format("{}", value);
    for (const auto& [code, words] : columns.front()->labels) {
      if (code == text) return fmt::format("{} ({})", text, remark(words));
    }
    return text;
  };
  return fmt::format("{} to {}", with_words(low), with_words(high));
}

std::string heading(const BlockKey& key, const Columns& columns) {
  if (key.on_scale) return fmt::format("Answers on one scale, from {}.", ends_of(columns));
  const auto facet = std::string(spec::to_string(key.facet));
  switch (key.kind) {
    case spec::Kind::numeric:
      return fmt::format("Numbers ({}){}.", facet,
                         key.long_tail ? ", few of them far above the others: so their logarithms" : "");
    case spec::Kind::ordinal:
      return fmt::format("Answers that have an order ({}).", facet);
    case spec::Kind::binary:
      return fmt::format("Two answers each ({}).", facet);
    case spec::Kind::categorical:
      break;
  }
  return fmt::format("Answers without an order ({}).", facet);
}

std::string block(const BlockKey& key, const Columns& columns) {
  auto text = fmt::format("# {}\n[[features]]\n", heading(key, columns));
  text += list("columns", columns);
  text +=
      fmt::format("facet = \"{}\"\nkind = \"{}\"\n", spec::to_string(key.facet), spec::to_string(key.kind));
  if (key.long_tail) text += "transform = \"log1p\"\n";
  if (!key.no_answer.empty())
    text +=
        fmt::format("missing_values = [{}]    # {}\n", fmt::join(key.no_answer, ", "),
                    key.codes_guessed ? "no answers, by the look of them: right?" : "labelled as no answer");
  return text + "\n";
}

/// Scales that items seem to make, by their names: for the user to uncomment.
std::string constructs(const std::map<BlockKey, Columns>& blocks) {
  std::string text;
  for (const auto& [key, columns] : blocks) {
    if (!key.on_scale) continue;
    std::map<std::string, Columns> stems;
    for (const auto* column : columns) stems[stem_of(column->name)].push_back(column);
    for (auto& [stem, items] : stems) {
      if (stem.empty() || items.size() < least_items) continue;
      if (items.size() > most_items) items.resize(least_items);  // of so many, no more than how it is written
      std::vector<std::string> names;
      const auto [low, high] = range_of(columns);
      for (const auto* item : items) names.push_back(quoted(item->name));
      text += fmt::format(
          "#\n# [[constructs]]\n# name = {}\n# items = [{}]\n# reverse = []\n# range = [{}, {}]\n",
          quoted(stem + "_scale"), fmt::join(names, ", "), low, high);
    }
  }
  if (text.empty()) return {};
  return "# Items of one name may measure one thing. To make segments of their mean instead: take the items "
         "out of the columns\n"
         "# above, uncomment a block, say under `reverse` which items are worded the other way, and give it "
         "a telling name.\n" +
         text + "\n";
}

/// Dates as numbers: for the user to uncomment.
std::string dates(const std::vector<ColumnFacts>& columns) {
  std::string text;
  for (const auto& column : columns) {
    if (!column.first_year.empty() && column.distinct > 1)
      text += fmt::format(
          "#\n# [[features]]\n# columns = [{}]\n# since = \"{}\"\n# unit = \"years\"    # or \"days\"\n",
          quoted(column.name), column.first_year);
  }
  return text.empty() ? text
                      : "# Dates become numbers as the time since one of them. To use them, uncomment:\n" +
                            text + "\n";
}

/// What counts as no answer in columns that are described: what no other of them has as a value.
std::string described_codes(const Columns& columns) {
  std::set<double> codes;
  for (const auto* column : columns) codes.insert(column->no_answer.begin(), column->no_answer.end());
  std::erase_if(codes, [&](double code) {
    return std::any_of(columns.begin(), columns.end(), [&](const auto* column) {
      const auto& own = column->no_answer;
      return std::find(own.begin(), own.end(), code) == own.end() &&
             (column->values.empty() ? column->lowest <= code && code <= column->highest
                                     : column->values.contains(code));
    });
  });
  return codes.empty() ? "" : fmt::format("missing_values = [{}]    # no answers\n", fmt::join(codes, ", "));
}

std::string left_out(const std::vector<std::pair<const ColumnFacts*, std::string>>& columns) {
  if (columns.empty()) return {};
  std::string text = "# Left out:\n";
  std::size_t width = 0;
  for (const auto& [column, why] : columns) width = std::max(width, core::printable(column->name).size());
  for (const auto& [column, why] : columns) {
    text += fmt::format("#   {:<{}}  {}{}\n", core::printable(column->name), width, why,
                        column->label.empty() ? "" : fmt::format(" ({})", remark(column->label)));
  }
  return text + "\n";
}

}  // namespace

Draft draft(const std::vector<ColumnFacts>& columns, const std::string& table, const std::string& path,
            std::int64_t total_rows) {
  const auto guesses = guess(columns);
  std::map<BlockKey, Columns> blocks;
  Columns described;
  std::vector<std::pair<const ColumnFacts*, std::string>> out;
  std::string id;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    switch (guesses[c].use) {
      case Use::feature:
        blocks[key_of(columns[c], guesses[c])].push_back(&columns[c]);
        break;
      case Use::described:
        described.push_back(&columns[c]);
        break;
      case Use::id:
        id = columns[c].name;
        break;
      case Use::left_out:
        out.emplace_back(&columns[c], guesses[c].why);
        break;
    }
  }
  const auto seen = columns.empty() ? 0 : columns.front().rows;
  auto text = fmt::format(
      "# A first spec for {}: {} rows, {} columns. It runs as it stands:\n"
      "#\n"
      "#     psychograph segment {} --input {} --output segments.h5\n"
      "#     psychograph report segments.h5 --output segments.html\n"
      "#\n"
      "# What columns are for was guessed from their names, labels and values{}. Look it through, and change "
      "what is wrong.\n"
      "# docs/spec.md explains every key; `psychograph describe` shows the features' figures.\n\n",
      core::printable(table), total_rows, columns.size(), core::printable(path), core::printable(table),
      seen < total_rows ? fmt::format(" (of the first {} rows)", seen) : "");
  text += fmt::format("[input]\nfiles = [{}]\n", quoted(table));
  text += id.empty() ? "# id = \"...\"    # the column of ids, so that every segment has an owner; without: "
                       "the row number\n\n"
                     : fmt::format("id = {}    # so that every segment has an owner\n\n", quoted(id));
  if (!blocks.empty()) text += "# What segments are made of. Columns of a block are treated alike.\n\n";
  for (const auto& [key, members] : blocks) text += block(key, members);
  text += constructs(blocks);
  text += dates(columns);
  if (!described.empty()) {
    text += "# Sensitive, by their names: never clustered on, and always told.\n[describe_only]\n" +
            list("columns", described) + described_codes(described) + "\n";
  }
  text += left_out(out);
  text +=
      "[cluster]\n"
      "k = \"auto\"    # 2 to 12, as many as are found to be there; or a number\n"
      "seed = 42     # the same seed gives the same segments\n";
  return {text, !blocks.empty()};
}

}  // namespace psychograph::drafting

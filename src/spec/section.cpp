#include "spec/section.hpp"

#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "spec/suggest.hpp"

namespace psychograph::spec {
namespace {

std::string shown(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

}  // namespace

Section::Section(const toml::table& table, std::string path, std::string source)
    : table_(&table), path_(std::move(path)), source_(std::move(source)) {}

std::string Section::full(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void Section::fail(const char* key, const std::string& message) const {
  const auto* node = table_->get(key);
  const auto line = node != nullptr ? node->source().begin.line : table_->source().begin.line;
  if (line > 0) throw core::usage_error(fmt::format("{}:{}: {}: {}", source_, line, full(key), message));
  const char* typed = node != nullptr ? " (set on the command line)" : "";
  throw core::usage_error(fmt::format("{}: {}: {}{}", source_, full(key), message, typed));
}

void Section::fail_choice(const char* key, const std::string& value,
                          const std::vector<std::string>& known) const {
  const auto near = nearest(value, known);
  fail(key, fmt::format("\"{}\" is not one of {}{}", value, fmt::join(known, ", "),
                        near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

const toml::node* Section::find(const char* key) {
  known_.emplace_back(key);
  return table_->get(key);
}

std::optional<std::string> Section::text(const char* key) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_string()) fail(key, fmt::format("expected a string, found {}", shown(*node)));
  return node->as_string()->get();
}

std::optional<double> Section::number(const char* key, double least, double most) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_number()) fail(key, fmt::format("expected a number, found {}", shown(*node)));
  const double value = *node->value<double>();
  if (!(value >= least && value <= most)) {
    fail(key, std::isinf(most) ? fmt::format("{} is out of range: at least {}", shown(*node), least)
                               : fmt::format("{} is out of range: {} to {}", shown(*node), least, most));
  }
  return value;
}

std::optional<std::int64_t> Section::whole_number(const char* key, std::int64_t least, std::int64_t most) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_integer()) fail(key, fmt::format("expected a whole number, found {}", shown(*node)));
  const auto value = node->as_integer()->get();
  if (value < least || value > most) {
    fail(key, fmt::format("{} is out of range: {} to {}", value, least, most));
  }
  return value;
}

std::optional<bool> Section::flag(const char* key) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_boolean()) fail(key, fmt::format("expected true or false, found {}", shown(*node)));
  return node->as_boolean()->get();
}

std::optional<std::string> Section::date(const char* key) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->is_string()) return node->as_string()->get();
  if (!node->is_date() && !node->is_date_time())
    fail(key, fmt::format("expected a date, as 2018-01-31, found {}", shown(*node)));
  return shown(*node);
}

const toml::array* Section::list(const char* key) {
  const auto* node = find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_array()) fail(key, fmt::format("expected a list, found {}", shown(*node)));
  return node->as_array();
}

std::vector<std::string> Section::texts(const char* key) {
  std::vector<std::string> result;
  const auto* array = list(key);
  if (array == nullptr) return result;
  for (const auto& element : *array) {
    if (!element.is_string()) fail(key, fmt::format("expected a list of strings, found {}", shown(element)));
    result.push_back(element.as_string()->get());
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> Section::named_texts() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [key, value] : *table_) {
    const std::string name(key.str());
    result.emplace_back(name, text(name.c_str()).value());
  }
  return result;
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : *table_) names.emplace_back(key.str());
  return names;
}

std::optional<std::pair<double, double>> Section::range(const char* key) {
  const auto* array = list(key);
  if (array == nullptr) return std::nullopt;
  if (array->size() != 2 || !(*array)[0].is_number() || !(*array)[1].is_number()) {
    fail(key, fmt::format("expected [lowest, highest], found {}", shown(*array)));
  }
  const double lowest = *(*array)[0].value<double>();
  const double highest = *(*array)[1].value<double>();
  if (!(std::isfinite(lowest) && std::isfinite(highest) && lowest < highest)) {
    fail(key, fmt::format("{} is no range: the first must be the lower", shown(*array)));
  }
  return std::pair(lowest, highest);
}

std::optional<Section> Section::table(const char* key) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_table()) fail(key, fmt::format("expected a table [{}], found {}", full(key), shown(*node)));
  return Section(*node->as_table(), full(key), source_);
}

std::vector<Section> Section::tables(const char* key) {
  std::vector<Section> result;
  const auto* node = find(key);
  if (node == nullptr) return result;
  if (!node->is_array_of_tables()) {
    fail(key, fmt::format("expected tables [[{}]], found {}", full(key),
                          node->is_table() ? "one [table]" : shown(*node)));
  }
  std::size_t index = 0;
  for (const auto& element : *node->as_array()) {
    result.emplace_back(*element.as_table(), fmt::format("{}.{}", full(key), index++), source_);
  }
  return result;
}

void Section::finish() const {
  for (const auto& [key, node] : *table_) {
    const std::string name(key.str());
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto near = nearest(name, known_);
    fail(name.c_str(),
         fmt::format("unknown key{}", near.empty() ? fmt::format("; known here: {}", fmt::join(known_, ", "))
                                                   : fmt::format("; did you mean \"{}\"?", near)));
  }
}

}  // namespace psychograph::spec

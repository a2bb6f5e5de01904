#include "spec/overrides.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace psychograph::spec {
namespace {

/// `value` as a TOML value, or as a string where it is none.
toml::table parse_value(const std::string& value) {
  try {
    return toml::parse(fmt::format("value = {}", value));
  } catch (const toml::parse_error&) {
    toml::table table;
    table.insert("value", value);
    return table;
  }
}

toml::node* element(toml::array& array, const std::string& number) {
  std::size_t index = 0;
  for (const char digit : number) {
    if (digit < '0' || digit > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(digit - '0');
  }
  return array.get(index);
}

}  // namespace

Override parse_override(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw core::usage_error(fmt::format("--set {}: expected key=value, as cluster.k=6", text));
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

void apply_override(toml::table& document, const Override& change) {
  auto parsed = parse_value(change.value);
  std::vector<std::string> path;
  std::istringstream parts(change.key);
  for (std::string part; std::getline(parts, part, '.');) path.push_back(part);
  if (path.empty()) throw core::usage_error("--set: an empty key");
  toml::node* node = &document;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (auto* table = node->as_table()) {
      node = table->get(path[i]);
      if (node == nullptr) node = &table->insert(path[i], toml::table{}).first->second;
    } else if (auto* array = node->as_array()) {
      node = element(*array, path[i]);
    } else {
      node = nullptr;
    }
    if (node == nullptr)
      throw core::usage_error(fmt::format("--set {}: there is no \"{}\"", change.key, path[i]));
  }
  auto* table = node->as_table();
  if (table == nullptr) throw core::usage_error(fmt::format("--set {}: no such key", change.key));
  // Copied, not moved: a copy has no line, and so none of the file's is blamed for it.
  table->insert_or_assign(path.back(), *parsed.get("value"));
}

}  // namespace psychograph::spec

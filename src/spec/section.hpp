// A TOML table being read: every key that is asked for becomes known, and what is left over is an error.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace psychograph::spec {

/// A name of an enumerator, as it stands in the spec.
template <class Enum>
using Name = std::pair<const char*, Enum>;

template <class Enum, std::size_t N>
const char* name_of(Enum value, const std::array<Name<Enum>, N>& names) {
  for (const auto& [name, enumerator] : names) {
    if (enumerator == value) return name;
  }
  return "";
}

class Section {
 public:
  /// `path` is the table's full key ("" for the document), `source` what messages call the file.
  Section(const toml::table& table, std::string path, std::string source);

  std::optional<std::string> text(const char* key);
  std::optional<double> number(const char* key, double least, double most);
  std::optional<std::int64_t> whole_number(const char* key, std::int64_t least, std::int64_t most);
  std::optional<bool> flag(const char* key);
  std::vector<std::string> texts(const char* key);
  std::optional<std::pair<double, double>> range(const char* key);
  /// A date or a point of time, as a string or in TOML's own form, as text.
  std::optional<std::string> date(const char* key);
  /// Numbers and strings mixed.
  const toml::array* list(const char* key);

  template <class Enum, std::size_t N>
  std::optional<Enum> choice(const char* key, const std::array<Name<Enum>, N>& names) {
    const auto value = text(key);
    if (!value) return std::nullopt;
    for (const auto& [name, enumerator] : names) {
      if (*value == name) return enumerator;
    }
    std::vector<std::string> known;
    for (const auto& name : names) known.emplace_back(name.first);
    fail_choice(key, *value, known);
  }

  /// All keys with their values, which are strings.
  std::vector<std::pair<std::string, std::string>> named_texts();

  /// The names of all keys.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// The sub-table, or nothing.
  std::optional<Section> table(const char* key);
  /// The array of tables, or nothing at all.
  std::vector<Section> tables(const char* key);

  /// Throws for the first key that nobody asked for.
  void finish() const;

  [[nodiscard]] bool has(const char* key) const { return table_->contains(key); }
  [[nodiscard]] bool is_text(const char* key) const { return (*table_)[key].is_string(); }
  [[nodiscard]] bool is_whole_number(const char* key) const { return (*table_)[key].is_integer(); }
  /// Throws a usage error: source, line of `key` (of the table, where there is no such key), path, message.
  [[noreturn]] void fail(const char* key, const std::string& message) const;

 private:
  const toml::node* find(const char* key);
  [[noreturn]] void fail_choice(const char* key, const std::string& value,
                                const std::vector<std::string>& known) const;
  [[nodiscard]] std::string full(std::string_view key) const;

  const toml::table* table_;
  std::string path_;
  std::string source_;
  std::vector<std::string> known_;
};

}  // namespace psychograph::spec

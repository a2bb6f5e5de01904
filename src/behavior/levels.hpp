// The names of channels, categories and groups, numbered alike on every rank as they turn up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::behavior {

/// Between two meetings a rank numbers new names for itself, above those that all know; the next meeting
/// tells which numbers they get. Numbers depend on the ranks; `in_order` tells the final ones, which don't.
class Levels {
 public:
  /// The number of a name, for now.
  std::int32_t number_of(std::string_view name);

  /// All ranks' new names get numbers that all know. Afterwards `agreed` gives them. Collective.
  void meet(const comm::Communicator& world);
  /// The number that all know of what `number_of` gave since the meeting before the last.
  [[nodiscard]] std::int32_t agreed(std::int32_t number) const {
    const auto at = static_cast<std::size_t>(number);
    return number < 0 || at < known_before_ ? number : agreed_[at - known_before_];
  }

  /// Names by their numbers; after `meet` those that all know.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Which numbers the names have in byte order: the final number of each.
  [[nodiscard]] std::vector<std::int32_t> in_order() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::int32_t add(std::string_view name);

  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> numbers_;
  std::vector<std::string> names_;
  std::size_t known_ = 0;         ///< to all
  std::size_t known_before_ = 0;  ///< at the meeting before
  std::vector<std::int32_t> agreed_;
  std::int32_t last_ = -1;  ///< the number that was asked for last
};

}  // namespace psychograph::behavior

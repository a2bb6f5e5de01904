// The customers of one slice of what has been dealt out, with their events. Local.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "behavior/deal.hpp"
#include "behavior/event.hpp"
#include "io/key_set.hpp"

namespace psychograph::behavior {

/// Final numbers of levels, by those that all ranks know them by.
struct LevelOrders {
  std::vector<std::vector<std::int32_t>> channels;    ///< by block
  std::vector<std::vector<std::int32_t>> categories;  ///< likewise
  std::vector<std::int32_t> groups;
};

/// Rows of the table that have one id.
struct RepeatedRows {
  std::int64_t first = INT64_MAX;  ///< none
  std::int64_t second = INT64_MAX;
  [[nodiscard]] bool any() const { return second != INT64_MAX; }
  friend auto operator<=>(const RepeatedRows&, const RepeatedRows&) = default;
};

/// One slice's customers after the other's, numbered as they turn up: those who have events first. Memory is
/// kept from slice to slice: new pages cost more than what they are filled with.
class SliceCustomers {
 public:
  /// `orders` must outlive this. `with_names`: ids are wanted as texts.
  SliceCustomers(const LevelOrders& orders, bool with_names) : orders_(orders), with_names_(with_names) {}

  /// The slice is used up. Throws an environment error.
  void take(Dealt& dealt, std::size_t slice);

  /// The first of the rows of all slices so far that have one id.
  [[nodiscard]] const RepeatedRows& repeated() const { return repeated_; }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  /// In the order of block and `Event::in_order`, with final numbers of levels.
  [[nodiscard]] std::span<Event> events(std::size_t customer);
  /// -1: in no table.
  [[nodiscard]] std::int64_t row(std::size_t customer) const { return rows_[customer]; }
  /// Of those without one: as many as there are groups.
  [[nodiscard]] std::int32_t group(std::size_t customer) const { return groups_[customer]; }
  [[nodiscard]] const core::Hash128& key(std::size_t customer) const { return keys_[customer]; }
  [[nodiscard]] const std::string& name(std::size_t customer) const { return names_[customer]; }

 private:
  std::size_t number_of(const core::Hash128& key);
  void take_events();
  void take_members();
  void take_row(std::size_t customer, std::int64_t row);
  void take_names();

  const LevelOrders& orders_;
  bool with_names_;
  std::vector<Event> unsorted_;
  std::vector<std::uint32_t> numbers_;  ///< of their customers
  std::vector<Member> members_;
  std::vector<std::byte> name_bytes_;
  io::KeySet set_;
  std::vector<core::Hash128> keys_;
  std::vector<Event> events_;
  std::vector<std::size_t> begins_;  ///< of those who have events
  std::vector<std::int64_t> rows_;
  std::vector<std::int32_t> groups_;
  std::vector<std::string> names_;
  RepeatedRows repeated_;
};

}  // namespace psychograph::behavior

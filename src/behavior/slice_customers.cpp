#include "behavior/slice_customers.hpp"

#include <algorithm>
#include <cstring>

namespace psychograph::behavior {
namespace {

template <class T>
void take_slice(io::Spill& spill, std::size_t slice, std::vector<T>& all) {
  all.resize(static_cast<std::size_t>(spill.bytes(slice)) / sizeof(T));
  spill.read(slice, reinterpret_cast<std::byte*>(all.data()));
  spill.forget(slice);
}

bool is_before(const Event& one, const Event& other) {
  if (one.block != other.block) return one.block < other.block;
  if (one.time != other.time) return one.time < other.time;
  return one.in_order() < other.in_order();
}

}  // namespace

void SliceCustomers::take(Dealt& dealt, std::size_t slice) {
  set_.clear();
  keys_.clear();
  take_slice(dealt.events, slice, unsorted_);
  take_events();
  take_slice(dealt.members, slice, members_);
  take_members();
  take_slice(dealt.names, slice, name_bytes_);
  if (with_names_) take_names();
}

std::span<Event> SliceCustomers::events(std::size_t customer) {
  const bool has_some = customer + 1 < begins_.size();
  return has_some ? std::span(events_).subspan(begins_[customer], begins_[customer + 1] - begins_[customer])
                  : std::span<Event>();
}

std::size_t SliceCustomers::number_of(const core::Hash128& key) {
  const auto place = set_.insert(key);
  if (place.is_new) keys_.push_back(key);
  return place.number;
}

void SliceCustomers::take_events() {
  numbers_.resize(unsorted_.size());
  std::vector<std::size_t> next;
  for (std::size_t i = 0; i < unsorted_.size(); ++i) {
    const auto number = number_of(unsorted_[i].id);
    numbers_[i] = static_cast<std::uint32_t>(number);
    if (number == next.size()) next.push_back(0);
    ++next[number];
  }
  begins_.assign(1, 0);
  for (auto& count : next) {
    begins_.push_back(begins_.back() + count);
    count = begins_[begins_.size() - 2];
  }
  events_.resize(unsorted_.size());
  for (std::size_t i = 0; i < unsorted_.size(); ++i) {
    auto event = unsorted_[i];
    if (event.channel != no_level)
      event.channel =
          static_cast<std::int16_t>(orders_.channels[event.block][static_cast<std::size_t>(event.channel)]);
    if (event.category != no_level)
      event.category = orders_.categories[event.block][static_cast<std::size_t>(event.category)];
    events_[next[numbers_[i]]++] = event;
  }
  for (std::size_t c = 0; c + 1 < begins_.size(); ++c) {
    const auto own = events(c);
    std::sort(own.begin(), own.end(), is_before);
  }
}

void SliceCustomers::take_members() {
  const auto group_count = static_cast<std::int32_t>(orders_.groups.size());
  rows_.assign(keys_.size(), -1);
  groups_.assign(keys_.size(), group_count);
  for (const auto& member : members_) {
    const auto number = number_of(member.id);
    if (number == rows_.size()) {
      rows_.push_back(-1);
      groups_.push_back(group_count);
    }
    if (member.row >= 0) take_row(number, member.row);
    if (member.group != no_level) groups_[number] = orders_.groups[static_cast<std::size_t>(member.group)];
  }
}

void SliceCustomers::take_row(std::size_t customer, std::int64_t row) {
  auto& known = rows_[customer];
  if (known >= 0) repeated_ = std::min(repeated_, {std::min(known, row), std::max(known, row)});
  known = known < 0 ? row : std::min(known, row);  // whatever order they come in, the first two meet
}

void SliceCustomers::take_names() {
  const auto& bytes = name_bytes_;
  names_.assign(keys_.size(), {});
  for (std::size_t at = 0; at < bytes.size();) {
    core::Hash128 key;
    std::uint64_t length = 0;
    std::memcpy(&key, bytes.data() + at, sizeof key);
    std::memcpy(&length, bytes.data() + at + sizeof key, sizeof length);
    at += sizeof key + sizeof length;
    if (const auto number = set_.find(key))
      names_[*number].assign(reinterpret_cast<const char*>(bytes.data()) + at, length);
    at += length;
  }
  for (std::size_t c = 0; c < names_.size(); ++c) {
    if (names_[c].empty() && is_integer(keys_[c])) names_[c] = std::to_string(integer_of(keys_[c]));
  }
}

}  // namespace psychograph::behavior

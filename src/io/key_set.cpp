#include "io/key_set.hpp"

#include <algorithm>
#include <utility>

namespace psychograph::io {
namespace {

/// Not the word that `Meeting` takes: of the keys of one slice on one rank that is all but the same.
std::uint64_t hash_of(const core::Hash128& key) { return core::hash_words(key.low, key.high).high; }

}  // namespace

std::size_t KeySet::slot_of(const core::Hash128& key, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32U);
  const auto last = slots_.size() - 1;
  auto place = hash & last;
  while (slots_[place].count != 0 &&
         (slots_[place].tag != tag || keys_[slots_[place].count - std::size_t{1}] != key))
    place = (place + 1) & last;
  return place;
}

KeySet::Place KeySet::insert(const core::Hash128& key) {
  if ((keys_.size() + 1) * 4 > slots_.size() * 3) grow();
  const auto hash = hash_of(key);
  auto& slot = slots_[slot_of(key, hash)];
  if (slot.count != 0) return {slot.count - std::size_t{1}, false};
  keys_.push_back(key);
  slot = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(keys_.size())};
  return {keys_.size() - 1, true};
}

std::optional<std::size_t> KeySet::find(const core::Hash128& key) const {
  const auto& slot = slots_[slot_of(key, hash_of(key))];
  if (slot.count == 0) return std::nullopt;
  return slot.count - std::size_t{1};
}

void KeySet::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot());
  keys_.clear();
}

void KeySet::grow() {
  slots_.assign(slots_.size() * 2, Slot());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto hash = hash_of(keys_[i]);
    // All differ: the first empty slot is the key's.
    auto place = hash & (slots_.size() - 1);
    while (slots_[place].count != 0) place = (place + 1) & (slots_.size() - 1);
    slots_[place] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(i + 1)};
  }
}

}  // namespace psychograph::io

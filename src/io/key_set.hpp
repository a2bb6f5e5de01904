// Different keys, numbered in the order they come in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/hash.hpp"

namespace psychograph::io {

/// A hash table with open addressing: less than three quarters full, and a look at one slot decides nearly
/// always. It takes some 30 bytes a key. Precondition: fewer than 2^32 keys.
class KeySet {
 public:
  /// The key's number; `is_new` unless it was there.
  struct Place {
    std::size_t number;
    bool is_new;
  };
  Place insert(const core::Hash128& key);
  [[nodiscard]] std::optional<std::size_t> find(const core::Hash128& key) const;

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  /// Keeps its memory.
  void clear();

 private:
  struct Slot {
    std::uint32_t tag = 0;    ///< some of the key's hash
    std::uint32_t count = 0;  ///< the key's number + 1; 0: empty
  };
  /// The key's slot, or the empty one where it would be.
  [[nodiscard]] std::size_t slot_of(const core::Hash128& key, std::uint64_t hash) const;
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(16);  ///< a power of two
  std::vector<core::Hash128> keys_;
};

}  // namespace psychograph::io

// A sample of all different ids, whatever their order and however often each comes: those with the smallest
// hashes. It tells about how many there are, and where they can be cut into equal parts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "core/hash.hpp"

namespace psychograph::behavior {

/// Of a customer, where order is what is asked for: the text is that of an id that is no integer.
struct SampledId {
  core::Hash128 key;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& key.low& key.high& text;
  }
};

class IdSample {
 public:
  static constexpr std::size_t most = 4096;

  void see(const core::Hash128& key) {
    const auto hash = core::hash_words(key.high, key.low).low;
    if (hash <= limit_) take(hash, key);
  }
  /// The text that belongs to a key, seen or not.
  void see(const core::Hash128& key, std::string_view text);

  /// The sample of all ranks' ids, on every rank, in no order. Collective.
  void put_together(const comm::Communicator& world);

  [[nodiscard]] std::vector<SampledId> ids() const;
  /// About how many different ids there are.
  [[nodiscard]] double about_count() const;

 private:
  void take(std::uint64_t hash, const core::Hash128& key);

  std::map<std::uint64_t, SampledId> sample_;
  std::uint64_t limit_ = UINT64_MAX;  ///< larger hashes are not among the smallest
};

}  // namespace psychograph::behavior

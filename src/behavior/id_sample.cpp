#include "behavior/id_sample.hpp"

#include <boost/serialization/string.hpp>

#include "comm/gather.hpp"

namespace psychograph::behavior {

void IdSample::take(std::uint64_t hash, const core::Hash128& key) {
  sample_.try_emplace(hash, SampledId{key, {}});
  if (sample_.size() > most) sample_.erase(std::prev(sample_.end()));
  if (sample_.size() == most) limit_ = std::prev(sample_.end())->first;
}

void IdSample::see(const core::Hash128& key, std::string_view text) {
  const auto found = sample_.find(core::hash_words(key.high, key.low).low);
  if (found != sample_.end()) found->second.text = std::string(text);
}

void IdSample::put_together(const comm::Communicator& world) {
  std::vector<SampledId> mine;
  for (const auto& [hash, id] : sample_) mine.push_back(id);
  for (const auto& id : comm::gathered(world, mine)) {
    see(id.key);
    if (!id.text.empty()) see(id.key, id.text);
  }
}

std::vector<SampledId> IdSample::ids() const {
  std::vector<SampledId> ids;
  for (const auto& [hash, id] : sample_) ids.push_back(id);
  return ids;
}

double IdSample::about_count() const {
  if (sample_.size() < most) return static_cast<double>(sample_.size());
  return static_cast<double>(most - 1) * 0x1p64 / static_cast<double>(limit_);
}

}  // namespace psychograph::behavior

// Draws from a list of weights in constant time: one word, one look, no search (Walker 1977; built as by
// Vose, "A linear algorithm for generating random numbers with a given distribution", 1991).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace psychograph::core {

class AliasTable {
 public:
  /// Precondition: 1 to 2^31 - 1 weights, none negative, their sum positive.
  explicit AliasTable(std::span<const double> weights);

  /// An index with the probability of its weight, to 2^-32, where `word` is uniform over all 32-bit words.
  [[nodiscard]] std::int32_t operator()(std::uint32_t word) const {
    const std::uint64_t product = std::uint64_t{word} * places_.size();
    const auto place = static_cast<std::size_t>(product >> 32);
    const auto& here = places_[place];
    return static_cast<std::uint32_t>(product) < here.threshold ? static_cast<std::int32_t>(place)
                                                                : here.alias;
  }

 private:
  /// One of n equally likely places: its own index below the threshold, another one from there on.
  struct Place {
    std::uint32_t threshold = 0;
    std::int32_t alias = 0;
  };
  std::vector<Place> places_;
};

}  // namespace psychograph::core

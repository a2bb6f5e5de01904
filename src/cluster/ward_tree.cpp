#include "cluster/ward_tree.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace psychograph::cluster {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Clusters that are left, each in the place of one of its leaves.
class Clusters {
 public:
  Clusters(core::Centroids means, std::span<const double> weights)
      : means_(std::move(means)),
        weights_(weights.begin(), weights.end()),
        there_(means_.k(), true),
        rise_(means_.k(), 0.0) {}

  [[nodiscard]] std::size_t first() const {
    return static_cast<std::size_t>(std::find(there_.begin(), there_.end(), true) - there_.begin());
  }
  /// What merging two costs.
  [[nodiscard]] double increase(std::size_t a, std::size_t b) const {
    double square = 0;
    for (std::size_t j = 0; j < means_.p(); ++j) {
      const double apart = means_.at(a, j) - means_.at(b, j);
      square += apart * apart;
    }
    const double both = weights_[a] + weights_[b];
    return both > 0 ? weights_[a] * weights_[b] / both * square : 0;
  }
  /// The one that is cheapest to merge with `of`: `before`, if no other is cheaper, else the first of
  /// several.
  [[nodiscard]] std::size_t nearest(std::size_t of, std::size_t before) const {
    auto best = before;
    double least = before < there_.size() ? increase(of, before) : infinite;
    for (std::size_t other = 0; other < there_.size(); ++other) {
      if (!there_[other] || other == of) continue;
      const double cost = increase(of, other);
      if (cost < least) {
        least = cost;
        best = other;
      }
    }
    return best;
  }
  /// Puts `b` into `a`. Returns what that costs: in spite of rounding no less than the merges that made them.
  double merge(std::size_t a, std::size_t b) {
    const double cost = std::max({increase(a, b), rise_[a], rise_[b]});
    const double both = weights_[a] + weights_[b];
    for (std::size_t j = 0; both > 0 && j < means_.p(); ++j)
      means_.at(a, j) = (weights_[a] * means_.at(a, j) + weights_[b] * means_.at(b, j)) / both;
    weights_[a] = both;
    rise_[a] = cost;
    there_[b] = false;
    return cost;
  }

 private:
  core::Centroids means_;
  std::vector<double> weights_;
  std::vector<bool> there_;
  std::vector<double> rise_;  ///< what the merge that made it cost
};

/// Two leaves, one of each of two clusters that are merged.
struct Union {
  std::size_t one;
  std::size_t other;
  double increase;
};

/// In the order in which chains end. Each comes behind those that made its clusters.
std::vector<Union> unions(const core::Centroids& means, std::span<const double> weights) {
  const auto m = means.k();
  Clusters clusters(means, weights);
  std::vector<Union> made;
  std::vector<std::size_t> chain;
  while (made.size() + 1 < m) {
    if (chain.empty()) chain.push_back(clusters.first());
    const auto last = chain.back();
    const auto before = chain.size() > 1 ? chain[chain.size() - 2] : m;
    const auto nearest = clusters.nearest(last, before);
    if (nearest != before) {
      chain.push_back(nearest);
      continue;
    }
    const auto kept = std::min(last, before);
    const auto gone = std::max(last, before);
    // Where costs are the same but for rounding, one of the two may have been passed before.
    const auto first =
        std::find_if(chain.begin(), chain.end(), [&](std::size_t one) { return one == kept || one == gone; });
    chain.erase(first, chain.end());
    made.push_back({kept, gone, clusters.merge(kept, gone)});
  }
  return made;
}

/// The cluster that a leaf is in, by way of those that it has been put into.
std::size_t root_of(std::vector<std::size_t>& into, std::size_t leaf) {
  while (into[leaf] != leaf) leaf = into[leaf] = into[into[leaf]];
  return leaf;
}

}  // namespace

std::vector<Merge> ward_tree(const core::Centroids& means, std::span<const double> weights) {
  auto made = unions(means, weights);
  std::stable_sort(made.begin(), made.end(),
                   [](const Union& a, const Union& b) { return a.increase < b.increase; });
  const auto m = means.k();
  std::vector<std::size_t> into(m);
  std::iota(into.begin(), into.end(), std::size_t{0});
  std::vector<std::int64_t> number(m);
  std::iota(number.begin(), number.end(), 0);
  std::vector<Merge> tree;
  for (const auto& one : made) {
    const auto a = root_of(into, one.one);
    const auto b = root_of(into, one.other);
    tree.push_back({std::min(number[a], number[b]), std::max(number[a], number[b]), one.increase});
    into[b] = a;
    number[a] = static_cast<std::int64_t>(m + tree.size() - 1);
  }
  return tree;
}

std::vector<std::int64_t> cut_tree(std::span<const Merge> tree, std::size_t k) {
  const auto m = tree.size() + 1;
  std::vector<std::int64_t> cluster(2 * m - 1, -1);  // of leaves and of merges, from the top
  std::int64_t next = 0;
  for (auto i = m - 1; i-- > 0;) {
    const bool apart = i + k >= m;  // one of the last k - 1
    auto& own = cluster[m + i];
    if (!apart && own < 0) own = next++;
    for (const auto child : {tree[i].left, tree[i].right}) cluster[static_cast<std::size_t>(child)] = own;
  }
  std::vector<std::int64_t> of_leaf(m);
  for (std::size_t leaf = 0; leaf < m; ++leaf) of_leaf[leaf] = cluster[leaf] < 0 ? next++ : cluster[leaf];
  std::vector<std::int64_t> renumbered(k, -1);
  std::int64_t known = 0;
  for (auto& one : of_leaf) {
    auto& number = renumbered[static_cast<std::size_t>(one)];
    if (number < 0) number = known++;
    one = number;
  }
  return of_leaf;
}

}  // namespace psychograph::cluster

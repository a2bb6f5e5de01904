#include "cluster/faster_pam.hpp"

#include <algorithm>
#include <limits>

namespace psychograph::cluster {
namespace {

constexpr double far = std::numeric_limits<double>::infinity();

/// A customer's two nearest medoids, by place among these.
struct Near {
  std::size_t first = 0;
  double own = far;
  double second = far;
};

class Swaps {
 public:
  Swaps(const Dissimilarities& customers, std::vector<std::size_t>& medoids)
      : customers_(customers), medoids_(medoids), near_(customers.n()), is_medoid_(customers.n(), false) {
    for (const auto medoid : medoids_) is_medoid_[medoid] = true;
    look();
  }

  [[nodiscard]] bool is_medoid(std::size_t candidate) const { return is_medoid_[candidate]; }

  /// Takes `candidate` for the medoid that is missed least, if all are nearer then.
  bool try_swap(std::size_t candidate) {
    auto change = removal_;  // by medoid: what is lost without it, less what the candidate gives
    double gain = 0;         // that the candidate gives whoever goes
    for (std::size_t i = 0; i < customers_.n(); ++i) {
      const double distance = customers_.at(candidate, i);
      const auto& near = near_[i];
      const double weight = customers_.weights[i];
      if (distance < near.own) {
        gain += weight * (distance - near.own);
        change[near.first] += weight * (near.own - near.second);
      } else if (distance < near.second) {
        change[near.first] += weight * (distance - near.second);
      }
    }
    const auto least = std::min_element(change.begin(), change.end());
    if (!(*least + gain < -tolerance_)) return false;
    const auto place = static_cast<std::size_t>(least - change.begin());
    const auto before = medoids_[place];
    const double total = total_;
    put(place, candidate);
    if (total_ < total) return true;
    put(place, before);  // it was rounding that made it look nearer: what is small beside a heavy customer
    return false;
  }

 private:
  void put(std::size_t place, std::size_t customer) {
    is_medoid_[medoids_[place]] = false;
    is_medoid_[customer] = true;
    medoids_[place] = customer;
    look();
  }

  /// Who is near to whom, and what would be lost without each medoid.
  void look() {
    removal_.assign(medoids_.size(), 0.0);
    total_ = 0;
    for (std::size_t i = 0; i < customers_.n(); ++i) {
      Near near;
      for (std::size_t m = 0; m < medoids_.size(); ++m) {
        const double distance = customers_.at(medoids_[m], i);
        if (distance < near.own) {
          near.second = near.own;
          near.own = distance;
          near.first = m;
        } else if (distance < near.second) {
          near.second = distance;
        }
      }
      near_[i] = near;
      total_ += customers_.weights[i] * near.own;
      removal_[near.first] += customers_.weights[i] * (near.second - near.own);
    }
    constexpr double rounding = 1e-12;
    tolerance_ = rounding * total_;
  }

  const Dissimilarities& customers_;
  std::vector<std::size_t>& medoids_;
  std::vector<Near> near_;
  std::vector<bool> is_medoid_;
  std::vector<double> removal_;
  double total_ = 0;  ///< of everybody's distance
  double tolerance_ = 0;
};

/// The customer from whom all are least far.
std::size_t most_central(const Dissimilarities& customers) {
  std::size_t best = 0;
  double least = far;
  for (std::size_t candidate = 0; candidate < customers.n(); ++candidate) {
    double sum = 0;
    for (std::size_t i = 0; i < customers.n(); ++i) sum += customers.weights[i] * customers.at(candidate, i);
    if (sum < least) {
      least = sum;
      best = candidate;
    }
  }
  return best;
}

}  // namespace

void faster_pam(const Dissimilarities& customers, std::span<const std::size_t> order,
                std::vector<std::size_t>& medoids) {
  if (medoids.size() == 1) {
    medoids.front() = most_central(customers);
    return;
  }
  Swaps swaps(customers, medoids);
  std::size_t since_swap = 0;
  for (std::size_t next = 0; since_swap < order.size(); next = (next + 1) % order.size()) {
    ++since_swap;
    const auto candidate = order[next];
    if (!swaps.is_medoid(candidate) && swaps.try_swap(candidate)) since_swap = 0;
  }
}

}  // namespace psychograph::cluster

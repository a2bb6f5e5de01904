#include "cluster/gmm.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "cluster/densities.hpp"
#include "cluster/em.hpp"
#include "cluster/normal_sums.hpp"
#include "cluster/posterior.hpp"
#include "cluster/signed_sums.hpp"
#include "core/exp_log.hpp"
#include "core/triangle.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/labels.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

using spec::Covariance;

/// What has to be added up in each look: of what segments share everybody's products are enough.
Products products_of(Covariance covariance) {
  switch (covariance) {
    case Covariance::spherical:
    case Covariance::diagonal:
      return Products::squares;
    case Covariance::full:
      return Products::all;
    case Covariance::tied_diagonal:
    case Covariance::tied:
      break;
  }
  return Products::none;
}

/// Parameters are the logarithms of shares [k], the means [k, p], and the factors of `NormalModel`, of which
/// what stands on the diagonal by its logarithm.
class Normals : public Mixture {
 public:
  explicit Normals(const FitInput& input)
      : world_(input.world),
        data_(input.data),
        options_(input.options),
        k_(static_cast<std::size_t>(input.options.k)),
        p_(input.data.matrix.columns()),
        size_(factor_size(options_.covariance, p_)),
        factors_(factors_of(options_.covariance, k_)),
        everybody_(input.data, 1, has_triangle(options_.covariance) ? Products::all : Products::squares) {
    add_everybody(data_, everybody_);
    everybody_.sum_over_ranks(world_);
    double sum = 0;
    for (std::size_t j = 0; j < p_; ++j) sum += spread(everybody_, 0, j, j);
    ridge_ = options_.ridge * sum / static_cast<double>(p_);
  }

  Look look(const std::vector<double>& parameters) override {
    const auto made = normals(parameters);
    const Densities densities(made, data_.blocks);
    NormalSums sums(data_, k_, products_of(options_.covariance));
    SignedSum log_likelihood;
    std::vector<double> joint;
    Posteriors posteriors;
    kernel::for_each_block(data_.matrix, [&](std::size_t first, kernel::Tiles tiles) {
      densities.log_joint(tiles, joint);
      posteriors.find(joint, k_);
      const auto begin = first * core::tile_rows;
      const auto end = std::min(begin + tiles.size() * core::tile_rows, data_.local_rows());
      for (auto row = begin; row < end; ++row) {
        const double weight = data_.weight(row);
        if (weight > 0) log_likelihood.add(weight * posteriors.log_density(row - begin));
      }
      for (auto from = begin; from < end; from += NormalSums::rows_at_once)
        add(posteriors, begin, from, std::min(NormalSums::rows_at_once, end - from), sums);
    });
    sums.sum_over_ranks(world_);
    const double total = log_likelihood.over_ranks(world_);
    return {total, total + log_prior(made), parameters_of(sums)};
  }

  [[nodiscard]] Model model(const std::vector<double>& parameters) const override {
    return normals(parameters);
  }

  /// Some iterations of k-means from `centroids`, and what normal distributions make of its clusters.
  /// Collective.
  std::vector<double> start(const FitInput& input, core::Centroids centroids) {
    constexpr int iterations = 10;
    kernel::CentroidSums moving(data_, k_);
    kernel::Labels labels(data_, input.matrix, k_, kernel::Search::dense);
    for (int i = 0; i < iterations; ++i) {
      (void)labels.update(kernel::PackedCentroids(centroids), moving);
      auto means = sum_over_ranks(world_, moving).means(centroids);
      if (means == centroids) break;
      centroids = std::move(means);
    }
    NormalSums sums(data_, k_, products_of(options_.covariance));
    Share share;
    for_each_handful(data_, sums, [&](std::size_t first, std::size_t count) {
      for (std::size_t c = 0; c < k_; ++c) {
        share.clear();
        for (std::size_t row = 0; row < count; ++row) {
          const bool here = labels.values()[first + row] == static_cast<std::int32_t>(c);
          share.add(row, here ? data_.weight(first + row) : 0.0);
        }
        sums.add(c, share);
      }
    });
    sums.sum_over_ranks(world_);
    return parameters_of(sums);
  }

 private:
  /// Adds local rows [first, first + count) to the segments that they are parts of. `posteriors` are of rows
  /// from `known` on.
  void add(const Posteriors& posteriors, std::size_t known, std::size_t first, std::size_t count,
           NormalSums& sums) {
    constexpr double unit = 1.0 / static_cast<double>(Posteriors::whole);
    sums.take(first, count);
    for (std::size_t c = 0; c < k_; ++c) {
      share_.clear();
      for (std::size_t row = 0; row < count; ++row) {
        const auto part = static_cast<double>(posteriors.part(first - known + row, c)) * unit;
        share_.add(row, data_.weight(first + row) * part);
      }
      sums.add(c, share_);
    }
  }

  /// The weight of the customer more that each segment has.
  [[nodiscard]] double one() const { return data_.total_weight / static_cast<double>(data_.global_rows); }

  /// The covariance of columns i and j <= i among the rows of a sum.
  static double spread(const NormalSums& sums, std::size_t c, std::size_t i, std::size_t j) {
    const double weight = sums.weight(c);
    return sums.product(c, i, j) / weight - sums.row(c, i) / weight * (sums.row(c, j) / weight);
  }

  /// Products about the segments' means, of columns i and j <= i: of segment c, or, where they share one, of
  /// all.
  [[nodiscard]] double scatter(const NormalSums& sums, std::size_t c, std::size_t i, std::size_t j) const {
    const auto about_mean = [&](std::size_t own) {
      const double weight = sums.weight(own);
      return weight > 0 ? sums.row(own, i) / weight * sums.row(own, j) : 0.0;
    };
    if (factors_ > 1 || k_ == 1) {
      const auto& source = products_of(options_.covariance) == Products::none ? everybody_ : sums;
      return source.product(c, i, j) - about_mean(c);
    }
    double within = everybody_.product(0, i, j);
    for (std::size_t own = 0; own < k_; ++own) within -= about_mean(own);
    return within;
  }

  /// The covariance of columns i and j, with the customer more and the ridge.
  [[nodiscard]] double covariance(const NormalSums& sums, std::size_t c, std::size_t i, std::size_t j) const {
    const double weight = factors_ > 1 ? sums.weight(c) : data_.total_weight;
    const double found = (scatter(sums, c, i, j) + one() * spread(everybody_, 0, i, j)) / (weight + one());
    return i == j ? std::max(found, 0.0) + ridge_ : found;
  }

  /// The factor [size_] of segment c.
  [[nodiscard]] std::vector<double> factor(const NormalSums& sums, std::size_t c) const {
    if (has_triangle(options_.covariance)) {
      std::vector<double> matrix(size_);
      for (std::size_t i = 0; i < p_; ++i) {
        for (std::size_t j = 0; j <= i; ++j) matrix[core::triangle(i, j)] = covariance(sums, c, i, j);
      }
      return core::inverse_cholesky(std::move(matrix), p_);
    }
    std::vector<double> variances;
    for (std::size_t j = 0; j < p_; ++j) variances.push_back(covariance(sums, c, j, j));
    if (options_.covariance == Covariance::spherical) {
      double sum = 0;
      for (const double variance : variances) sum += variance;
      variances = {sum / static_cast<double>(p_)};
    }
    for (double& variance : variances) variance = 1 / std::sqrt(variance);
    return variances;
  }

  /// Whether a number of a factor stands on the diagonal.
  [[nodiscard]] std::vector<bool> diagonal() const {
    std::vector<bool> places(size_, false);
    for (std::size_t j = 0; j < p_; ++j) places[diagonal_place(options_.covariance, j)] = true;
    return places;
  }

  /// The likeliest ones of these sums and the customer more.
  [[nodiscard]] std::vector<double> parameters_of(const NormalSums& sums) const {
    const auto k = static_cast<double>(k_);
    std::vector<double> logarithms;
    for (std::size_t c = 0; c < k_; ++c)
      logarithms.push_back((sums.weight(c) + one() / k) / (data_.total_weight + one()));
    std::vector<double> means;
    for (std::size_t c = 0; c < k_; ++c) {
      const double weight = sums.weight(c);
      for (std::size_t j = 0; j < p_; ++j)
        means.push_back(weight > 0 ? sums.row(c, j) / weight : everybody_.row(0, j) / data_.total_weight);
    }
    std::vector<double> factors;
    for (std::size_t c = 0; c < factors_; ++c) {
      const auto own = factor(sums, c);
      factors.insert(factors.end(), own.begin(), own.end());
    }
    const auto places = diagonal();
    for (std::size_t i = 0; i < factors.size(); ++i) {
      if (places[i % size_]) logarithms.push_back(factors[i]);
    }
    core::take_logarithms(logarithms);
    std::vector<double> parameters(logarithms.begin(), logarithms.begin() + static_cast<std::ptrdiff_t>(k_));
    parameters.insert(parameters.end(), means.begin(), means.end());
    auto next = logarithms.begin() + static_cast<std::ptrdiff_t>(k_);
    for (std::size_t i = 0; i < factors.size(); ++i)
      parameters.push_back(places[i % size_] ? *next++ : factors[i]);
    return parameters;
  }

  [[nodiscard]] NormalModel normals(const std::vector<double>& parameters) const {
    NormalModel made{core::Centroids(k_, p_), {}, options_.covariance, {}};
    const auto places = diagonal();
    std::vector<double> exponentials(parameters.begin(),
                                     parameters.begin() + static_cast<std::ptrdiff_t>(k_));
    const auto* const factors = parameters.data() + k_ * (1 + p_);
    const auto count = factors_ * size_;
    for (std::size_t i = 0; i < count; ++i) {
      if (places[i % size_]) exponentials.push_back(factors[i]);
    }
    for (double& value : exponentials)
      value = std::clamp(value, -300.0, 300.0);  // exponentials are numbers, squares too
    core::exponentiate(exponentials);
    double sum = 0;
    for (std::size_t c = 0; c < k_; ++c) sum += exponentials[c];
    for (std::size_t c = 0; c < k_; ++c) {
      made.shares.push_back(exponentials[c] / sum);
      for (std::size_t j = 0; j < p_; ++j) made.centroids.at(c, j) = parameters[k_ + c * p_ + j];
    }
    auto next = exponentials.begin() + static_cast<std::ptrdiff_t>(k_);
    for (std::size_t i = 0; i < count; ++i) made.factors.push_back(places[i % size_] ? *next++ : factors[i]);
    return made;
  }

  /// The logarithm of what the customers more say of the covariances and shares, but for a number.
  [[nodiscard]] double log_prior(const NormalModel& model) const {
    std::vector<double> logarithms = model.shares;
    for (double& share : logarithms) share = std::max(share, std::numeric_limits<double>::min());
    double squares = 0;
    const auto places = diagonal();
    for (std::size_t c = 0; c < factors_; ++c) {
      const auto own = factor_of(model, c);
      for (std::size_t i = 0; i < size_; ++i) {
        if (places[i]) logarithms.push_back(own[i]);
      }
      squares += has_triangle(options_.covariance) ? trace(own) : scaled_trace(own);
    }
    core::take_logarithms(logarithms);
    double shares = 0;
    double determinants = 0;
    for (std::size_t i = 0; i < logarithms.size(); ++i) (i < k_ ? shares : determinants) += logarithms[i];
    if (options_.covariance == Covariance::spherical) determinants *= static_cast<double>(p_);
    return one() * (shares / static_cast<double>(k_) + determinants - squares / 2);
  }

  /// Of everybody's covariance as a factor sees it.
  [[nodiscard]] double scaled_trace(std::span<const double> factor) const {
    double sum = 0;
    for (std::size_t j = 0; j < p_; ++j) {
      const double scale = factor[diagonal_place(options_.covariance, j)];
      sum += scale * scale * spread(everybody_, 0, j, j);
    }
    return sum;
  }
  [[nodiscard]] double trace(std::span<const double> factor) const {
    double sum = 0;
    for (std::size_t i = 0; i < p_; ++i) {
      for (std::size_t a = 0; a <= i; ++a) {
        double row = 0;
        for (std::size_t b = 0; b <= i; ++b)
          row += factor[core::triangle(i, b)] * spread(everybody_, 0, std::max(a, b), std::min(a, b));
        sum += factor[core::triangle(i, a)] * row;
      }
    }
    return sum;
  }

  const comm::Communicator& world_;
  const kernel::Data& data_;
  const spec::Cluster& options_;
  std::size_t k_;
  std::size_t p_;
  std::size_t size_;     ///< numbers of a factor
  std::size_t factors_;  ///< 1 where segments share one
  NormalSums everybody_;
  Share share_;       ///< of the segment at hand
  double ridge_ = 0;  ///< in encoded units
};

std::unique_ptr<Fit> begin_normals(const FitInput& input, const Starts& starts, std::int64_t restart) {
  auto normals = std::make_unique<Normals>(input);
  auto start = normals->start(input, starts.of(restart));
  return begin_em(input, std::move(normals), std::move(start));
}

std::string find_normals_fault(const spec::Cluster& options, std::size_t p,
                               std::span<const std::uint64_t> state) {
  const auto k = static_cast<std::size_t>(options.k);
  return find_em_fault(
      options, k * (1 + p) + factors_of(options.covariance, k) * factor_size(options.covariance, p), state);
}

}  // namespace

const Algorithm gmm{
    .objective = "log_likelihood",
    .rises = true,
    .same = 1e-6,
    .takes_starts = true,
    .work =
        [](const spec::Cluster& options) {
          return Work{.k = options.k, .row_bytes = options.k * static_cast<std::int64_t>(sizeof(float))};
        },
    .begin = begin_normals,
    .find_fault = find_normals_fault,
    .resume = [](const FitInput& input, std::span<const std::uint64_t> state) -> std::unique_ptr<Fit> {
      return resume_em(input, std::make_unique<Normals>(input), state);
    }};

}  // namespace psychograph::cluster

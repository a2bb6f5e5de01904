// The way from customers to a verdict on several numbers of segments.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "evaluate/reference.hpp"
#include "evaluate/verdict.hpp"
#include "kernel/data.hpp"
#include "kernel/subset.hpp"
#include "spec/spec.hpp"

namespace psychograph::evaluate {

/// How thoroughly it is looked for.
struct Thoroughness {
  std::int64_t customers = 1'000'000;  ///< so many are looked at, chosen by the seed and the row
  std::int64_t pairs = 20;             ///< of bootstrap samples; 0: stability is not asked for
  std::int64_t references = 20;        ///< tables without segments; 0: not compared
  std::uint64_t seed = 42;             ///< of all samples, whatever is fitted to them
};

/// A Gaussian reference needs every customer on every rank: of more than so many a sample is compared.
inline constexpr std::int64_t most_reference_customers = 100'000;

/// Customers who are looked at, and all that is drawn from them. Members are collective, throw an error of
/// code `stopped` where a rank is asked to stop, and give the same on any number of ranks.
class Examination {
 public:
  /// Copies the customers who are looked at twice over. All arguments but the data outlive it. Throws
  /// std::bad_alloc.
  Examination(const comm::Communicator& world, const kernel::Data& data, const Thoroughness& thoroughness);

  /// Those who are looked at.
  [[nodiscard]] const kernel::Data& customers() const { return sample_.data(); }
  /// No column has numbers: gaps are not looked for.
  [[nodiscard]] bool names_alone() const { return names_alone_; }

  /// The local rows of the data that these are, in their order.
  [[nodiscard]] const std::vector<std::uint32_t>& rows() const { return rows_; }

  /// Segments them as `options` say, and says of what comes out: on all customers how far pairs of bootstrap
  /// samples agree; by a fit to one half whether there are gaps in the other; how much further inertia falls
  /// than it does with nothing there (of more than one column, and not of directions). A data error is an
  /// error of the judgement.
  Judgement look(const spec::Cluster& options, const cluster::Observer& observer = {});
  /// How well halves of them foretell each other.
  [[nodiscard]] PredictionStrength prediction_strength(const spec::Cluster& options,
                                                       std::int64_t splits) const {
    return measure_prediction_strength(world_, customers(), options, splits, thoroughness_.seed);
  }
  /// The segments [local rows] of a judgement without error (evaluate/overlap.hpp).
  [[nodiscard]] std::vector<std::int32_t> places(const Judgement& judgement) const;

  /// Features, by their place, with so long a tail to the right that log1p may help.
  [[nodiscard]] std::vector<std::size_t> skewed();

 private:
  Examination(const comm::Communicator& world, const kernel::Data& data, const Thoroughness& thoroughness,
              const std::vector<std::int32_t>& chosen);
  const Reference& reference();
  void look_closer(const spec::Cluster& options, std::span<const std::int32_t> places, Judgement& found);
  void look_for_gaps(const spec::Cluster& options, Judgement& found);
  void compare_with_references(const spec::Cluster& options, Judgement& found);

  const comm::Communicator& world_;
  Thoroughness thoroughness_;
  std::vector<std::uint32_t> rows_;
  kernel::Subset sample_;
  std::optional<kernel::Subset> fit_half_;
  std::optional<kernel::Subset> judge_half_;  ///< columns of few values are spread
  bool names_alone_;
  std::optional<kernel::Subset> compared_;  ///< those whom references are made after
  std::optional<Reference> reference_;
};

}  // namespace psychograph::evaluate

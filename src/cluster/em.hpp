// Expectation and maximisation (Dempster, Laird and Rubin 1977), in the longer steps of SQUAREM (Varadhan and
// Roland, "Simple and globally convergent methods for accelerating the convergence of any EM algorithm",
// Scandinavian Journal of Statistics 35, 2008). A step is one look at the customers.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// A kind of mixture, by parameters that may be any numbers: logarithms of what is positive.
class Mixture {
 public:
  Mixture() = default;
  virtual ~Mixture() = default;
  Mixture(const Mixture&) = delete;
  Mixture& operator=(const Mixture&) = delete;

  struct Look {
    double log_likelihood = 0;       ///< of the parameters that were looked with
    double objective = 0;            ///< that and the logarithm of their prior density: what EM never lowers
    std::vector<double> parameters;  ///< what the customers make of them
  };
  /// One look at all customers. Collective; the same bits on any number of ranks.
  virtual Look look(const std::vector<double>& parameters) = 0;
  [[nodiscard]] virtual Model model(const std::vector<double>& parameters) const = 0;
};

/// Collective.
std::unique_ptr<Fit> begin_em(const FitInput& input, std::unique_ptr<Mixture> mixture,
                              std::vector<double> start);
/// As Algorithm::find_fault, of a mixture with so many parameters.
std::string find_em_fault(const spec::Cluster& options, std::size_t parameters,
                          std::span<const std::uint64_t> state);
/// From a state without a fault. Collective.
std::unique_ptr<Fit> resume_em(const FitInput& input, std::unique_ptr<Mixture> mixture,
                               std::span<const std::uint64_t> state);

}  // namespace psychograph::cluster

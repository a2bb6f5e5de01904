// Mixtures of normal distributions against EM in plain double, and what is true of them alone.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "cluster/densities.hpp"
#include "core/triangle.hpp"
#include "distributed/cluster/any_algorithm.hpp"

namespace psychograph::cluster {
namespace {

using spec::Covariance;
using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::expect_to_refuse_others;
using testing_algorithms::Rows;
using testing_algorithms::run;

constexpr std::array covariances{Covariance::spherical, Covariance::diagonal, Covariance::tied_diagonal,
                                 Covariance::tied, Covariance::full};

spec::Cluster normals_of(std::int64_t k, Covariance covariance) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::gmm;
  options.covariance = covariance;
  options.k = k;
  options.restarts = 2;
  options.max_iterations = 2000;
  return options;
}

/// Three clumps, near enough for doubt, wide and narrow, with correlated columns.
Rows clumps(std::size_t n, unsigned seed, bool weighted) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Rows rows{{}, 3};
  for (std::size_t i = 0; i < n; ++i) {
    const auto own = static_cast<double>(random() % 3);
    const double x = normal(random) * (1 + own / 2);
    const double y = normal(random);
    rows.cells.push_back(static_cast<float>(x + 3 * own));
    rows.cells.push_back(static_cast<float>(y + (own - 1) * x / 2 - own));
    rows.cells.push_back(static_cast<float>(normal(random) / 2 + own * own));
    if (weighted) rows.weights.push_back(i % 7 == 0 ? 0.0 : 0.5 + static_cast<double>(random() % 4) / 2);
  }
  return rows;
}

/// Symmetric matrices [p][p], and their inverse and determinant by elimination.
using Matrix = std::vector<std::vector<double>>;

double invert(Matrix& a) {
  const auto p = a.size();
  Matrix inverse(p, std::vector<double>(p, 0.0));
  for (std::size_t i = 0; i < p; ++i) inverse[i][i] = 1;
  double determinant = 1;
  for (std::size_t i = 0; i < p; ++i) {
    const double pivot = a[i][i];
    determinant *= pivot;
    for (std::size_t j = 0; j < p; ++j) {
      a[i][j] /= pivot;
      inverse[i][j] /= pivot;
    }
    for (std::size_t r = 0; r < p; ++r) {
      if (r == i) continue;
      const double factor = a[r][i];
      for (std::size_t j = 0; j < p; ++j) {
        a[r][j] -= factor * a[i][j];
        inverse[r][j] -= factor * inverse[i][j];
      }
    }
  }
  a = inverse;
  return determinant;
}

/// EM from the model that a fit has come to: where its likelihood goes in `rounds`, with the same customers
/// more.
double plain_em(const Rows& rows, const NormalModel& from, double ridge_share, int rounds) {
  const auto k = from.shares.size();
  const auto p = rows.p;
  const auto n = static_cast<std::size_t>(rows.n());
  std::vector<double> weights = rows.weights.empty() ? std::vector<double>(n, 1.0) : rows.weights;
  double total = 0;
  double count = 0;
  std::vector<double> centre(p, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    total += weights[i];
    count += weights[i] > 0 ? 1 : 0;
    for (std::size_t j = 0; j < p; ++j) centre[j] += weights[i] * static_cast<double>(rows.cells[i * p + j]);
  }
  for (double& mean : centre) mean /= total;
  const double one = total / count;
  const auto spread_about = [&](const std::vector<double>& mean, const std::vector<double>& part) {
    Matrix made(p, std::vector<double>(p, 0.0));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t b = 0; b < p; ++b)
          made[a][b] += part[i] * (static_cast<double>(rows.cells[i * p + a]) - mean[a]) *
                        (static_cast<double>(rows.cells[i * p + b]) - mean[b]);
      }
    }
    return made;
  };
  const auto everybody = spread_about(centre, weights);
  double ridge = 0;
  for (std::size_t j = 0; j < p; ++j) ridge += ridge_share * everybody[j][j] / total / static_cast<double>(p);
  std::vector<std::vector<double>> means(k);
  std::vector<double> shares = from.shares;
  std::vector<Matrix> precision(k);
  std::vector<double> determinants(k);
  std::vector<std::vector<double>> parts(k, std::vector<double>(n, 0.0));
  const auto mstep = [&] {
    Matrix pooled(p, std::vector<double>(p, 0.0));
    std::vector<Matrix> own(k);
    std::vector<double> sizes(k, 0.0);
    for (std::size_t c = 0; c < k; ++c) {
      means[c].assign(p, 0.0);
      for (std::size_t i = 0; i < n; ++i) {
        sizes[c] += parts[c][i];
        for (std::size_t j = 0; j < p; ++j)
          means[c][j] += parts[c][i] * static_cast<double>(rows.cells[i * p + j]);
      }
      for (double& mean : means[c]) mean /= sizes[c];
      shares[c] = (sizes[c] + one / static_cast<double>(k)) / (total + one);
      own[c] = spread_about(means[c], parts[c]);
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t b = 0; b < p; ++b) pooled[a][b] += own[c][a][b];
      }
    }
    const bool tied = from.covariance == Covariance::tied || from.covariance == Covariance::tied_diagonal;
    for (std::size_t c = 0; c < k; ++c) {
      Matrix made(p, std::vector<double>(p, 0.0));
      double mean = 0;
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t b = 0; b < p; ++b) {
          const double found = ((tied ? pooled : own[c])[a][b] + one * everybody[a][b] / total) /
                               ((tied ? total : sizes[c]) + one);
          const bool kept =
              a == b || from.covariance == Covariance::tied || from.covariance == Covariance::full;
          made[a][b] = kept ? found + (a == b ? ridge : 0) : 0.0;
        }
        mean += made[a][a] / static_cast<double>(p);
      }
      for (std::size_t a = 0; a < p && from.covariance == Covariance::spherical; ++a) made[a][a] = mean;
      determinants[c] = invert(made);
      precision[c] = made;
    }
  };
  double likelihood = 0;
  const auto estep = [&] {
    likelihood = 0;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> joint(k);
      double sum = 0;
      for (std::size_t c = 0; c < k; ++c) {
        double square = 0;
        for (std::size_t a = 0; a < p; ++a) {
          for (std::size_t b = 0; b < p; ++b)
            square += precision[c][a][b] * (static_cast<double>(rows.cells[i * p + a]) - means[c][a]) *
                      (static_cast<double>(rows.cells[i * p + b]) - means[c][b]);
        }
        joint[c] = shares[c] * std::exp(-square / 2) /
                   std::sqrt(std::pow(2 * std::acos(-1.0), static_cast<double>(p)) * determinants[c]);
        sum += joint[c];
      }
      if (weights[i] > 0) likelihood += weights[i] * std::log(sum);
      for (std::size_t c = 0; c < k; ++c) parts[c][i] = weights[i] * joint[c] / sum;
    }
  };
  // The model's own covariances, from its factors W: precision W'W.
  for (std::size_t c = 0; c < k; ++c) {
    const auto own = factor_of(from, c);
    Matrix w(p, std::vector<double>(p, 0.0));
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        if (own.size() == p * (p + 1) / 2) {
          w[i][j] = own[core::triangle(i, j)];
        } else if (i == j) {
          w[i][j] = own[own.size() == 1 ? 0 : i];
        }
      }
    }
    Matrix made(p, std::vector<double>(p, 0.0));
    determinants[c] = 1;
    for (std::size_t a = 0; a < p; ++a) {
      for (std::size_t b = 0; b < p; ++b) {
        for (std::size_t i = 0; i < p; ++i) made[a][b] += w[i][a] * w[i][b];
      }
      determinants[c] /= w[a][a] * w[a][a];
    }
    precision[c] = made;
    means[c].assign(from.centroids.row(c), from.centroids.row(c) + p);
  }
  estep();
  for (int round = 0; round < rounds; ++round) {
    mstep();
    estep();
  }
  return likelihood;
}

/// Where it has come to is where plain EM stays, and its likelihood is the plain one.
TEST(Gmm, ComesToWherePlainEmStays) {
  const comm::Communicator world;
  for (const auto covariance : covariances) {
    for (const bool weighted : {false, true}) {
      const auto rows = clumps(160, 3, weighted);
      auto wanted = normals_of(3, covariance);
      wanted.tolerance = 1e-14;
      const auto outcome = run(world, rows, wanted);
      const auto& model = std::get<NormalModel>(outcome.fitted.model);
      const double scale = std::abs(outcome.fitted.objective);
      EXPECT_NEAR(plain_em(rows, model, wanted.ridge, 0), outcome.fitted.objective, 1e-9 * scale);
      EXPECT_NEAR(plain_em(rows, model, wanted.ridge, 60), outcome.fitted.objective, 1e-6 * scale)
          << to_string(covariance) << weighted;
      EXPECT_TRUE(outcome.fitted.converged);
    }
  }
}

TEST(Gmm, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  for (const auto covariance : covariances) {
    for (const bool weighted : {false, true})
      expect_same_bits_everywhere(clumps(130, 5, weighted), normals_of(4, covariance));
  }
}

TEST(Gmm, GoesOnFromWhereverItWas) {
  for (const auto covariance : {Covariance::full, Covariance::tied_diagonal})
    expect_to_go_on(clumps(140, 8, true), normals_of(3, covariance));
}

TEST(Gmm, RefusesAStateThatItNeverComesTo) {
  expect_to_refuse_others(clumps(60, 6, false), normals_of(2, Covariance::full));
}

/// Duplicates, and columns that are another's double: no variance comes to nothing.
TEST(Gmm, SurvivesWhatHasNoSpread) {
  const comm::Communicator world;
  Rows rows{{}, 3};
  for (int i = 0; i < 120; ++i) {
    const auto x = static_cast<float>(i % 4 == 0 ? 50 : i % 2);
    rows.cells.insert(rows.cells.end(), {x, 2 * x, static_cast<float>(i % 3)});
  }
  for (const auto covariance : covariances) {
    const auto outcome = run(world, rows, normals_of(3, covariance));
    EXPECT_TRUE(std::isfinite(outcome.fitted.objective)) << to_string(covariance);
    EXPECT_EQ(outcome.segments.size[0] + outcome.segments.size[1] + outcome.segments.size[2], 120);
  }
}

TEST(InverseCholesky, TurnsAMatrixIntoWhatItMakesOfTheIdentity) {
  const std::vector<double> matrix{4, 2, 5, -1, 0.5, 3};
  const auto w = core::inverse_cholesky(matrix, 3);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = 0;  // W A W' is the identity
      for (std::size_t i = 0; i <= a; ++i) {
        for (std::size_t j = 0; j <= b; ++j)
          sum += w[core::triangle(a, i)] * matrix[core::triangle(std::max(i, j), std::min(i, j))] *
                 w[core::triangle(b, j)];
      }
      EXPECT_NEAR(sum, a == b ? 1 : 0, 1e-12);
    }
  }
}

}  // namespace
}  // namespace psychograph::cluster

#include "cluster/latent_class.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "cluster/answers.hpp"
#include "cluster/em.hpp"
#include "cluster/posterior.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/exp_log.hpp"
#include "core/wide_sums.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::cluster {
namespace {

constexpr std::size_t rows_at_once = 256;

/// Parameters are logarithms: of the classes' shares [k], and of the answers' shares [k, p] in each, those of
/// the missing ones too, which have no say and are only told.
class LatentClasses : public Mixture {
 public:
  explicit LatentClasses(const FitInput& input)
      : world_(input.world),
        data_(input.data),
        k_(static_cast<std::size_t>(input.options.k)),
        p_(input.data.matrix.columns()),
        scale_(input.data.total_weight, input.data.largest_weight, input.data.global_rows),
        answers_(comm::run_on_all_ranks(input.world, [&] { return read_all(input.data); })),
        own_(k_),
        everybody_(shares_of_answers()) {}

  Look look(const std::vector<double>& parameters) override {
    const auto made = classes(parameters);
    const AnswerTable table(made, data_.blocks);
    core::WideSums surprise(1);  // what is likely at most 1 has a logarithm of 0 at most
    std::vector<std::int64_t> counts((1 + p_) * k_, 0);
    std::vector<double> joint;
    Posteriors posteriors;
    const auto items = data_.blocks.size();
    for (std::size_t first = 0; first < data_.local_rows(); first += rows_at_once) {
      const auto rows = std::min(rows_at_once, data_.local_rows() - first);
      const auto answers = std::span(answers_).subspan(first * items, rows * items);
      table.log_joint(answers, joint);
      posteriors.find(joint, k_);
      for (std::size_t row = 0; row < rows; ++row) {
        const double weight = data_.weight(first + row);
        if (!(weight > 0)) continue;
        surprise.add(0, weight * std::max(0.0, -posteriors.log_density(row)));
        add(weight, posteriors, row, answers.subspan(row * items, items), counts);
      }
    }
    comm::sum_over_ranks(world_, std::span(counts));
    comm::sum_over_ranks(world_, surprise);
    const double log_likelihood = -surprise.value(0);
    return {log_likelihood, log_likelihood + log_prior(table), parameters_of(counts)};
  }

  [[nodiscard]] Model model(const std::vector<double>& parameters) const override {
    return classes(parameters);
  }

  /// Nearly the answers of `centroids`, and a little of everybody's, so that no answer is ruled out. Local.
  [[nodiscard]] std::vector<double> start(const core::Centroids& centroids) const {
    constexpr double own = 0.8;
    std::vector<double> parameters(k_ * (1 + p_), 1.0 / static_cast<double>(k_));
    for (std::size_t c = 0; c < k_; ++c) {
      for (const auto& block : data_.blocks) {
        for (std::size_t l = 0; l < block.count; ++l)
          parameters[k_ + c * p_ + block.first + l] =
              own * share_at(block, l, centroids.row(c)) + (1 - own) * everybody_[block.first + l];
      }
    }
    take_logarithms(parameters);
    return parameters;
  }

 private:
  static core::RowVector<Answer> read_all(const kernel::Data& data) {
    const auto items = data.blocks.size();
    core::RowVector<Answer> answers(data.matrix.tiles() * core::tile_rows * items, data.matrix.where());
    kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
      read_answers(tiles, data.blocks, answers.data() + first * core::tile_rows * items);
    });
    return answers;
  }

  /// No probability is 0: its logarithm would be no number.
  static void take_logarithms(std::vector<double>& values) {
    for (double& value : values) value = std::max(value, std::numeric_limits<double>::min());
    core::take_logarithms(values);
  }

  /// Of one customer: [k] of the classes, and behind them [p, k] of the answers.
  void add(double weight, const Posteriors& posteriors, std::size_t row, std::span<const Answer> answers,
           std::vector<std::int64_t>& counts) {
    constexpr double unit = 1.0 / static_cast<double>(Posteriors::whole);
    for (std::size_t c = 0; c < k_; ++c) {
      own_[c] = scale_.encode(weight * (static_cast<double>(posteriors.part(row, c)) * unit));
      counts[c] += own_[c];
    }
    for (std::size_t b = 0; b < answers.size(); ++b) {
      if (answers[b] == no_answer) continue;
      auto* const of_answer = &counts[(1 + data_.blocks[b].first + answers[b]) * k_];
      for (std::size_t c = 0; c < k_; ++c) of_answer[c] += own_[c];
    }
  }

  /// How everybody answers: the share [p] of each answer, of the missing one too. Collective.
  [[nodiscard]] std::vector<double> shares_of_answers() const {
    std::vector<std::int64_t> counts(p_, 0);
    const auto items = data_.blocks.size();
    for (std::size_t row = 0; row < data_.local_rows(); ++row) {
      if (!(data_.weight(row) > 0)) continue;
      for (std::size_t b = 0; b < items; ++b) {
        const auto answer = answers_[row * items + b];
        if (answer != no_answer) counts[data_.blocks[b].first + answer] += scale_.encode(data_.weight(row));
      }
    }
    comm::sum_over_ranks(world_, std::span(counts));
    std::vector<double> shares;
    for (const auto count : counts) shares.push_back(scale_.decode(count) / data_.total_weight);
    return shares;
  }

  /// The weight of the Bayes constants in each class.
  [[nodiscard]] double constant() const {
    return data_.total_weight / static_cast<double>(data_.global_rows) / static_cast<double>(k_);
  }

  /// The likeliest ones of these counts and the Bayes constants.
  [[nodiscard]] std::vector<double> parameters_of(const std::vector<std::int64_t>& counts) const {
    std::vector<double> parameters(k_ * (1 + p_));
    const double all = data_.total_weight + static_cast<double>(k_) * constant();
    for (std::size_t c = 0; c < k_; ++c) {
      parameters[c] = (scale_.decode(counts[c]) + constant()) / all;
      for (const auto& block : data_.blocks) {
        double own = constant();
        for (std::size_t l = 0; l < block.count; ++l)
          own += scale_.decode(counts[(1 + block.first + l) * k_ + c]);
        for (std::size_t j = block.first; j < block.first + block.count; ++j) {
          const double count = scale_.decode(counts[(1 + j) * k_ + c]);
          parameters[k_ + c * p_ + j] = (count + constant() * everybody_[j]) / own;
        }
      }
    }
    take_logarithms(parameters);
    return parameters;
  }

  /// The logarithm of the density that the Bayes constants give the parameters, but for a number.
  [[nodiscard]] double log_prior(const AnswerTable& table) const {
    double sum = 0;
    for (std::size_t c = 0; c < k_; ++c) {
      sum += table.log_share(c);
      for (std::size_t j = 0; j < p_; ++j) sum += everybody_[j] * table.log_chance(j, c);
    }
    return constant() * sum;
  }

  /// Long steps leave shares that don't add up to 1.
  [[nodiscard]] ClassModel classes(const std::vector<double>& parameters) const {
    auto shares = parameters;
    for (double& value : shares) value = std::min(value, 700.0);  // its exponential is a number
    core::exponentiate(shares);
    ClassModel model{core::Centroids(k_, p_), {}};
    double sum = 0;
    for (std::size_t c = 0; c < k_; ++c) sum += shares[c];
    for (std::size_t c = 0; c < k_; ++c) {
      model.shares.push_back(shares[c] / sum);
      for (const auto& block : data_.blocks) {
        const double* const own = &shares[k_ + c * p_ + block.first];
        double all = 0;
        for (std::size_t l = 0; l < block.count; ++l) all += own[l];
        for (std::size_t l = 0; l < block.count; ++l)
          model.centroids.at(c, block.first + l) = block.zeros[l] + block.step * (own[l] / all);
      }
    }
    return model;
  }

  const comm::Communicator& world_;
  const kernel::Data& data_;
  std::size_t k_;
  std::size_t p_;
  core::FixedPoint scale_;
  core::RowVector<Answer> answers_;  ///< [16 * tiles, blocks]
  std::vector<std::int64_t> own_;    ///< [k] of the customer at hand
  std::vector<double> everybody_;    ///< [p] shares of answers
};

std::unique_ptr<Fit> begin_classes(const FitInput& input, const Starts& starts, std::int64_t restart) {
  auto classes = std::make_unique<LatentClasses>(input);
  auto start = classes->start(starts.of(restart));
  return begin_em(input, std::move(classes), std::move(start));
}

}  // namespace

const Algorithm latent_class{
    .objective = "log_likelihood",
    .rises = true,
    .same = 1e-6,
    .takes_starts = true,
    .work =
        [](const spec::Cluster& options) {
          // Answers take two bytes where the matrix has a column of four for each level; memberships stay.
          return Work{.k = options.k,
                      .copies = 0.25,
                      .row_bytes = options.k * static_cast<std::int64_t>(sizeof(float))};
        },
    .begin = begin_classes,
    .find_fault =
        [](const spec::Cluster& options, std::size_t p, std::span<const std::uint64_t> state) {
          return find_em_fault(options, static_cast<std::size_t>(options.k) * (1 + p), state);
        },
    .resume = [](const FitInput& input, std::span<const std::uint64_t> state) -> std::unique_ptr<Fit> {
      return resume_em(input, std::make_unique<LatentClasses>(input), state);
    }};

}  // namespace psychograph::cluster

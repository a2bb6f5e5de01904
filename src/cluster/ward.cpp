#include "cluster/ward.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/empty_clusters.hpp"
#include "cluster/lloyd.hpp"
#include "cluster/seeding.hpp"
#include "cluster/ward_tree.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/labels.hpp"

namespace psychograph::cluster {
namespace {

/// Micro-clusters need not be at rest: a tree is made of where they are.
constexpr std::int64_t most_iterations = 20;

struct WardState {
  std::int64_t restart = 0;
  std::int64_t count = 0;  ///< of micro-clusters
  core::Words lloyd;       ///< of these

  void archive(core::StateArchive& archive) { archive& restart& count& lloyd; }
};

spec::Cluster micro_options(const spec::Cluster& options, std::int64_t count) {
  auto micro = options;
  micro.algorithm = spec::Algorithm::kmeans;
  micro.k = count;
  micro.refine = false;
  micro.max_iterations = std::min(options.max_iterations, most_iterations);
  return micro;
}

/// Collective. Throws a data error for fewer than k.
core::Centroids draw_starts(const FitInput& input, std::int64_t restart) {
  const auto& options = input.options;
  auto starts = seed_at_most(input.world, input.data, std::max(options.k, options.micro_clusters),
                             options.seed, static_cast<std::uint32_t>(restart));
  if (static_cast<std::int64_t>(starts.k()) < options.k) fail_few_rows(starts.k(), options.k);
  return starts;
}

class Ward : public Fit {
 public:
  Ward(const FitInput& input, std::int64_t restart, core::Centroids starts)
      : Ward(input, restart, static_cast<std::int64_t>(starts.k())) {
    lloyd_ = begin_lloyd(micro_, {}, std::move(starts));
  }
  Ward(const FitInput& input, const WardState& state) : Ward(input, state.restart, state.count) {
    lloyd_ = resume_lloyd(micro_, {}, state.lloyd);
  }

  [[nodiscard]] bool rests() const override { return model_.has_value(); }
  void step(Votes& votes) override {
    if (lloyd_->rests()) {
      agree(input_.world, votes);
    } else {
      lloyd_->step(votes);
      told_ = lloyd_->told();
      if (told_) told_->place = fmt::format("{} micro-clusters, {}", options_.k, told_->place);
    }
    if (lloyd_->rests()) make_tree();
  }
  [[nodiscard]] std::optional<Told> told() const override { return told_; }
  [[nodiscard]] std::int64_t steps() const override { return lloyd_ ? lloyd_->steps() : steps_; }
  [[nodiscard]] bool converged() const override { return rests(); }
  [[nodiscard]] Model model() const override { return model_.value(); }
  [[nodiscard]] core::Words state() override {
    WardState state{restart_, options_.k, lloyd_ ? lloyd_->state() : last_};
    return core::to_words(state);
  }

 private:
  Ward(const FitInput& input, std::int64_t restart, std::int64_t count)
      : input_(input),
        options_(micro_options(input.options, count)),
        micro_{.world = input.world,
               .data = input.data,
               .matrix = input.matrix,
               .options = options_,
               .reseeded = {},
               .search = input.search},
        restart_(restart) {}

  /// Collective.
  void make_tree() {
    const auto found = centres(lloyd_->model());
    steps_ = lloyd_->steps();
    last_ = lloyd_->state();  // what can be gone on from if this is interrupted
    lloyd_.reset();           // the rows lie in the table's order again
    auto sums = sums_of(found);
    // A cluster that the last step has emptied is no leaf.
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < found.k(); ++i) {
      if (sums.counts[i] > 0) leaves.push_back(i);
    }
    if (static_cast<std::int64_t>(leaves.size()) < input_.options.k) fail_few_rows(sums.counts);
    const auto of_leaves = sums.means(found);
    Parts parts{core::Centroids(leaves.size(), found.p()), {}, {}, {}};
    core::Centroids leaf_means(leaves.size(), found.p());
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      std::copy_n(found.row(leaves[i]), found.p(), parts.centroids.row(i));
      std::copy_n(of_leaves.row(leaves[i]), found.p(), leaf_means.row(i));
      parts.weights.push_back(sums.weights[leaves[i]]);
      parts.counts.push_back(sums.counts[leaves[i]]);
    }
    parts.segment =
        cut_tree(ward_tree(parts.centroids, parts.weights), static_cast<std::size_t>(input_.options.k));
    auto means = means_of(parts, leaf_means);
    model_ = CentroidModel{.centroids = std::move(means), .parts = std::move(parts)};
  }

  /// Of those who are nearest to each. Collective.
  [[nodiscard]] kernel::GlobalSums sums_of(const core::Centroids& centroids) const {
    kernel::CentroidSums sums(input_.data, centroids.k());
    comm::run_on_all_ranks(input_.world, [&] {
      kernel::Labels(input_.data, input_.matrix, centroids.k(), kernel::Search::dense)
          .update(kernel::PackedCentroids(centroids), sums);
    });
    return sum_over_ranks(input_.world, sums);
  }

  /// [k, p] of the segments' customers, by those of their parts [m, p]. Local.
  [[nodiscard]] core::Centroids means_of(const Parts& parts, const core::Centroids& of_parts) const {
    core::Centroids means(static_cast<std::size_t>(input_.options.k), parts.centroids.p());
    std::vector<double> weights(means.k(), 0.0);
    for (std::size_t i = 0; i < parts.segment.size(); ++i) {
      const auto c = static_cast<std::size_t>(parts.segment[i]);
      weights[c] += parts.weights[i];
      for (std::size_t j = 0; j < means.p(); ++j) means.at(c, j) += parts.weights[i] * of_parts.at(i, j);
    }
    for (std::size_t c = 0; c < means.k(); ++c) {
      for (std::size_t j = 0; weights[c] > 0 && j < means.p(); ++j) means.at(c, j) /= weights[c];
    }
    return means;
  }

  const FitInput& input_;
  const spec::Cluster options_;
  const FitInput micro_;
  std::int64_t restart_;
  std::unique_ptr<Fit> lloyd_;  ///< until the tree is made
  std::int64_t steps_ = 0;
  core::Words last_;  ///< its state, once there is none
  std::optional<CentroidModel> model_;
  std::optional<Told> told_;
};

std::string find_ward_fault(const spec::Cluster& options, std::size_t p,
                            std::span<const std::uint64_t> words) {
  const auto state = core::from_words<WardState>(words);
  if (state.restart < 0 || state.restart >= options.restarts)
    return fmt::format("it is start {} of {}", state.restart, options.restarts);
  if (state.count < options.k || state.count > std::max(options.k, options.micro_clusters))
    return fmt::format("it has {} micro-clusters, and from {} to {} are wanted", state.count, options.k,
                       options.micro_clusters);
  return find_lloyd_fault(micro_options(options, state.count), p, state.lloyd);
}

}  // namespace

const Algorithm ward{
    .takes_starts = false,
    .work =
        [](const spec::Cluster& options) { return Work{.k = std::max(options.k, options.micro_clusters)}; },
    .begin = [](const FitInput& input, const Starts&, std::int64_t restart) -> std::unique_ptr<Fit> {
      return std::make_unique<Ward>(input, restart, draw_starts(input, restart));
    },
    .find_fault = find_ward_fault,
    .resume = [](const FitInput& input, std::span<const std::uint64_t> words) -> std::unique_ptr<Fit> {
      return std::make_unique<Ward>(input, core::from_words<WardState>(words));
    }};

}  // namespace psychograph::cluster

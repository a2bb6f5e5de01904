#include "evaluate/structure.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "cluster/assign.hpp"
#include "cluster/restarts.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/exp_log.hpp"
#include "core/figure.hpp"
#include "core/random.hpp"
#include "core/stopwatch.hpp"
#include "evaluate/overlap.hpp"
#include "evaluate/samples.hpp"
#include "evaluate/steps.hpp"
#include "evaluate/valleys.hpp"

namespace psychograph::evaluate {
namespace {

std::vector<std::uint32_t> rows_of(const std::vector<std::int32_t>& groups) {
  std::vector<std::uint32_t> rows;
  for (std::size_t row = 0; row < groups.size(); ++row) {
    if (groups[row] == 0) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

double logarithm(double value) {
  double values[] = {value};
  core::take_logarithms(values);
  return values[0];
}

/// A number whose margin has a long tail to the right.
bool is_skewed(const Margin& margin) {
  if (margin.block.leveled || margin.block.step > 0) return false;
  const auto n = static_cast<double>(margin.values.size());
  double mean = 0;
  for (const float value : margin.values) mean += static_cast<double>(value) / n;
  double square = 0;
  double cube = 0;
  for (const float value : margin.values) {
    const double away = static_cast<double>(value) - mean;
    square += away * away / n;
    cube += away * away * away / n;
  }
  constexpr double much = 2;
  return square > 0 && cube > much * square * std::sqrt(square);
}

/// Segments by falling size, the first of several first.
std::vector<std::size_t> by_falling_size(const std::vector<std::int64_t>& size) {
  std::vector<std::size_t> order(size.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto one, auto other) { return size[one] > size[other]; });
  return order;
}

/// [k] customers in each segment, of local rows' places. Collective.
std::vector<std::int64_t> sizes(const comm::Communicator& world, std::span<const std::int32_t> places,
                                std::size_t k) {
  std::vector<std::int64_t> size(k, 0);
  for (const auto place : places) {
    if (place >= 0 && static_cast<std::size_t>(place) < k) ++size[static_cast<std::size_t>(place)];
  }
  comm::sum_over_ranks(world, std::span(size));
  return size;
}

/// With segments numbered by falling size. Collective.
cluster::Model numbered(const comm::Communicator& world, const kernel::Data& data,
                        const cluster::Model& model) {
  const auto places = comm::run_on_all_ranks(world, [&] { return places_in(data, model); });
  return cluster::arranged(model, by_falling_size(sizes(world, places, cluster::centres(model).k())));
}

/// The inertia of everybody about the nearest centre, whatever the model.
double inertia_about(const comm::Communicator& world, const kernel::Data& data, const cluster::Model& model) {
  return cluster::measure_worth(world, data, cluster::centres(model)).inertia;
}

double inertia_of(const comm::Communicator& world, const kernel::Data& data, core::FeatureMatrix& matrix,
                  const spec::Cluster& options, double& seconds) {
  try {
    const core::Stopwatch watch;
    const auto model = cluster::fit_afresh({world, data, matrix, options}).model;
    seconds += watch.seconds();
    return inertia_about(world, data, model);
  } catch (const core::Error& error) {  // a table of few distinct rows, and that many segments
    if (error.code() != core::ExitCode::data) throw;
    return core::not_a_number;
  }
}

void tell_gap(const std::vector<double>& logs, double observed, Judgement& judgement) {
  const auto n = static_cast<double>(logs.size());
  double mean = 0;
  for (const double one : logs) mean += one / n;
  double square = 0;
  for (const double one : logs) square += (one - mean) * (one - mean);
  judgement.gap = mean - observed;
  judgement.gap_error = std::sqrt(square / std::max(1.0, n - 1) * (1 + 1 / n));
  if (!std::isfinite(judgement.gap) || !std::isfinite(judgement.gap_error))
    judgement.gap = judgement.gap_error = core::not_a_number;
}

}  // namespace

Examination::Examination(const comm::Communicator& world, const kernel::Data& data,
                         const Thoroughness& thoroughness)
    : Examination(world, data, thoroughness, comm::run_on_all_ranks(world, [&] {
                    return some_of(data, thoroughness.seed, thoroughness.customers);
                  })) {}

Examination::Examination(const comm::Communicator& world, const kernel::Data& data,
                         const Thoroughness& thoroughness, const std::vector<std::int32_t>& chosen)
    : world_(world),
      thoroughness_(thoroughness),
      rows_(comm::run_on_all_ranks(world, [&] { return rows_of(chosen); })),
      sample_(world, data, chosen, 0),
      names_alone_(std::all_of(data.blocks.begin(), data.blocks.end(),
                               [](const auto& block) { return block.step > 0; })) {
  const auto halves = comm::run_on_all_ranks(
      world, [&] { return halves_of(customers(), thoroughness.seed, core::Purpose::judged_half, 0); });
  fit_half_.emplace(world, customers(), halves, 0);
  judge_half_.emplace(world, customers(), halves, 1);
  spread(world, judge_half_->data(), thoroughness.seed, judge_half_->matrix());
}

Judgement Examination::look(const spec::Cluster& options, const cluster::Observer& observer) {
  Judgement found;
  found.k = options.k;
  found.gap = found.gap_error = core::not_a_number;
  try {
    const cluster::FitInput input{world_, customers(), sample_.matrix(), options};
    const core::Stopwatch watch;
    found.fitted = cluster::fit_afresh(input, observer);
    found.seconds_fitting += watch.seconds();
    found.fitted.model = numbered(world_, customers(), found.fitted.model);
    found.inertia = inertia_about(world_, customers(), found.fitted.model);
    const auto own = places(found);
    found.size = sizes(world_, own, static_cast<std::size_t>(options.k));
    const auto nobodys = std::count(found.size.begin(), found.size.end(), 0);
    if (nobodys > 0)
      throw core::data_error(fmt::format("{} of {} segments would be nobody's", nobodys, options.k));
    look_closer(options, own, found);
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::data) throw;
    found.error = error.what();
  }
  return found;
}

/// Samples may have fewer distinct customers than all have.
void Examination::look_closer(const spec::Cluster& options, std::span<const std::int32_t> places,
                              Judgement& found) {
  try {
    if (thoroughness_.pairs > 0) {
      found.stability =
          measure_stability(world_, customers(), options, places, thoroughness_.pairs, thoroughness_.seed);
      found.seconds_fitting += found.stability.seconds_fitting;
    }
    if (!names_alone_) look_for_gaps(options, found);
    // Of one column the margin is all there is; and directions of what has margins are no directions like
    // these.
    const bool says_something =
        customers().matrix.columns() > 1 && !cluster::algorithm(options.algorithm).unit_rows;
    if (thoroughness_.references > 0 && says_something) compare_with_references(options, found);
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::data) throw;
    throw core::data_error(
        fmt::format("of a sample of the {} customers: {}", customers().global_rows, error.what()));
  }
}

std::vector<std::int32_t> Examination::places(const Judgement& judgement) const {
  return comm::run_on_all_ranks(world_, [&] { return places_in(customers(), judgement.fitted.model); });
}

void Examination::look_for_gaps(const spec::Cluster& options, Judgement& found) {
  const auto& judged = judge_half_->data();
  const core::Stopwatch watch;
  auto model = cluster::fit_afresh({world_, fit_half_->data(), fit_half_->matrix(), options}).model;
  found.seconds_fitting += watch.seconds();
  model = numbered(world_, fit_half_->data(), model);
  found.gaps_looked_for = true;
  for (const auto& valley : find_valleys(world_, judged, cluster::centres(model))) {
    if (!valley.borders()) continue;
    found.borders.push_back({static_cast<std::int64_t>(valley.a), static_cast<std::int64_t>(valley.b),
                             valley.customers(), valley.p(), 1, valley.depth(), valley.counts});
  }
  const auto places_of = [&](const cluster::Model& one) {
    return comm::run_on_all_ranks(world_, [&] { return places_in(judged, one); });
  };
  const auto k = static_cast<std::size_t>(options.k);
  const auto both = overlap(world_, places_of(found.fitted.model), k, places_of(model), k);
  for (std::size_t c = 0; c < k; ++c) found.half.push_back(static_cast<std::int64_t>(both.best(c).column));
}

const Reference& Examination::reference() {
  if (!reference_) {
    const auto some = comm::run_on_all_ranks(
        world_, [&] { return some_of(customers(), thoroughness_.seed, most_reference_customers); });
    compared_.emplace(world_, customers(), some, 0);
    reference_.emplace(world_, compared_->data());
  }
  return *reference_;
}

void Examination::compare_with_references(const spec::Cluster& options, Judgement& found) {
  const auto& drawn_from = reference();
  const auto rows = compared_->data().rows;
  const auto& blocks = compared_->data().blocks;
  // A reference has no weights: neither has what is compared with it.
  const auto observed = kernel::describe_data(world_, compared_->matrix(), {}, rows, blocks);
  const bool all = observed.global_rows == customers().global_rows && !customers().weighted;
  const double own =
      all ? found.inertia : inertia_of(world_, observed, compared_->matrix(), options, found.seconds_fitting);
  std::vector<double> logs;
  for (std::int64_t number = 0; number < thoroughness_.references; ++number) {
    auto matrix = comm::run_on_all_ranks(world_, [&] {
      core::FeatureMatrix drawn(observed.local_rows(), observed.matrix.columns());
      drawn_from.draw(thoroughness_.seed, static_cast<std::uint32_t>(number), rows.begin, drawn);
      return drawn;
    });
    const auto data = kernel::describe_data(world_, matrix, {}, rows, blocks);
    logs.push_back(logarithm(inertia_of(world_, data, matrix, options, found.seconds_fitting)));
  }
  tell_gap(logs, logarithm(own), found);
}

std::vector<std::size_t> Examination::skewed() {
  std::vector<std::size_t> found;
  const auto& margins = reference().margins();
  for (std::size_t i = 0; i < margins.size(); ++i) {
    if (is_skewed(margins[i])) found.push_back(i);
  }
  return found;
}

}  // namespace psychograph::evaluate

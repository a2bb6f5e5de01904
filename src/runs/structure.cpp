#include "runs/structure.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace psychograph::runs {
namespace {

using evaluate::Judgement;

/// Names of those features that a transform may still be given to.
std::vector<std::string> skewed_features(const features::Schema& schema,
                                         const std::vector<std::size_t>& places) {
  std::vector<std::string> names;
  for (const auto place : places) {
    const auto& fitted = schema.features[place];
    const bool can_be_told = fitted.feature.transform == spec::Transform::none &&
                             !fitted.feature.composite() && fitted.statistics.min >= 0;
    if (can_be_told) names.push_back(fitted.feature.name);
  }
  return names;
}

}  // namespace

std::int64_t Structure::chosen() const {
  if (const auto k = evaluate::recommended(judgements)) return *k;
  const Judgement* best = nullptr;
  for (const auto& judgement : judgements) {
    if (!judgement.error.empty()) continue;
    const bool small = judgement.smallest_share() < evaluate::least_share;
    const bool best_small = best != nullptr && best->smallest_share() < evaluate::least_share;
    const bool better = best == nullptr || (best_small && !small) ||
                        (best_small == small && judgement.stability.mean > best->stability.mean);
    if (better) best = &judgement;
  }
  return best->k;
}

Structure find_structure(const comm::Communicator& world, const kernel::Data& data,
                         const features::Schema& schema, const spec::Cluster& options,
                         const KeptJudgements& kept, Reporter& reporter) {
  Structure found;
  found.thoroughness.seed = options.seed;
  found.among = data.global_rows;
  evaluate::Examination examination(world, data, found.thoroughness);
  found.customers = examination.customers().global_rows;
  found.names_alone = examination.names_alone();
  reporter.stage(fmt::format("looking for segments among {} customers: {} to {}, in {} pairs of samples",
                             found.customers, options.ks.front(), options.ks.back(),
                             found.thoroughness.pairs));
  std::map<std::int64_t, Judgement> done;
  for (const auto k : options.ks) {
    auto judgement = kept.find ? kept.find(k) : std::nullopt;
    if (judgement) done.emplace(k, std::move(*judgement));
  }
  if (!done.empty())
    reporter.stage(fmt::format("resuming: {} numbers of segments were looked at before", done.size()));
  auto own = options;
  own.ks.clear();
  std::vector<std::int32_t> before;
  for (const auto k : options.ks) {
    reporter.progress(fmt::format("{} segments", k),
                      static_cast<double>(found.judgements.size()) / static_cast<double>(options.ks.size()));
    own.k = k;
    const auto known = done.find(k);
    found.judgements.push_back(known != done.end() ? std::move(known->second) : examination.look(own));
    const auto& judgement = found.judgements.back();
    if (known == done.end() && kept.keep) kept.keep(judgement);
    if (!judgement.error.empty()) {
      found.origins.push_back({});
      before.clear();
      continue;
    }
    auto places = examination.places(judgement);
    const auto last = cluster::centres(judgement.fitted.model).k();
    const bool follows = found.judgements.size() > 1 && found.judgements.end()[-2].error.empty();
    if (follows) {
      found.origins.back() = evaluate::overlap(
          world, before, static_cast<std::size_t>(found.judgements.end()[-2].k), places, last);
    }
    found.origins.push_back({});
    before = std::move(places);
  }
  found.origins.pop_back();
  const bool none = std::none_of(found.judgements.begin(), found.judgements.end(),
                                 [](const auto& judgement) { return judgement.error.empty(); });
  if (none) throw core::data_error(found.judgements.front().error);
  found.skewed = skewed_features(schema, examination.skewed());
  evaluate::judge(found.judgements);
  return found;
}

}  // namespace psychograph::runs

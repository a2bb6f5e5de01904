#include "results/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <sstream>

#include <boost/archive/text_oarchive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "cluster/densities.hpp"
#include "core/error.hpp"
#include "features/encodable.hpp"
#include "features/schema_faults.hpp"
#include "results/archive.hpp"

namespace psychograph::results {
namespace {

/// Raised whenever the layout below changes; every later version reads the earlier ones. 2: segments' ids. 3:
/// cells at or below each quantile. 4: missing values that no double holds. 5: row options; mixtures; reach;
/// rows of unit length. 6: metrics. 7: parts of segments. 8: times as what has elapsed.
constexpr unsigned archive_version = 8;

/// The lowest version that holds the model, so that what a later one adds changes no other model's checksum.
unsigned least_version(const SegmentModel& model) {
  for (const auto& fitted : model.schema.features) {
    if (fitted.feature.since) return 8;
  }
  const auto* plain = std::get_if<cluster::CentroidModel>(&model.clusters);
  if (plain != nullptr && !plain->parts.empty()) return 7;
  if (plain != nullptr && plain->metric != spec::Metric::euclidean) return 6;
  if (plain == nullptr || std::isfinite(plain->square_reach) || model.schema.length > 0) return 5;
  for (const auto& fitted : model.schema.features) {
    if (fitted.feature.row != spec::Row::none) return 5;
  }
  for (const auto& fitted : model.schema.features) {
    for (const auto& number : fitted.feature.sentinels.numbers) {
      if (number.rest != 0) return 4;
    }
  }
  return 3;
}

template <class Archive, class Enum>
void enumerator(Archive& archive, Enum& value) {
  auto code = static_cast<int>(value);
  archive& code;
  value = static_cast<Enum>(code);
}

template <class Archive>
void feature(Archive& archive, features::Feature& f) {
  archive& f.name& f.columns& f.reversed& f.construct& f.ranged& f.clustered& f.leveled& f.sentinels.texts;
  archive_number(archive, f.lowest);
  archive_number(archive, f.highest);
  archive_number(archive, f.weight);
  archive_list(archive, f.sentinels.numbers,
               [&](core::Number& number) { archive_number(archive, number.value); });
  enumerator(archive, f.facet);
  enumerator(archive, f.kind);
  enumerator(archive, f.transform);
  enumerator(archive, f.scale);
  enumerator(archive, f.missing);
}

template <class Archive>
void statistics(Archive& archive, features::Statistics& s) {
  archive& s.count& s.missing;
  for (double* value : {&s.mean, &s.sd, &s.min, &s.max}) archive_number(archive, *value);
  for (double& value : s.quantiles) archive_number(archive, value);
}

template <class Archive>
void fitted_feature(Archive& archive, features::FittedFeature& f) {
  feature(archive, f.feature);
  statistics(archive, f.statistics);
  archive_list(archive, f.levels,
               [&](features::Level& level) { archive& level.name& level.count& level.missing; });
  bool has_alpha = f.alpha.has_value();
  double alpha = f.alpha.value_or(0);
  archive& has_alpha;
  archive_number(archive, alpha);
  if (has_alpha) f.alpha = alpha;
  for (double* value : {&f.fill, &f.offset, &f.factor}) archive_number(archive, *value);
  archive_numbers(archive, f.centres);
  std::uint64_t first_column = f.first_column;
  archive& first_column;
  f.first_column = first_column;
}

template <class Archive>
void elapsed(Archive& archive, std::optional<spec::Since>& since) {
  bool there = since.has_value();
  archive& there;
  if (!there) return;
  if (!since) since.emplace();
  archive & since->microseconds & since->years;
}

/// What an earlier model doesn't say of its quantiles: as many cells as the last level with that value
/// promises.
void guess_at_or_below(features::Statistics& s) {
  for (std::size_t i = 0; i < s.quantiles.size(); ++i) {
    auto last = i;
    while (last + 1 < s.quantiles.size() && s.quantiles[last + 1] == s.quantiles[i]) ++last;
    s.at_or_below[i] = std::llround(features::quantile_levels[last] * static_cast<double>(s.count));
  }
}

template <class Kind>
Kind known_or_empty(const cluster::Model& model) {
  const auto* known = std::get_if<Kind>(&model);
  return known != nullptr ? *known : Kind{};
}

template <class Archive>
void parts_of_segments(Archive& archive, cluster::Parts& parts) {
  bool there = !parts.empty();
  archive& there;
  if (!there) return;
  archive_centroids(archive, parts.centroids);
  archive_numbers(archive, parts.weights);
  archive_list(archive, parts.counts, [&](std::int64_t& count) { archive& count; });
  archive_list(archive, parts.segment, [&](std::int64_t& segment) { archive& segment; });
}

/// What a model has besides centres.
template <class Archive>
void clusters(Archive& archive, unsigned version, core::Centroids centroids, cluster::Model& model) {
  int kind = static_cast<int>(model.index());
  if (version < 5) kind = 0;
  if (version >= 5) archive& kind;
  if (kind == 0) {
    auto made = known_or_empty<cluster::CentroidModel>(model);
    if (version >= 5) archive_number(archive, made.square_reach);
    if (version >= 6) enumerator(archive, made.metric);
    if (version >= 7) parts_of_segments(archive, made.parts);
    made.centroids = std::move(centroids);
    model = std::move(made);
    return;
  }
  if (kind == 1) {
    auto made = known_or_empty<cluster::ClassModel>(model);
    archive_numbers(archive, made.shares);
    made.centroids = std::move(centroids);
    model = std::move(made);
    return;
  }
  if (kind != 2) throw core::data_error(fmt::format("the model can't be read: it is of kind {}", kind));
  auto made = known_or_empty<cluster::NormalModel>(model);
  archive_numbers(archive, made.shares);
  enumerator(archive, made.covariance);
  archive_numbers(archive, made.factors);
  made.centroids = std::move(centroids);
  model = std::move(made);
}

template <class Archive>
void model(Archive& archive, SegmentModel& m) {
  unsigned version = least_version(m);
  archive& version;
  if (version > archive_version)
    throw core::data_error(
        fmt::format("the model was written by a later version of the program (its format is {})", version));
  if (version == 0) throw core::data_error("the model can't be read: it has no format");
  archive& m.program_version& m.names;
  archive_list(archive, m.schema.features, [&](features::FittedFeature& f) { fitted_feature(archive, f); });
  core::Centroids centroids = m.centres();
  archive_centroids(archive, centroids);
  if (version >= 2) {
    archive_list(archive, m.ids, [&](std::int32_t& id) { archive& id; });
  } else {
    m.ids.resize(centroids.k());
    std::iota(m.ids.begin(), m.ids.end(), 0);
  }
  for (auto& fitted : m.schema.features) {
    if (version < 3) {
      guess_at_or_below(fitted.statistics);
    } else {
      for (auto& count : fitted.statistics.at_or_below) archive& count;
    }
    if (version < 4) continue;
    for (auto& number : fitted.feature.sentinels.numbers) archive& number.rest;
    if (version >= 5) enumerator(archive, fitted.feature.row);
    if (version >= 8) elapsed(archive, fitted.feature.since);
  }
  clusters(archive, version, std::move(centroids), m.clusters);
  if (version >= 5) archive_number(archive, m.schema.length);
}

}  // namespace

std::int64_t memberships_of(const SegmentModel& model) {
  return cluster::is_mixture(model.clusters) ? static_cast<std::int64_t>(model.centres().k()) : 0;
}

namespace {

std::string fault_of_kind(const cluster::CentroidModel& model, const features::Schema&) {
  if (model.metric != spec::Metric::euclidean && model.metric != spec::Metric::manhattan)
    return "its metric is none";
  auto fault = cluster::find_fault(model.parts, model.centroids.k(), model.centroids.p());
  if (!fault.empty()) return fault;
  return model.square_reach >= 0 ? "" : fmt::format("its segments reach as far as {}", model.square_reach);
}

std::string fault_of_shares(const std::vector<double>& shares, std::size_t k) {
  if (shares.size() != k) return fmt::format("it has {} shares", shares.size());
  for (const double share : shares) {
    if (!(share > 0 && share <= 1)) return fmt::format("a segment has a share of {}", share);
  }
  return {};
}

std::string fault_of_kind(const cluster::NormalModel& model, const features::Schema&) {
  auto fault = fault_of_shares(model.shares, model.centroids.k());
  return fault.empty() ? cluster::find_fault(model) : fault;
}

std::string fault_of_kind(const cluster::ClassModel& model, const features::Schema& schema) {
  auto fault = fault_of_shares(model.shares, model.centroids.k());
  if (!fault.empty()) return fault;
  for (const auto& fitted : schema.features) {
    if (fitted.width() == 1)
      return fmt::format("feature \"{}\" is none of names, as classes are of", fitted.feature.name);
  }
  return {};
}

}  // namespace

std::string find_fault(const SegmentModel& model) {
  auto fault = features::find_fault(model.schema);
  if (!fault.empty()) return fault;
  const auto& centroids = model.centres();
  const auto k = centroids.k();
  if (k == 0) return "it has no segments";
  if (centroids.p() != model.schema.width())
    return fmt::format("its centroids have {} columns, and its features {}", centroids.p(),
                       model.schema.width());
  if (model.ids.size() != k || model.names.size() != k)
    return fmt::format("it has {} segments, {} ids and {} names", k, model.ids.size(), model.names.size());
  fault = core::find_fault(centroids);
  if (fault.empty())
    fault = std::visit([&](const auto& kind) { return fault_of_kind(kind, model.schema); }, model.clusters);
  if (!fault.empty()) return fault;
  for (std::size_t c = 0; c < k; ++c) {
    const auto id = model.ids[c];
    if (id < 0 || id > highest_id || (c > 0 && id <= model.ids[c - 1]))
      return fmt::format("the ids of its segments are not rising from 0 to {}: segment {} has {}", highest_id,
                         c, id);
  }
  return {};
}

std::string to_archive(const SegmentModel& original) {
  auto copy =
      original;  // one description of the layout serves both ways, and reading changes what it is given
  std::ostringstream out;
  boost::archive::text_oarchive archive(out);
  model(archive, copy);
  return out.str();
}

SegmentModel from_archive(std::string_view text) {
  SegmentModel result;
  try {
    ArchiveReader archive(text);
    model(archive, result);
    archive.finish();
  } catch (const boost::archive::archive_exception& error) {
    throw core::data_error(fmt::format("the model can't be read: {}", error.what()));
  }
  const auto fault = find_fault(result);
  if (!fault.empty()) throw core::data_error(fmt::format("the model is damaged: {}", fault));
  return result;
}

}  // namespace psychograph::results

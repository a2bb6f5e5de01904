#include "segments/model.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <sstream>

#include <boost/archive/text_iarchive.hpp>
#include <boost/archive/text_oarchive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/error.hpp"
#include "segments/archive.hpp"

namespace psychograph::segments {
namespace {

/// Raised whenever the layout below changes; every later version reads the earlier ones. 2: segments' ids. 3:
/// cells at or below each quantile. 4: missing values that no double holds.
constexpr unsigned archive_version = 4;

/// The lowest version that holds the model, so that what a later one adds changes no other model's checksum.
unsigned least_version(const SegmentModel& model) {
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

template <class Archive, class Value, class Each>
void list(Archive& archive, std::vector<Value>& values, Each each) {
  std::uint64_t count = values.size();
  archive& count;
  values.resize(count);
  for (auto& value : values) each(value);
}

template <class Archive>
void feature(Archive& archive, features::Feature& f) {
  archive& f.name& f.columns& f.reversed& f.construct& f.ranged& f.clustered& f.leveled& f.sentinels.texts;
  archive_number(archive, f.lowest);
  archive_number(archive, f.highest);
  archive_number(archive, f.weight);
  list(archive, f.sentinels.numbers, [&](core::Number& number) { archive_number(archive, number.value); });
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
  list(archive, f.levels, [&](features::Level& level) { archive& level.name& level.count& level.missing; });
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

/// What an earlier model doesn't say of its quantiles: as many cells as the last level with that value
/// promises.
void guess_at_or_below(features::Statistics& s) {
  for (std::size_t i = 0; i < s.quantiles.size(); ++i) {
    auto last = i;
    while (last + 1 < s.quantiles.size() && s.quantiles[last + 1] == s.quantiles[i]) ++last;
    s.at_or_below[i] = std::llround(features::quantile_levels[last] * static_cast<double>(s.count));
  }
}

template <class Archive>
void model(Archive& archive, SegmentModel& m) {
  unsigned version = least_version(m);
  archive& version;
  if (version > archive_version)
    throw core::data_error(
        fmt::format("the model was written by a later version of the program (its format is {})", version));
  archive& m.program_version& m.names;
  list(archive, m.schema.features, [&](features::FittedFeature& f) { fitted_feature(archive, f); });
  archive_centroids(archive, m.centroids);
  if (version >= 2) {
    list(archive, m.ids, [&](std::int32_t& id) { archive& id; });
  } else {
    m.ids.resize(m.centroids.k());
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
  }
}

}  // namespace

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
    std::istringstream in{std::string(text)};
    boost::archive::text_iarchive archive(in);
    model(archive, result);
  } catch (const boost::archive::archive_exception& error) {
    throw core::data_error(fmt::format("the model can't be read: {}", error.what()));
  }
  return result;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace psychograph::segments

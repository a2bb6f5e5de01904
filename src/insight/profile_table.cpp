#include "insight/profile_table.hpp"

#include <span>
#include <string>

#include "results/row_columns.hpp"

namespace psychograph::insight {
namespace {

using results::TidyTable;

/// What the whole of the row's feature tells.
const Effect& effect_of(const Profile& profile, const ProfileRow& row) {
  const auto& feature = profile.features[row.feature];
  return row.level < 0 ? feature.numbers : feature.leveled;
}

}  // namespace

TidyTable profile_table(const Released<Profile>& released, const Codebook& codebook) {
  const auto& profile = *released;
  TidyTable table;
  results::RowColumns columns(std::span<const ProfileRow>(profile.rows), table);
  const auto of_effect = [&](double Effect::*figure) {
    return [&profile, figure](const ProfileRow& row) { return effect_of(profile, row).*figure; };
  };
  const auto feature = [&](const ProfileRow& row) -> const ProfileFeature& {
    return profile.features[row.feature];
  };
  const auto level = [&](const ProfileRow& row) {
    return row.level < 0 ? std::string() : feature(row).levels[static_cast<std::size_t>(row.level)];
  };
  columns.add("feature", [&](const auto& row) { return feature(row).name; });
  columns.add("label", [&](const auto& row) { return codebook.label(feature(row).name); });
  columns.add("facet", [&](const auto& row) { return std::string(to_string(feature(row).facet)); });
  columns.add("kind", [&](const auto& row) { return std::string(to_string(feature(row).kind)); });
  columns.add("clustered", [&](const auto& row) { return std::int64_t{feature(row).clustered ? 1 : 0}; });
  columns.add("level", level);
  columns.add("level_label", [&](const auto& row) {
    return row.level < 0 ? std::string() : codebook.label(feature(row).name, level(row));
  });
  columns.add("segment", [&](const auto& row) {
    return row.group < profile.names.size() ? profile.names[row.group] : std::string("all");
  });
  columns.add("segment_id", [&](const auto& row) {
    return row.group < profile.ids.size() ? std::int64_t{profile.ids[row.group]} : results::no_count;
  });
  columns.add("base", [](const auto& row) { return row.base; });
  columns.add("effective_base", &ProfileRow::effective_base);
  columns.add("missing", [](const auto& row) { return row.missing; });
  columns.add("count", [](const auto& row) { return row.count; });
  columns.add("share", &ProfileRow::share);
  columns.add("share_low", &ProfileRow::share_low);
  columns.add("share_high", &ProfileRow::share_high);
  columns.add("index", &ProfileRow::index);
  columns.add("index_low", &ProfileRow::index_low);
  columns.add("index_high", &ProfileRow::index_high);
  columns.add("mean", &ProfileRow::mean);
  columns.add("mean_low", &ProfileRow::mean_low);
  columns.add("mean_high", &ProfileRow::mean_high);
  columns.add("sd", &ProfileRow::sd);
  constexpr std::array<const char*, told_quantiles.size()> quantiles{"q05", "q25", "median", "q75", "q95"};
  for (std::size_t q = 0; q < quantiles.size(); ++q)
    columns.add(quantiles[q], [q](const ProfileRow& row) { return row.quantiles[q]; });
  columns.add("top2", &ProfileRow::top2);
  columns.add("bottom2", &ProfileRow::bottom2);
  columns.add("mean_rest", &ProfileRow::mean_rest);
  columns.add("share_rest", &ProfileRow::share_rest);
  columns.add("standardised_difference", &ProfileRow::difference);
  columns.add("difference_low", &ProfileRow::difference_low);
  columns.add("difference_high", &ProfileRow::difference_high);
  columns.add("effect", of_effect(&Effect::effect));
  columns.add("effect_kind", [&](const auto& row) { return effect_of(profile, row).kind; });
  columns.add("cramers_v", of_effect(&Effect::cramers_v));
  columns.add("statistic", of_effect(&Effect::statistic));
  columns.add("df1", of_effect(&Effect::df1));
  columns.add("df2", of_effect(&Effect::df2));
  columns.add("p_overall", of_effect(&Effect::p));
  columns.add("p", &ProfileRow::p);
  columns.add("q", &ProfileRow::q);
  columns.add("letters", [](const auto& row) { return row.letters; });
  columns.add("verdict", [](const auto& row) { return row.verdict; });
  return table;
}

}  // namespace psychograph::insight

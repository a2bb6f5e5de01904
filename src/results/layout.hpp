// The layout of the result file: every path in it, spelled once (those below
// /history in quarters/history.cpp). What lies there: docs/formats.md.
#pragma once

#include <array>
#include <string_view>

namespace psychograph::results::layout {

using Path = const char*;

/// Of the customers, a row each.
inline constexpr Path assignments = "/assignments";
inline constexpr Path customer_id = "/assignments/customer_id";
inline constexpr Path segment = "/assignments/segment";
inline constexpr Path distance = "/assignments/distance";
inline constexpr Path runner_up = "/assignments/runner_up";
inline constexpr Path membership = "/assignments/posterior";
inline constexpr Path margin = "/assignments/margin";
inline constexpr std::array<Path, 5> assignment_columns{customer_id, segment, distance, runner_up, margin};

/// Of the segments.
inline constexpr Path segments = "/segments";
inline constexpr Path segment_id = "/segments/id";
inline constexpr Path segment_name = "/segments/name";
inline constexpr Path segment_size = "/segments/size";
inline constexpr Path segment_share = "/segments/share";
inline constexpr Path segment_inertia = "/segments/inertia";
inline constexpr Path centroids = "/segments/centroids";
inline constexpr Path encoded_columns = "/segments/encoded_columns";
inline constexpr Path centroids_in_user_units = "/segments/centroids_original";
inline constexpr Path columns = "/segments/columns";

/// Of the features.
inline constexpr Path feature_name = "/features/name";
inline constexpr Path feature_facet = "/features/facet";
inline constexpr Path feature_kind = "/features/kind";
inline constexpr Path feature_clustered = "/features/clustered";
inline constexpr Path feature_count = "/features/count";
inline constexpr Path feature_missing = "/features/missing";
inline constexpr Path feature_mean = "/features/mean";
inline constexpr Path feature_sd = "/features/sd";
inline constexpr Path feature_min = "/features/min";
inline constexpr Path feature_max = "/features/max";
inline constexpr Path feature_alpha = "/features/alpha";
inline constexpr Path feature_quantiles = "/features/quantiles";
inline constexpr Path level_feature = "/features/levels/feature";
inline constexpr Path level_name = "/features/levels/name";
inline constexpr Path level_count = "/features/levels/count";

/// What people read of the segments: tables.
inline constexpr Path profile = "/profile";
inline constexpr Path personas = "/personas";
inline constexpr Path typical = "/typical";
inline constexpr Path neighbours = "/neighbours";
inline constexpr Path audit = "/audit";

/// How well segments stand: tables.
inline constexpr Path quality_measures = "/quality/measures";
inline constexpr Path quality_agreement = "/quality/agreement";
inline constexpr Path quality_structure = "/quality/structure";
inline constexpr Path quality_segments = "/quality/segments";
inline constexpr Path quality_pairs = "/quality/pairs";
inline constexpr Path quality_borders = "/quality/borders";
inline constexpr Path quality_border_counts = "/quality/border_counts";
inline constexpr Path quality_origins = "/quality/origins";
inline constexpr Path dendrogram_merges = "/dendrogram/merges";
inline constexpr Path dendrogram_leaves = "/dendrogram/leaves";

/// A comparison of algorithms: its own file.
inline constexpr Path comparison = "/comparison";
inline constexpr Path comparison_labels = "/comparison/labels";

/// Features of customers from their events: beside the table, in its file.
inline constexpr Path behavior_cut_points = "/behavior/cut_points";
inline constexpr Path behavior_levels = "/behavior/levels";
inline constexpr Path retention = "/retention";
inline constexpr Path cohorts = "/cohorts";

/// A typing tool: its own file.
inline constexpr Path typing = "/typing";
inline constexpr Path typing_choice = "/typing/choice";
inline constexpr Path typing_recall = "/typing/recall";
inline constexpr Path typing_confusion = "/typing/confusion";
inline constexpr Path typing_points = "/typing/points";

/// A playbook: its own file.
inline constexpr Path playbook = "/playbook";
inline constexpr Path playbook_options = "/playbook/options";
inline constexpr Path playbook_reach = "/playbook/reach";
inline constexpr Path playbook_motives = "/playbook/motives";
inline constexpr Path playbook_needs = "/playbook/needs";
inline constexpr Path playbook_criteria = "/playbook/criteria";
inline constexpr Path playbook_targets = "/playbook/targets";

/// What came of a campaign: its own file.
inline constexpr Path campaign = "/campaign";
inline constexpr Path campaign_lifts = "/campaign/lifts";
inline constexpr Path campaign_means = "/campaign/means";
inline constexpr Path campaign_ratios = "/campaign/ratios";
inline constexpr Path campaign_balance = "/campaign/balance";
inline constexpr Path campaign_adjusted = "/campaign/adjusted";
inline constexpr Path campaign_heterogeneity = "/campaign/heterogeneity";
inline constexpr Path campaign_targeting = "/campaign/targeting";
inline constexpr Path campaign_choices = "/campaign/choices";

/// Maps: their own file.
inline constexpr Path positioning = "/positioning";
inline constexpr Path positioning_words = "/positioning/words";
inline constexpr Path positioning_axes = "/positioning/axes";
inline constexpr Path positioning_points = "/positioning/points";
inline constexpr Path positioning_deviations = "/positioning/deviations";

/// The frozen model.
inline constexpr Path model = "/model/archive";
inline constexpr Path model_checksum = "sha256";  ///< an attribute of it

/// Of the run. Its figures are attributes.
inline constexpr Path run = "/run";
inline constexpr Path spec = "/run/spec";

/// Of the quarters, a numbered group each.
inline constexpr Path history = "/history";

/// The last part of a path: a column's name.
constexpr std::string_view leaf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace psychograph::results::layout

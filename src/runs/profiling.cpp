#include "runs/profiling.hpp"

#include <algorithm>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "insight/audit.hpp"
#include "insight/gate.hpp"
#include "insight/persona.hpp"
#include "insight/profile_table.hpp"
#include "results/layout.hpp"

namespace psychograph::runs {

void take_places(const std::vector<std::int32_t>& ids, std::span<std::int32_t> labels) {
  const bool are_places =
      ids.empty() || (ids.front() == 0 && ids.back() == static_cast<std::int32_t>(ids.size()) - 1);
  if (are_places) return;
  for (auto& label : labels) {
    const auto place = std::lower_bound(ids.begin(), ids.end(), label);
    label = place != ids.end() && *place == label ? static_cast<std::int32_t>(place - ids.begin()) : -1;
  }
}

void require_letters(const spec::Spec& spec, const std::vector<features::Feature>& features) {
  for (const auto& name : spec.profile.letters) {
    if (std::none_of(features.begin(), features.end(),
                     [&](const auto& feature) { return feature.name == name; }))
      throw core::usage_error(fmt::format("profile.letters: \"{}\" is no feature of the spec", name));
  }
}

Segmented segments_of(const results::Result& result) {
  return {result.model.ids, result.model.names, [&result](core::RowRange rows, std::span<std::int32_t> out) {
            const auto& all = result.customers_by_id.id;
            std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(rows.begin), out.size(), out.begin());
            take_places(result.model.ids, out);
          }};
}

namespace {

/// More rows are no table that people read, and every rank holds it.
constexpr std::size_t most_rows = 500'000;

/// At the least: answers that are whole numbers have more.
std::size_t rows_of_profile(const features::Schema& schema, std::size_t k) {
  std::size_t lines = 0;
  for (const auto& fitted : schema.features) lines += std::max<std::size_t>(1, fitted.levels.size());
  return lines * (k + 1);
}

/// Which segments have a name that somebody gave them.
std::vector<bool> named(const Segmented& segments) {
  std::vector<bool> found;
  for (std::size_t g = 0; g < segments.ids.size(); ++g)
    found.push_back(segments.names[g] != fmt::format("segment {}", segments.ids[g]));
  return found;
}

/// Of a result in memory.
insight::Closeness find_closeness(const comm::Communicator& world, const results::Result& result) {
  constexpr std::size_t at_once = std::size_t{1} << 16U;
  const auto& customers = result.customers_by_id;
  insight::ClosenessSums sums(result.model.ids.size());
  std::vector<std::int32_t> segment;
  std::vector<std::int32_t> runner_up;
  for (std::size_t begin = 0; begin < customers.id.size(); begin += at_once) {
    const auto count = std::min(at_once, customers.id.size() - begin);
    const auto first = static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    segment.assign(customers.id.begin() + first, customers.id.begin() + last);
    runner_up.assign(customers.runner_up_id.begin() + first, customers.runner_up_id.begin() + last);
    take_places(result.model.ids, segment);
    take_places(result.model.ids, runner_up);
    sums.see(result.first_row + static_cast<std::int64_t>(begin), segment, runner_up,
             std::span(customers.distance).subspan(begin, count),
             std::span(customers.margin).subspan(begin, count));
  }
  return sums.find(world);
}

/// The ids of the typical customers, as texts, from the assignments: those of all ranks on each.
std::vector<std::string> ids_of(const comm::Communicator& world, const io::OutputFile& file,
                                const io::Shard& shard, const insight::Closeness& closeness) {
  auto own = comm::run_on_all_ranks(world, [&] {
    std::vector<std::string> texts;
    for (const auto& segment : closeness.typical) {
      for (const auto& one : segment) {
        const bool here = one.row >= shard.rows().begin && one.row < shard.rows().end;
        texts.push_back(here ? file.cell_text(results::layout::customer_id, one.row) : std::string());
      }
    }
    return texts;
  });
  std::vector<std::vector<std::string>> by_rank;
  boost::mpi::all_gather(world, own, by_rank);
  for (const auto& rank : by_rank) {
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (!rank[i].empty()) own[i] = rank[i];
    }
  }
  return own;
}

}  // namespace

Portrait portray(const comm::Communicator& world, const io::Shard& shard, const features::Schema& schema,
                 const spec::Spec& spec, const Segmented& segments, const insight::Codebook& codebook,
                 Reporter& reporter) {
  reporter.stage(
      fmt::format("describing {} segments by {} features", segments.ids.size(), schema.features.size()));
  insight::TallyInput input{
      .world = world,
      .shard = shard,
      .features = {},
      .k = segments.ids.size(),
      .labels = segments.labels,
      .has_words =
          [&](const features::FittedFeature& fitted) {
            // What few answers add up to is told of no mean: where cells are withheld, all are looked at.
            return spec.privacy.min_cell > 0 ||
                   (!fitted.feature.clustered && codebook.has_answers(fitted.feature.name));
          },
      .weight = spec.input.weight,
      .wanted_by = "the profile",
      .progress = [&](double share) { reporter.progress("describing the segments", share); }};
  for (const auto& fitted : schema.features) input.features.push_back(&fitted);
  const auto tallies = insight::tally(input);
  for (const auto& tally : tallies) {
    if (tally.unknown > 0 && !tally.fitted->feature.clustered)
      reporter.warn(
          fmt::format("{} cells of the described column \"{}\" hold an answer that the model does not "
                      "know: they count as missing",
                      tally.unknown, tally.fitted->feature.name));
  }
  const insight::Gate gate(spec.privacy);
  const auto released = gate.pass(insight::make_profile(
      tallies, segments.ids, segments.names, {spec.profile.smallest_effect, spec.profile.letters}));
  const auto told = insight::with_row_options(codebook, schema);
  auto personas = insight::make_personas(*released, told, static_cast<std::size_t>(spec.profile.statements),
                                         named(segments));
  const auto prevalence = insight::count_prevalence(input, personas, tallies);
  std::vector<std::int64_t> sizes(segments.ids.size() + 1);
  for (std::size_t g = 0; g < sizes.size() && !tallies.empty(); ++g)
    sizes[g] = tallies.front().count[g] + tallies.front().missing[g];
  return {insight::profile_table(released, told),
          insight::persona_table(gate.pass(std::move(personas), prevalence, sizes)),
          insight::audit_table(released, told)};
}

std::string tell(const Portrait& portrait, const insight::Codebook& codebook) {
  constexpr std::int64_t most = 3;
  if (codebook.labels().empty()) return {};
  const auto& personas = portrait.personas;
  const auto& ids = personas.column<std::int64_t>("segment_id");
  const auto& kinds = personas.column<std::string>("kind");
  const auto& statements = personas.column<std::int64_t>("statement");
  const auto& texts = personas.column<std::string>("text");
  std::string text = "\n";
  for (std::size_t row = 0; row < personas.rows(); ++row) {
    if (kinds[row] == "is not") continue;
    if (row == 0 || ids[row] != ids[row - 1])
      text +=
          fmt::format("{:>7}  {}\n", ids[row], core::printable(personas.column<std::string>("name")[row]));
    if (kinds[row] == "is" && statements[row] <= most)
      text += fmt::format("{:>11}{}\n", "", core::printable(texts[row]));
  }
  return text;
}

std::string write_portrait(const comm::Communicator& world, io::OutputFile& file, const io::Shard& shard,
                           const features::Schema& schema, const spec::Spec& spec, const Segmented& segments,
                           insight::Closeness closeness, const insight::Codebook& codebook,
                           Reporter& reporter) {
  namespace layout = results::layout;
  const auto rows = rows_of_profile(schema, segments.ids.size());
  if (rows > most_rows) {
    reporter.warn(
        fmt::format("no profile is written: {} segments of so many features would be {} rows; psychograph "
                    "profile makes one of some columns",
                    segments.ids.size(), rows));
    return {};
  }
  const auto portrait = portray(world, shard, schema, spec, segments, codebook, reporter);
  results::write_table(file, layout::profile, portrait.profile);
  results::write_table(file, layout::personas, portrait.personas);
  results::write_table(file, layout::audit, portrait.audit);
  insight::ClosenessNames names{segments.ids, segments.names, {}};
  if (spec.privacy.ids) names.customers = ids_of(world, file, shard, closeness);
  const auto released = insight::Gate(spec.privacy).pass(std::move(closeness));
  results::write_table(file, layout::neighbours, insight::neighbour_table(released, names));
  if (spec.privacy.ids) results::write_table(file, layout::typical, insight::typical_table(released, names));
  return tell(portrait, codebook);
}

std::string write_portrait(const comm::Communicator& world, io::OutputFile& file, const io::Shard& shard,
                           const results::Result& result, const spec::Spec& spec,
                           const insight::Codebook& codebook, Reporter& reporter) {
  return write_portrait(world, file, shard, result.model.schema, spec, segments_of(result),
                        find_closeness(world, result), codebook, reporter);
}

}  // namespace psychograph::runs

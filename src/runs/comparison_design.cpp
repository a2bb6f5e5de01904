#include "runs/comparison_design.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "io/table.hpp"

namespace psychograph::runs {
namespace {

constexpr const char* everything = "all";
constexpr const char* as_declared = "as declared";

/// Algorithms that want their customers encoded alike share an encoding.
bool same_encoding(const spec::Cluster& one, const spec::Cluster& other) {
  const auto of_its_own = [](const spec::Cluster& options) {
    return options.algorithm == spec::Algorithm::latent_class ||
           options.algorithm == spec::Algorithm::kprototypes ||
           options.algorithm == spec::Algorithm::spherical;
  };
  if (of_its_own(one) || of_its_own(other))
    return one.algorithm == other.algorithm && one.names_alone == other.names_alone;
  return true;
}

/// With the row option in every block of ordinal features.
spec::Spec with_rows(spec::Spec spec, spec::Row row) {
  std::int64_t given = 0;
  for (auto& block : spec.features) {
    if (block.kind != spec::Kind::ordinal || block.transform != spec::Transform::none) continue;
    block.row = row;
    ++given;
  }
  if (given == 0 && row != spec::Row::none)
    throw core::usage_error(fmt::format(
        "compare.rows: \"{}\" works on blocks of kind = \"ordinal\", and there is none", to_string(row)));
  return spec;
}

/// Of everything that the figures of a run depend on, but the table.
std::string id_of(const PlannedRun& run, const spec::Spec& spec) {
  const auto& compare = spec.compare;
  auto text =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", run.algorithm, run.options.k, run.options.seed, run.block,
                  run.row, compare.pairs, compare.references, compare.splits, compare.customers);
  text += '|' + compare.settings;
  const auto hash = core::hash_text(text);
  return fmt::format("{:016x}", hash.low).substr(0, 12);
}

}  // namespace

std::vector<PlannedEncoding> design(const spec::Spec& spec) {
  const auto& compare = spec.compare;
  std::vector<std::string> blocks;
  for (const auto& block : compare.blocks) blocks.push_back(block.name);
  if (blocks.empty()) blocks.emplace_back(everything);
  std::vector<std::pair<std::string, spec::Spec>> rows;
  for (const auto row : compare.rows) rows.emplace_back(to_string(row), with_rows(spec, row));
  if (rows.empty()) rows.emplace_back(as_declared, spec);
  std::vector<PlannedEncoding> encodings;
  for (const auto& block : blocks) {
    for (const auto& [row, with_row] : rows) {
      const auto first = encodings.size();
      for (const auto& algorithm : compare.algorithms) {
        auto encoding =
            std::find_if(encodings.begin() + static_cast<std::ptrdiff_t>(first), encodings.end(),
                         [&](const auto& one) { return same_encoding(one.spec.cluster, algorithm.options); });
        if (encoding == encodings.end()) {
          encodings.push_back({with_row, block, {}});
          encodings.back().spec.cluster = algorithm.options;
          encoding = encodings.end() - 1;
        }
        for (const auto seed : compare.seeds) {
          for (const auto k : compare.ks) {
            PlannedRun run{"", algorithm.name, algorithm.options, block, row};
            run.options.k = k;
            run.options.seed = seed;
            run.id = id_of(run, spec);
            encoding->runs.push_back(std::move(run));
          }
        }
      }
    }
  }
  return encodings;
}

std::vector<features::Feature> in_block(const std::vector<features::Feature>& features,
                                        const spec::Spec& spec, const std::string& block) {
  const auto matches = [](const std::string& glob, const features::Feature& feature) {
    return feature.clustered && (glob == feature.name || io::matches_glob(glob, feature.name));
  };
  const auto named = std::find_if(spec.compare.blocks.begin(), spec.compare.blocks.end(),
                                  [&](const auto& one) { return one.name == block; });
  const std::vector<std::string> globs =
      named == spec.compare.blocks.end() ? std::vector<std::string>{"*"} : named->columns;
  for (const auto& glob : globs) {
    if (std::none_of(features.begin(), features.end(), [&](const auto& one) { return matches(glob, one); }))
      throw core::usage_error(fmt::format(
          "compare.blocks: \"{}\" of \"{}\" matches no feature that is clustered on", glob, block));
  }
  std::vector<features::Feature> found;
  for (const auto& feature : features) {
    if (std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return matches(glob, feature); }))
      found.push_back(feature);
  }
  return found;
}

std::string in_words(const std::vector<PlannedEncoding>& encodings) {
  std::string text = fmt::format("{:<12}  {:<14}  {:>4}  {:>8}  {:<16}  {}\n", "id", "algorithm", "k", "seed",
                                 "block", "row");
  std::size_t count = 0;
  for (const auto& encoding : encodings) {
    for (const auto& run : encoding.runs) {
      text += fmt::format("{:<12}  {:<14}  {:>4}  {:>8}  {:<16}  {}\n", run.id, run.algorithm, run.options.k,
                          run.options.seed, core::printable(run.block), run.row);
      ++count;
    }
  }
  return text + fmt::format("{} runs, on {} encodings of the customers\n", count, encodings.size());
}

}  // namespace psychograph::runs

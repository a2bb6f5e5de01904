#include "insight/persona.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/figure.hpp"

namespace psychograph::insight {
namespace {

/// The rows of a profile by feature, level and group.
class Rows {
 public:
  explicit Rows(const Profile& profile) : profile_(profile) {
    std::size_t row = 0;
    for (std::size_t f = 0; f < profile.features.size(); ++f) {
      first_.push_back(row);
      while (row < profile.rows.size() && profile.rows[row].feature == f) ++row;
    }
    first_.push_back(row);
  }
  /// None where nobody has an answer in words.
  [[nodiscard]] bool has_any(std::size_t feature) const { return first_[feature] < first_[feature + 1]; }
  [[nodiscard]] bool has_numbers(std::size_t feature) const {
    return first_[feature] < first_[feature + 1] && profile_.rows[first_[feature]].level < 0;
  }
  [[nodiscard]] const ProfileRow& at(std::size_t feature, std::int64_t level, std::size_t group) const {
    const auto groups = profile_.names.size() + 1;
    const auto block = static_cast<std::size_t>(level + (has_numbers(feature) ? 1 : 0));
    return profile_.rows[first_[feature] + block * groups + group];
  }

 private:
  const Profile& profile_;
  std::vector<std::size_t> first_;
};

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

/// Three digits that mean something.
std::string number(double value) {
  const double size = std::abs(value);
  if (size >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

class Writer {
 public:
  Writer(const Profile& profile, const Codebook& codebook)
      : profile_(profile), codebook_(codebook), rows_(profile) {}

  [[nodiscard]] std::vector<Statement> strongest(std::size_t group) const {
    std::vector<Statement> found;
    for (std::size_t f = 0; f < profile_.features.size(); ++f) {
      if (!profile_.features[f].clustered || !rows_.has_any(f)) continue;
      const auto trait = strongest_trait(f, group);
      const double difference = row(trait, group).difference;
      if (!(std::abs(difference) >= marker_difference)) continue;
      auto made = statement(trait, group);
      if (!std::isnan(made.figure) && !std::isnan(made.figure_all)) found.push_back(std::move(made));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return std::abs(a.difference) > std::abs(b.difference);
    });
    return found;
  }

  /// Features whose whole interval lies within the smallest effect, those that people would ask for first:
  /// what the segments were not made of.
  [[nodiscard]] std::vector<Statement> like_everybody(std::size_t group, double smallest) const {
    constexpr std::size_t most = 3;
    std::vector<Statement> found;
    for (const bool clustered : {false, true}) {
      for (std::size_t f = 0; f < profile_.features.size() && found.size() < most; ++f) {
        if (profile_.features[f].clustered != clustered || !rows_.has_any(f)) continue;
        const auto trait = strongest_trait(f, group);
        const auto& own = row(trait, group);
        if (own.difference_low > -smallest && own.difference_high < smallest)
          found.push_back(statement(trait, group));
      }
    }
    return found;
  }

  /// "Planners, calm": the words of the two strongest traits.
  [[nodiscard]] std::string name(const std::vector<Statement>& statements) const {
    if (statements.empty()) return "Like everybody";
    auto text = word(statements.front().trait);
    if (statements.size() > 1) text += ", " + word(statements[1].trait);
    return text;
  }

 private:
  [[nodiscard]] const ProfileRow& row(const Trait& trait, std::size_t group) const {
    return rows_.at(trait.feature, trait.level, group);
  }

  /// A number is one trait; of levels it is the one that differs most. A flag's is the higher of its two.
  [[nodiscard]] Trait strongest_trait(std::size_t f, std::size_t group) const {
    const auto& feature = profile_.features[f];
    Trait trait{f, -1, true, 0};
    const bool flag = feature.kind == spec::Kind::binary && feature.levels.size() == 2;
    const bool worded = feature.kind == spec::Kind::numeric && !feature.levels.empty();
    if (rows_.has_numbers(f) && !flag && !worded) {
      trait.everybody = rows_.at(f, -1, profile_.names.size()).mean;
    } else if (flag) {
      trait.level = 1;
    } else {
      trait.level = 0;
      for (std::size_t l = 1; l < feature.levels.size(); ++l) {
        const auto level = static_cast<std::int64_t>(l);
        if (std::abs(rows_.at(f, level, group).difference) > std::abs(row(trait, group).difference))
          trait.level = level;
      }
    }
    trait.above = !(row(trait, group).difference < 0);
    return trait;
  }

  [[nodiscard]] Statement statement(const Trait& trait, std::size_t group) const {
    const auto& own = row(trait, group);
    const auto& all = row(trait, profile_.names.size());
    Statement made{trait, {}, own.base, own.mean, all.mean, own.difference};
    made.matches = made.matches_rest = made.matches_all = core::not_a_number;
    if (trait.level >= 0) {
      made.figure = own.share;
      made.figure_all = all.share;
    } else if (!std::isnan(own.top2)) {
      made.figure = trait.above ? own.top2 : own.bottom2;
      made.figure_all = trait.above ? all.top2 : all.bottom2;
    }
    made.text = text(trait, made);
    return made;
  }

  [[nodiscard]] std::string text(const Trait& trait, const Statement& made) const {
    const auto& feature = profile_.features[trait.feature];
    const auto label = codebook_.label(feature.name);
    if (trait.level >= 0) {
      const auto& level = feature.levels[static_cast<std::size_t>(trait.level)];
      return fmt::format("{}: {} {} (everybody {})", label, codebook_.label(feature.name, level),
                         percent(made.figure), percent(made.figure_all));
    }
    const bool boxes = feature.kind == spec::Kind::ordinal && feature.levels.size() >= 3;
    if (!boxes)
      return fmt::format("{}: {} on average (everybody {})", label, number(made.figure),
                         number(made.figure_all));
    const auto count = feature.levels.size();
    const auto& first = feature.levels[trait.above ? count - 2 : 0];
    const auto& second = feature.levels[trait.above ? count - 1 : 1];
    const bool worded = codebook_.has(feature.name, first) && codebook_.has(feature.name, second);
    return fmt::format("{}: {} {} (everybody {})", label, percent(made.figure),
                       worded ? fmt::format("say \"{}\" or \"{}\"", codebook_.label(feature.name, first),
                                            codebook_.label(feature.name, second))
                              : fmt::format("answer {} or {}", first, second),
                       percent(made.figure_all));
  }

  /// The codebook's own, where it has a word for those who are above or below.
  [[nodiscard]] std::string word(const Trait& trait) const {
    const auto& feature = profile_.features[trait.feature];
    if (trait.level >= 0) {
      const auto& level = feature.levels[static_cast<std::size_t>(trait.level)];
      const auto answer = codebook_.has(feature.name, level)
                              ? codebook_.label(feature.name, level)
                              : fmt::format("{} {}", codebook_.label(feature.name), level);
      return trait.above ? answer : "seldom: " + answer;
    }
    const auto* side = trait.above ? "above" : "below";
    if (codebook_.has(feature.name, side)) return codebook_.label(feature.name, side);
    return fmt::format("{} {}", trait.above ? "high" : "low", codebook_.label(feature.name));
  }

  const Profile& profile_;
  const Codebook& codebook_;
  Rows rows_;
};

}  // namespace

Personas make_personas(const Profile& profile, const Codebook& codebook, std::size_t most,
                       const std::vector<bool>& named) {
  constexpr double like = 0.1;
  const Writer writer(profile, codebook);
  Personas personas;
  for (std::size_t g = 0; g < profile.names.size(); ++g) {
    Persona persona{
        profile.ids[g], profile.names[g], {}, writer.strongest(g), writer.like_everybody(g, like)};
    persona.name = named[g] ? persona.segment : writer.name(persona.is);
    if (persona.is.size() > most) persona.is.resize(most);
    personas.push_back(std::move(persona));
  }
  return personas;
}

results::TidyTable persona_table(const Released<Personas>& released) {
  std::vector<std::string> segments, names, kinds, texts;
  std::vector<std::int64_t> ids, statements, bases;
  std::vector<double> figures, figures_all, differences, matches, matches_rest, matches_all;
  for (const auto& persona : *released) {
    const auto add = [&](const char* kind, const std::vector<Statement>& all) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        segments.push_back(persona.segment);
        ids.push_back(persona.id);
        names.push_back(persona.name);
        kinds.emplace_back(kind);
        statements.push_back(static_cast<std::int64_t>(i + 1));
        texts.push_back(all[i].text);
        bases.push_back(all[i].base);
        figures.push_back(all[i].figure);
        figures_all.push_back(all[i].figure_all);
        differences.push_back(all[i].difference);
        matches.push_back(all[i].matches);
        matches_rest.push_back(all[i].matches_rest);
        matches_all.push_back(all[i].matches_all);
      }
    };
    // A segment of which nothing is to be said has its row all the same.
    if (persona.is.empty()) {
      Statement none;
      none.base = results::no_count;
      for (double* figure : {&none.figure, &none.figure_all, &none.difference, &none.matches,
                             &none.matches_rest, &none.matches_all})
        *figure = core::not_a_number;
      add("none", {none});
    }
    add("is", persona.is);
    add("is not", persona.is_not);
  }
  results::TidyTable table;
  table.add("segment", std::move(segments));
  table.add("segment_id", std::move(ids));
  table.add("name", std::move(names));
  table.add("kind", std::move(kinds));
  table.add("statement", std::move(statements));
  table.add("text", std::move(texts));
  table.add("base", std::move(bases));
  table.add("figure", std::move(figures));
  table.add("figure_all", std::move(figures_all));
  table.add("standardised_difference", std::move(differences));
  table.add("matches", std::move(matches));
  table.add("matches_rest", std::move(matches_rest));
  table.add("matches_all", std::move(matches_all));
  return table;
}

}  // namespace psychograph::insight

// The typing tool: points for every answer. Who has most points for a segment is in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "insight/codebook.hpp"
#include "results/tidy_table.hpp"
#include "typing/discriminant.hpp"
#include "typing/question.hpp"

namespace psychograph::typing {

/// A question, and what its answers give. Of an amount: points for each unit of it.
struct Item {
  std::string column = {};
  std::string label = {};                      ///< in the codebook's words
  std::vector<std::string> levels = {};        ///< the answers; none: an amount
  std::vector<std::string> level_labels = {};  ///< [levels]
  std::vector<std::string> no_answers = {};    ///< cells that are none
  std::vector<double> points = {};             ///< [1 or levels, k]
  std::vector<double> none = {};               ///< [k] where there is no answer, or one that is not known
  double low = 0;                              ///< of an amount: where most customers are
  double high = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& column& label& levels& level_labels& no_answers& points& none& low& high;
  }
};

/// Numbers of few digits, which are the model: what is computed from them in this order is the same in any
/// language with double precision.
struct Tool {
  std::vector<std::int32_t> ids;   ///< [k]
  std::vector<std::string> names;  ///< [k]
  std::vector<double> base;        ///< [k] before the first question
  std::vector<Item> items;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ids& names& base& items;
  }

  [[nodiscard]] std::size_t segments() const { return ids.size(); }
};

/// The discriminant in the user's units, less what all segments have in common, of nine digits. `model` is of
/// all predictors of the questions, in their order. Local.
Tool make_tool(const Questions& questions, const Discriminant& model, std::vector<std::int32_t> ids,
               std::vector<std::string> names, const insight::Codebook& codebook);

/// Points of one customer, [k], added up in the order of the items. `answer(i)` is an amount, or the number
/// of a level; NaN where there is none. Local.
template <class Answer>
void score(const Tool& tool, Answer answer, double* points) {
  const auto k = tool.segments();
  for (std::size_t g = 0; g < k; ++g) points[g] = tool.base[g];
  for (std::size_t i = 0; i < tool.items.size(); ++i) {
    const auto& item = tool.items[i];
    const double given = answer(i);
    if (given != given) {
      for (std::size_t g = 0; g < k; ++g) points[g] += item.none[g];
    } else if (item.levels.empty()) {
      for (std::size_t g = 0; g < k; ++g) points[g] += item.points[g] * given;
    } else {
      const auto* const of_level = item.points.data() + static_cast<std::size_t>(given) * k;
      for (std::size_t g = 0; g < k; ++g) points[g] += of_level[g];
    }
  }
}

/// A row an answer and segment; columns: docs/typing.md. Local.
results::TidyTable points_table(const Tool& tool);
/// What `points_table` has made. Local. Throws a data error that begins with `path` where it can't be one.
Tool tool_from(const results::TidyTable& table, const std::string& path);

}  // namespace psychograph::typing

#include "io/survey_import.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "core/stop_request.hpp"
#include "io/csv_column_look.hpp"
#include "io/csv_record.hpp"
#include "io/csv_table.hpp"
#include "spec/suggest.hpp"

namespace psychograph::io {
namespace {

/// The first look, on rank 0.
class Survey {
 public:
  explicit Survey(const SurveyInput& input) : input_(input) {
    table_.path = input.path;
    table_.state = file_state(input.path);
    const auto format = survey_format(input.path);
    if (!format) throw core::data_error(fmt::format("{}: is no file of SPSS, Stata or SAS", input.path));
    table_.format = *format;
  }

  SurveyTable look(const SurveyProgress& progress) {
    SurveyListener listener{[&](const SurveyVariable& variable) { return take(variable); }};
    listener.label = [&](const std::string& set, const SurveyLabel& label) { labels_[set].push_back(label); };
    listener.row = [&](std::int64_t row, std::span<const SurveyCell> cells) {
      if (row == 0) require_wanted();
      see(row, cells);
      return !core::stop_requested();
    };
    listener.progress = progress;
    read_survey(table_.path, table_.format, listener);
    require_wanted();
    if (table_.rows == 0 && !core::stop_requested())
      throw core::data_error(fmt::format("{}: holds no rows", table_.path));
    for (const auto& look : looks_) settle(look);
    return std::move(table_);
  }

 private:
  bool take(const SurveyVariable& variable) {
    const auto fault = [&](const std::string& what) {
      return core::data_error(fmt::format("{}: variable \"{}\": {}", table_.path, variable.name, what));
    };
    names_.push_back(variable.name);
    if (variable.name.empty() || !is_storable_text(variable.name) ||
        variable.name.find('/') != std::string::npos || variable.name == ".")
      throw fault("HDF5 has no such names: give it one, of UTF-8, without a slash, and not a dot alone");
    if (!seen_.insert(variable.name).second) throw fault("the name stands twice");
    const bool is_id = variable.name == input_.id;
    const auto& wanted = input_.columns;
    if (!is_id && wanted && std::find(wanted->begin(), wanted->end(), variable.name) == wanted->end())
      return false;
    if (is_id) id_ = looks_.size();
    auto seen = variable;
    if (is_id) {  // each of its values is an id
      seen.missing_numbers.clear();
      seen.missing_texts.clear();
    }
    looks_.emplace_back(table_.format, std::move(seen));
    return true;
  }

  void see(std::int64_t row, std::span<const SurveyCell> cells) {
    for (std::size_t c = 0; c < looks_.size(); ++c) looks_[c].see(cells[c]);
    table_.rows = row + 1;
    if (!id_) return;
    const auto& id = cells[*id_];
    const bool is_text = looks_[*id_].variable().text;
    if (is_text ? id.text.empty() : std::isnan(id.number))
      throw core::data_error(
          fmt::format("{}: variable \"{}\", row {}: the id is missing", table_.path, *input_.id, row));
  }

  /// What was asked for by name is there, and the id's new name is free.
  void require_wanted() const {
    if (input_.id) require_name(*input_.id, "--id");
    for (const auto& name : input_.columns.value_or(std::vector<std::string>{}))
      require_name(name, "--columns");
    const auto is_taken = [&](const auto& look) {
      return look.variable().name == csv_id_name && look.variable().name != *input_.id;
    };
    if (input_.id && std::any_of(looks_.begin(), looks_.end(), is_taken))
      throw core::data_error(fmt::format(
          "{}: variable \"{}\" would be stored as {}, and another variable has that name: leave it "
          "out by --columns",
          table_.path, *input_.id, csv_id_name));
  }

  /// Where no name is near the wanted one: what there is.
  [[nodiscard]] std::string first_names() const {
    constexpr std::size_t shown = 5;
    std::vector<std::string> first(
        names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names_.size())));
    for (auto& name : first) name = core::printable(name);
    return fmt::format("; there are {}{}", fmt::join(first, ", "), names_.size() > shown ? ", ..." : "");
  }

  void require_name(const std::string& name, const char* wanted_by) const {
    if (seen_.contains(name)) return;
    const auto near = spec::nearest(name, names_);
    throw core::data_error(
        fmt::format("{}: no variable \"{}\" (wanted by {}){}", table_.path, name, wanted_by,
                    near.empty() ? first_names() : fmt::format("; did you mean \"{}\"?", near)));
  }

  void settle(const SurveyLook& look) {
    const auto& variable = look.variable();
    const auto labels = labels_.find(variable.label_set);
    std::vector<std::string> notices;
    auto column = look.settle(labels == labels_.end() ? std::vector<SurveyLabel>() : labels->second, notices);
    // SAS keeps labels in files of their own, under the names of formats; of Stata's a set should be there.
    if (table_.format == SurveyFormat::stata && !variable.label_set.empty() && labels == labels_.end())
      notices.push_back(fmt::format("variable \"{}\": its value labels (\"{}\") are not in the file",
                                    variable.name, variable.label_set));
    if (column.type == SurveyType::text && column.length > longest_text_cell)
      throw core::data_error(fmt::format("{}: variable \"{}\": {}", table_.path, variable.name,
                                         too_long_for_text(column.length)));
    if (variable.name == input_.id) {
      column.name = csv_id_name;
      column.kind.clear();
    }
    for (const auto& notice : notices) table_.notices.push_back(fmt::format("{}: {}", table_.path, notice));
    table_.columns.push_back(std::move(column));
  }

  const SurveyInput& input_;
  SurveyTable table_;
  std::vector<std::string> names_;  ///< of all variables, in the file's order
  std::set<std::string> seen_;      ///< the same
  std::vector<SurveyLook> looks_;   ///< of the wanted ones
  std::optional<std::size_t> id_;   ///< among them
  std::map<std::string, std::vector<SurveyLabel>> labels_;
};

}  // namespace

SurveyTable look_at_survey(const comm::Communicator& world, const SurveyInput& input,
                           const SurveyProgress& progress) {
  return comm::run_on_root(world, [&] { return Survey(input).look(progress); });
}

}  // namespace psychograph::io

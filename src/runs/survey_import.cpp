#include "runs/survey_import.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "insight/codebook.hpp"
#include "io/csv_unpack.hpp"
#include "io/disk_space.hpp"
#include "io/output_file.hpp"
#include "io/survey_import.hpp"
#include "io/survey_writing.hpp"
#include "io/table.hpp"
#include "runs/spec_draft.hpp"

namespace psychograph::runs {
namespace {

constexpr const char* survey_table_name = "/customers";

io::SurveyInput survey_input(const comm::Communicator& world, const ImportOptions& options) {
  const auto files = comm::run_on_root(world, [&] { return io::expand_globs(options.files); });
  if (files.size() != 1)
    throw core::usage_error(fmt::format("{}: a survey is imported by itself, and {} files are named",
                                        files.front(), files.size()));
  io::SurveyInput input{files.front(), options.id};
  if (options.columns) input.columns = split_at_commas(*options.columns);
  return input;
}

/// What the file says in words; its user's own codebooks overrule it.
insight::Codebook codebook_of(const io::SurveyTable& table, const insight::Codebook& own) {
  insight::Codebook book;
  for (const auto& column : table.columns) {
    if (!column.label.empty()) book.add(column.name, "", column.label);
    for (const auto& label : column.labels) book.add(column.name, label.value, label.label);
  }
  for (const auto& [key, label] : own.labels()) book.add(key.first, key.second, label);
  return book;
}

void require_survey_room(const std::string& output, const io::SurveyTable& table) {
  double row_bytes = 0;
  for (const auto& column : table.columns) row_bytes += static_cast<double>(column.width());
  const io::SpaceDemand demand{output, row_bytes * static_cast<double>(table.rows)};
  io::require_space(std::span(&demand, 1));
}

/// The first characters of a label, on one line.
std::string shortened(const std::string& label) {
  constexpr std::size_t most = 60;
  const auto text = core::printable(label);
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size() && count < most; ++count)
    end += std::max<std::size_t>(1, core::utf8_character(std::string_view(text).substr(end)));
  return end < text.size() ? text.substr(0, end) + "..." : text;
}

std::string survey_summary(const ImportOptions& options, const io::SurveyTable& table) {
  std::size_t name_width = 6;
  for (const auto& column : table.columns)
    name_width = std::max(name_width, core::printable(column.name).size());
  auto text = fmt::format(
      "{}: {} rows, {} columns in {}, from {}\n\n{:<{}}  {:<16}  {:<11}  {:>8}  {:>12}  {:>6}  {}\n",
      core::printable(options.output), table.rows, table.columns.size(), survey_table_name,
      io::name_of(table.format), "column", name_width, "type", "kind", "missing", "user-missing", "labels",
      "label");
  for (const auto& column : table.columns) {
    text += fmt::format("{:<{}}  {:<16}  {:<11}  {:>8}  {:>12}  {:>6}  {}\n", core::printable(column.name),
                        name_width, io::type_name(column.type, column.length), column.kind, column.missing,
                        column.user_missing, column.labels.size(), shortened(column.label));
  }
  return text;
}

void refuse(const std::vector<std::string>& given) {
  if (given.empty()) return;
  throw core::usage_error(
      fmt::format("{}: is for CSV files: a survey's file says itself what its cells are", given.front()));
}

}  // namespace

bool names_survey(const comm::Communicator& world, const std::vector<std::string>& files) {
  return comm::run_on_root(world, [&] {
    auto names = files;
    std::erase(names, io::standard_input);
    const auto found = io::expand_globs(names);
    return std::any_of(found.begin(), found.end(),
                       [](const auto& path) { return io::survey_format(path).has_value(); });
  });
}

void import_survey(const comm::Communicator& world, const ImportOptions& options,
                   const std::vector<std::string>& given, Reporter& reporter) {
  refuse(given);
  const auto input = survey_input(world, options);
  reporter.open([&] {
    io::FileUse use{{input.path}, {{"--output", options.output}}};
    use.read.insert(use.read.end(), options.codebooks.begin(), options.codebooks.end());
    add_draft(use, options.draft);
    return use;
  });
  const auto own = insight::read_codebook(world, {}, options.codebooks);
  reporter.stage(fmt::format("looking at {}", input.path));
  const auto table =
      io::look_at_survey(world, input, [&](double share) { reporter.progress("types", share); });
  for (const auto& notice : table.notices) reporter.warn(notice);
  comm::run_on_root(world, [&] { require_survey_room(options.output, table); });
  io::OutputFile output(world, options.output);
  reporter.stage(fmt::format("writing {} rows", table.rows));
  io::write_survey(world, table, output, survey_table_name,
                   [&](double share) { reporter.progress("rows", share); });
  for (const auto& column : own.columns()) {
    const auto known = [&](const auto& one) { return one.name == column; };
    if (std::none_of(table.columns.begin(), table.columns.end(), known))
      reporter.warn(fmt::format("--codebook: there is no column \"{}\"", column));
  }
  const auto codebook = codebook_of(table, own);
  if (!codebook.labels().empty()) insight::write_codebook(output, codebook);
  comm::heed_last_stop_requests(world);
  output.commit();
  write_draft(world, options.output, options.draft, reporter);
  reporter.stage("done");
  reporter.summary(survey_summary(options, table));
}

}  // namespace psychograph::runs

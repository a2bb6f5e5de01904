#include "runs/join_inputs.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph::runs {
namespace {

/// A name that exists is that file, whatever stands in it.
std::vector<std::string> files_named(const std::string& list) {
  std::error_code ignored;
  if (std::filesystem::exists(list, ignored)) return {list};
  std::vector<std::string> files;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto comma = std::min(list.find(',', begin), list.size());
    files.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return files;
}

std::pair<std::string, std::string> split_table(const std::string& table) {
  const auto equals = table.find('=');
  if (equals == std::string::npos) return {table, table};
  return {table.substr(0, equals), table.substr(equals + 1)};
}

/// Whether globs mean the column; tells of what is none. Throws for one that can't be read as it should.
bool is_meant(const io::Table& table, const io::Column& column, Reporter& reporter) {
  if (column.unreadable.empty()) return column.globbed || column.written_back;
  const auto text =
      fmt::format("{}: column \"{}\" {}", io::files_name(table), column.name, column.unreadable);
  if (column.globbed) throw core::data_error(text);
  reporter.warn(text + ": it is left out");
  return false;
}

void add_matches(const io::Table& table, const std::string& glob, std::set<std::size_t>& found) {
  if (!io::is_glob(glob) || table.find(glob)) {
    found.insert(io::require_column(table, glob, "--columns"));
    return;
  }
  const auto before = found.size();
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& column = table.columns[c];
    if (column.globbed && column.unreadable.empty() && io::matches_glob(glob, column.name)) found.insert(c);
  }
  if (found.size() == before) {
    throw core::data_error(
        fmt::format("{}: no column of {} matches \"{}\", which --columns names, but for such as are taken "
                    "already",
                    io::files_name(table), table.name, glob));
  }
}

}  // namespace

std::pair<spec::Input, spec::Input> join_inputs(const comm::Communicator& world, const JoinOptions& options) {
  std::pair<spec::Input, spec::Input> inputs;
  inputs.first.files = comm::run_on_root(world, [&] { return files_named(options.first); });
  inputs.second.files = comm::run_on_root(world, [&] { return files_named(options.second); });
  std::tie(inputs.first.table, inputs.second.table) = split_table(options.table);
  if (inputs.first.table.empty() || inputs.second.table.empty())
    throw core::usage_error(fmt::format("--table \"{}\": is neither a name nor FIRST=SECOND", options.table));
  return inputs;
}

std::pair<std::string, std::string> join_ids(const std::string& id, const io::Table& first,
                                             const io::Table& second) {
  if (first.find(id) && second.find(id)) return {id, id};
  auto split = std::string::npos;  // a name may hold an equals sign
  for (auto at = id.find('='); at != std::string::npos; at = id.find('=', at + 1)) {
    if (split == std::string::npos || (first.find(id.substr(0, at)) && second.find(id.substr(at + 1))))
      split = at;
  }
  std::pair<std::string, std::string> ids =
      split == std::string::npos ? std::pair(id, id) : std::pair(id.substr(0, split), id.substr(split + 1));
  (void)io::require_column(first, ids.first, "--id");
  (void)io::require_column(second, ids.second, "--id");
  return ids;
}

std::vector<Taken> taken_of_first(const io::Table& table, Reporter& reporter) {
  std::vector<Taken> taken;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (is_meant(table, table.columns[c], reporter)) taken.push_back({c, table.columns[c].name});
  }
  return taken;
}

std::vector<Taken> taken_of_second(const io::Table& table, const std::string& id, const JoinOptions& options,
                                   const std::vector<Taken>& first, Reporter& reporter) {
  std::set<std::size_t> found;
  for (const auto& glob : options.columns) add_matches(table, glob, found);
  for (std::size_t c = 0; options.columns.empty() && c < table.columns.size(); ++c) {
    const auto& column = table.columns[c];
    if (column.name != id && !column.written_back && is_meant(table, column, reporter)) found.insert(c);
  }
  std::vector<Taken> taken;
  for (const auto c : found) {
    taken.push_back({c, options.prefix + table.columns[c].name});
    const auto& name = taken.back().name;
    const auto clashes = [&](const Taken& other) { return other.name == name; };
    if (std::none_of(first.begin(), first.end(), clashes)) continue;
    throw core::usage_error(fmt::format(
        "both tables have a column \"{}\": give those of {} other names with --prefix, or take others with "
        "--columns",
        name, io::files_name(table)));
  }
  if (taken.empty())
    throw core::data_error(fmt::format("{}: {} has no column beside its id \"{}\": there is nothing to join",
                                       io::files_name(table), table.name, id));
  return taken;
}

}  // namespace psychograph::runs

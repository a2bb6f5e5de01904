#include "io/table.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/inspect.hpp"
#include "spec/suggest.hpp"

namespace psychograph::io {

std::int64_t Table::rows() const {
  std::int64_t sum = 0;
  for (const auto& file : files) sum += file.rows;
  return sum;
}

std::optional<std::size_t> Table::find(const std::string& column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == column; });
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

RowPlace place_of(const Table& table, std::int64_t global_row) {
  std::size_t file = 0;
  while (file + 1 < table.files.size() && global_row >= table.files[file].rows)
    global_row -= table.files[file++].rows;
  return {file, global_row};
}

std::string cell_name(const Table& table, const std::string& column, std::int64_t global_row) {
  const auto place = place_of(table, global_row);
  return fmt::format("{}: column \"{}\", row {}", table.files[place.file].path, column, place.row);
}

std::string files_name(const Table& table) {
  if (table.files.size() == 1) return table.files.front().path;
  return fmt::format("{} and {} more", table.files.front().path, table.files.size() - 1);
}

std::vector<std::string> expand_globs(const std::vector<std::string>& globs) {
  std::vector<std::string> files;
  for (const auto& pattern : globs) {
    glob_t found{};
    const int status = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
    for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
    ::globfree(&found);
    if (status != 0) throw core::data_error(fmt::format("{}: no such file", pattern));
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  // One file may have several names: ./a.h5, a link.
  std::vector<std::string> each_once;
  std::set<std::pair<dev_t, ino_t>> seen;
  for (auto& path : files) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !seen.insert({status.st_dev, status.st_ino}).second) continue;
    each_once.push_back(std::move(path));
  }
  return each_once;
}

bool matches_glob(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

Table open_table(const comm::Communicator& world, const spec::Input& input) {
  return comm::run_on_root(world, [&] { return inspect_table(expand_globs(input.files), input.table); });
}

std::size_t require_column(const Table& table, const std::string& name, const std::string& wanted_by) {
  const auto found = table.find(name);
  if (!found) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) names.push_back(column.name);
    const auto near = spec::nearest(name, names);
    throw core::data_error(fmt::format("{}: no column \"{}\" in {} (wanted by {}){}", files_name(table), name,
                                       table.name, wanted_by,
                                       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
  const auto& column = table.columns[*found];
  if (!column.unreadable.empty()) {
    throw core::data_error(fmt::format("{}: column \"{}\" {}", files_name(table), name, column.unreadable));
  }
  return *found;
}

}  // namespace psychograph::io

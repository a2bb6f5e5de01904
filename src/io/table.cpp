#include "io/table.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <cerrno>
#include <fmt/format.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/inspect.hpp"
#include "spec/suggest.hpp"

namespace psychograph::io {

const spec::Sentinels& Column::marked_in(std::size_t file) const {
  static const spec::Sentinels nothing;
  const auto found = marked_missing.find(file);
  return found == marked_missing.end() ? nothing : found->second;
}

bool holds_numbers(const Column& column) {
  return column.type == ColumnType::integer || column.type == ColumnType::floating;
}

bool is_boolean(const Column& column) {
  return column.type == ColumnType::enumeration &&
         std::all_of(column.levels.begin(), column.levels.end(), [](const Levels& levels) {
           return levels.names == std::vector<std::string>{"FALSE", "TRUE"} &&
                  levels.values == std::vector<std::int64_t>{0, 1};
         });
}

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

namespace {

std::string closed_folder;  // NOLINT: glob's callback knows of nothing else

int note_closed(const char* folder, int reason) {
  if (reason == EACCES) closed_folder = folder;
  return 0;
}

/// What matches, in no order. Throws an environment error for a folder on the way that may not be looked
/// through: it is no empty one.
std::vector<std::string> matches(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  closed_folder.clear();
  const int status = ::glob(pattern.c_str(), GLOB_NOSORT, note_closed, &found);
  for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (!closed_folder.empty())
    throw core::environment_error(fmt::format("{}: {}", closed_folder, std::strerror(EACCES)));
  return paths;
}

/// The same for folders that may not be entered, which glob takes for empty ones.
void require_entered(const std::string& pattern) {
  const auto parent = std::filesystem::path(pattern).parent_path().string();
  if (parent.empty() || parent == pattern) return;
  require_entered(parent);
  auto folders = matches(parent);
  folders.push_back(parent);  // a name may be what it says
  for (const auto& folder : folders) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
        ::access(folder.c_str(), X_OK) != 0)
      throw core::environment_error(fmt::format("{}: {}", folder, std::strerror(errno)));
  }
}

/// The pattern with its leading folders that exist by their very names taken literally: brackets in the name
/// of a folder are no class of letters.
std::string with_literal_folders(const std::string& pattern) {
  std::string literal;
  std::string escaped;
  for (std::size_t begin = 0; begin < pattern.size();) {
    const auto slash = pattern.find('/', begin);
    if (slash == std::string::npos) return escaped + pattern.substr(begin);
    const auto part = pattern.substr(begin, slash + 1 - begin);
    struct stat status {};
    if (::stat((literal + part).c_str(), &status) != 0) return escaped + pattern.substr(begin);
    literal += part;
    for (const char c : part) {
      if (std::string_view("*?[\\").find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
    begin = slash + 1;
  }
  return escaped;
}

/// Adds the file that is called so, or else those that the name matches as a glob.
void add_files(const std::string& name, std::vector<std::string>& files) {
  struct stat status {};
  if (::lstat(name.c_str(), &status) == 0) {
    files.push_back(name);
    return;
  }
  const auto pattern = with_literal_folders(name);
  require_entered(pattern);
  const auto found = matches(pattern);
  if (found.empty()) throw core::data_error(fmt::format("{}: no such file", name));
  files.insert(files.end(), found.begin(), found.end());
}

}  // namespace

std::vector<std::string> expand_globs(const std::vector<std::string>& globs) {
  std::vector<std::string> files;
  for (const auto& name : globs) add_files(name, files);
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  // One file may have several names: ./a.h5, a link.
  std::vector<std::string> each_once;
  std::set<std::pair<dev_t, ino_t>> seen;
  for (auto& path : files) {
    struct stat status {};
    const bool there = ::stat(path.c_str(), &status) == 0;
    if (there && S_ISDIR(status.st_mode))
      throw core::data_error(fmt::format("{}: is a folder: name the files in it", path));
    if (there && !seen.insert({status.st_dev, status.st_ino}).second) continue;
    each_once.push_back(std::move(path));
  }
  return each_once;
}

std::vector<std::string> files_read(const spec::Input& input) {
  auto files = expand_globs(input.files);
  if (!input.external) return files;
  for (const auto& file : inspect_table(files, input.table, true).files) {
    for (const auto& [path, state] : file.outside) files.push_back(path);
  }
  return files;
}

bool is_glob(const std::string& name) { return name.find_first_of("*?[") != std::string::npos; }

bool matches_glob(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

Table open_table(const comm::Communicator& world, const spec::Input& input) {
  return comm::run_on_root(
      world, [&] { return inspect_table(expand_globs(input.files), input.table, input.external); });
}

std::vector<std::string> attribute_notices(const Table& table, std::span<const std::size_t> columns) {
  std::vector<std::string> notices;
  for (const auto c : columns) {
    const auto& column = table.columns[c];
    if (column.not_applied.empty()) continue;
    notices.push_back(fmt::format(
        "{}: column \"{}\": its attributes say which cells are valid or missing ({}), and that is not "
        "applied; name such cells in missing_values",
        files_name(table), column.name, column.not_applied));
  }
  constexpr std::size_t most = 5;
  if (notices.size() > most) {
    const auto more = notices.size() - most;
    notices.resize(most);
    notices.push_back(fmt::format("{}: the same of {} more columns", files_name(table), more));
  }
  return notices;
}

std::vector<std::string> reading_notices(const Table& table, std::span<const std::size_t> columns) {
  std::vector<std::string> notices;
  for (const auto c : columns) {
    const auto& column = table.columns[c];
    if (!column.note.empty())
      notices.push_back(fmt::format("{}: column \"{}\" {}", files_name(table), column.name, column.note));
  }
  return notices;
}

std::string likely_name(const Table& table, const std::string& glob) {
  const auto marks = [](const std::string& name) {
    std::string found;
    std::copy_if(name.begin(), name.end(), std::back_inserter(found),
                 [](char c) { return std::string_view("*?[]").find(c) != std::string_view::npos; });
    return found;
  };
  std::vector<std::string> names;
  for (const auto& column : table.columns) {
    if (marks(column.name) == marks(glob) && !matches_glob(glob, column.name)) names.push_back(column.name);
  }
  return spec::nearest(glob, names);
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

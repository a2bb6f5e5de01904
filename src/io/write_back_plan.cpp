// What writing back asks before the long work: may each file be replaced, and is there room?
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include <boost/mpi/collectives.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/atomic_path.hpp"
#include "io/file_copy.hpp"
#include "io/open_file.hpp"
#include "io/write_back.hpp"

namespace psychograph::io {
namespace {

void require_free_name(const Table& table, const std::string& column, std::span<const std::size_t> used) {
  if (column.empty() || column == "." || column.find('/') != std::string::npos ||
      column.find('\0') != std::string::npos) {
    throw core::usage_error(
        fmt::format("--write-back-column \"{}\" can't name a column: no slash, and not empty", column));
  }
  for (const auto c : used) {
    if (table.columns[c].name != column) continue;
    throw core::usage_error(fmt::format(
        "{}: \"{}\" is what the segments are made of, and can't hold them: choose another name with "
        "--write-back-column",
        files_name(table), column));
  }
}

void require_columns(const Table& table) {
  if (table.layout == Layout::columns) return;
  throw core::usage_error(
      fmt::format("{}: {} is one dataset with all its columns, and --write-back can't add one to it: every "
                  "row would have to "
                  "be written anew; take /assignments/segment of the result, or store the table in columns",
                  files_name(table), table.name));
}

WriteBackFile look_at(const TableFile& file, std::int64_t first_row) {
  std::error_code error;
  const auto place = std::filesystem::canonical(file.path, error);
  struct stat status {};
  if (error || ::stat(place.c_str(), &status) != 0)
    throw core::environment_error(fmt::format("{}: can't be looked at: {}", file.path, std::strerror(errno)));
  return {file.path,
          place.string(),
          {first_row, first_row + file.rows},
          status.st_size,
          status.st_dev,
          status.st_ino,
          changed_at(status),
          static_cast<std::int64_t>(status.st_nlink)};
}

/// Makes the file that the copy would be written to, and removes it again: whether it can be made and given
/// the owner is what the file system says, not what its permissions look like.
void try_replacing(const WriteBackFile& file) {
  if (::access(file.place.c_str(), W_OK) != 0)
    throw core::environment_error(
        fmt::format("{}: can't be written back to: {}", file.path, std::strerror(errno)));
  const OpenFile original(file.path, file.place, O_RDONLY);
  const Partial partial(file.path, file.place);
  keep_owner(file.path, original.get(), partial.get());
}

bool shares_blocks(const WriteBackFile& file) {
  const OpenFile original(file.path, file.place, O_RDONLY);
  const Partial partial(file.path, file.place);
  return share_blocks(original.get(), partial.get());
}

}  // namespace

WriteBackPlan plan_write_back(const comm::Communicator& world, const Table& table, const std::string& column,
                              std::span<const std::size_t> used) {
  return comm::run_on_root(world, [&] {
    require_columns(table);
    require_free_name(table, column, used);
    WriteBackPlan plan{table.name, column, {}};
    std::int64_t first_row = 0;
    std::vector<std::string> places;
    for (const auto& file : table.files) {
      auto target = look_at(file, first_row);
      first_row += file.rows;
      places.push_back(target.place);
      require_place_for_column(file.path, table.name, column);
      plan.files.push_back(std::move(target));
    }
    remove_partials(places);
    for (const auto& file : plan.files) try_replacing(file);
    return plan;
  });
}

std::vector<SpaceDemand> write_back_space(const WriteBackPlan& plan, int ranks) {
  std::map<std::uint64_t, std::vector<const WriteBackFile*>> systems;
  for (const auto& file : plan.files) systems[file.device].push_back(&file);
  std::vector<SpaceDemand> demands;
  for (auto& [device, files] : systems) {
    double columns = 0;
    double copies = 0;
    for (const auto* file : files) columns += column_bytes(file->rows.size());
    std::stable_sort(files.begin(), files.end(),
                     [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
    for (std::size_t i = 0; i < files.size(); ++i) {
      // Who else has a name for the old file keeps it.
      if (i < static_cast<std::size_t>(ranks) || files[i]->names > 1)
        copies += static_cast<double>(files[i]->bytes);
    }
    if (shares_blocks(*files.front())) copies = 0;
    demands.push_back({files.front()->place, columns + copies});
  }
  return demands;
}

}  // namespace psychograph::io

#include "io/assignment_lines.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/inspect.hpp"
#include "io/links.hpp"
#include "io/storage.hpp"
#include "io/table.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t most_block_rows = std::int64_t{1} << 17;
constexpr std::size_t block_bytes = std::size_t{16} << 20;  // bounds the memory where ids are long
constexpr const char* group = "/assignments";

/// What one rank finds out about the result file, and all know.
struct Found {
  Table assignments;
  bool named = false;              ///< whether segments have names
  std::vector<std::int64_t> ids;   ///< of the segments
  std::vector<std::string> names;  ///< as CSV cells
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& assignments& named& ids& names;
  }
};

/// The segments' names, where the file has them; their ids, where it doesn't say, are 0, 1, 2, ...
void read_names(hid_t file, const std::string& path, Found& found) {
  if (H5Lexists(file, "/segments", link_access(false).get()) <= 0 ||
      H5Lexists(file, "/segments/name", link_access(false).get()) <= 0)
    return;
  const auto dataset = dataset_handle(H5Dopen2(file, "/segments/name", link_access(false).get()));
  found.named = true;
  const auto damaged = [&](const char* name) {
    return core::data_error(fmt::format("{}: {} is damaged, or no result's", path, name));
  };
  if (!dataset || !is_stored(dataset.get())) throw damaged("/segments/name");
  for (const auto& name : read_strings(dataset.get())) {
    found.ids.push_back(static_cast<std::int64_t>(found.ids.size()));
    append_csv(found.names.emplace_back(), name);
  }
  if (H5Lexists(file, "/segments/id", link_access(false).get()) <= 0) return;
  const auto id = dataset_handle(H5Dopen2(file, "/segments/id", link_access(false).get()));
  if (!id || !is_stored(id.get())) throw damaged("/segments/id");
  const auto space = space_handle(H5Dget_space(id.get()));
  const auto count = H5Sget_simple_extent_npoints(space.get());
  if (count != static_cast<hssize_t>(found.ids.size())) {
    throw core::data_error(
        fmt::format("{}: /segments/id has {} rows, /segments/name has {}", path, count, found.ids.size()));
  }
  const bool integers = H5Tget_class(type_handle(H5Dget_type(id.get())).get()) == H5T_INTEGER;
  if (!integers || H5Dread(id.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, found.ids.data()) < 0)
    throw damaged("/segments/id");
  if (std::set<std::int64_t>(found.ids.begin(), found.ids.end()).size() != found.ids.size())
    throw damaged("/segments/id");
}

/// Looks at the result file on one rank. Throws a data error, or an environment error where it can't be read.
Found inspect_result(const std::string& path) {
  const Fence fence(path);
  require_readable(path, "a result");
  if (std::filesystem::is_directory(path)) throw core::data_error(fmt::format("{}: is a folder", path));
  if (H5Fis_hdf5(path.c_str()) <= 0) throw core::data_error(fmt::format("{}: not an HDF5 file", path));
  const auto file = file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file) throw open_error(path, "damaged or truncated");
  if (H5Lexists(file.get(), group, link_access(false).get()) <= 0) {
    throw core::data_error(fmt::format("{}: there is no {}: not a result file", path, group));
  }
  Found found;
  found.assignments = inspect_table({path}, group);
  if (found.assignments.layout != Layout::columns) {
    throw core::data_error(fmt::format("{}: {} is not a group of columns: not a result file", path, group));
  }
  read_names(file.get(), path, found);
  return found;
}

}  // namespace

AssignmentLines::AssignmentLines(const comm::Communicator& world, const std::string& path) : world_(world) {
  const auto found = comm::run_on_root(world_, [&] { return inspect_result(path); });
  rows_ = found.assignments.rows();
  named_ = found.named;
  for (std::size_t i = 0; i < found.ids.size(); ++i) names_.emplace(found.ids[i], found.names[i]);
  comm::run_on_all_ranks(world_, [&] {
    const auto access = property_handle(comm::parallel_file_access(world_));
    file_ = file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
    if (!file_) {
      throw core::environment_error(fmt::format("{}: can't be opened: {}", path, last_hdf5_error()));
    }
    if (file_state(path) != found.assignments.files.front().state) throw changed_since_read(path);
  });
  for (const char* name : {"customer_id", "segment", "distance", "runner_up", "margin"}) {
    require_column(found.assignments, name, "export");
    comm::run_on_all_ranks(
        world_, [&] { columns_.emplace_back(file_.get(), path, fmt::format("{}/{}", group, name)); });
  }
  if (!columns_[1].is_integer()) {
    throw core::data_error(fmt::format("{}: {}/segment holds no integers", path, group));
  }
  const auto widest = columns_.front().bytes_per_row();
  block_rows_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(block_bytes / widest), 1, most_block_rows);
  comm::run_on_all_ranks(world_, [&] {
    for (auto& column : columns_) column.reserve(static_cast<std::size_t>(std::min(block_rows_, rows_)));
  });
}

std::string AssignmentLines::header() const {
  return named_ ? "customer_id,segment,name,distance,runner_up,margin\n"
                : "customer_id,segment,distance,runner_up,margin\n";
}

void AssignmentLines::format(std::int64_t first, std::int64_t count, std::string& text) {
  for (auto& column : columns_) {
    comm::run_on_all_ranks(world_, [&] { column.read(first, static_cast<std::size_t>(count)); });
  }
  comm::run_on_all_ranks(world_, [&] {
    text.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) append_line(text, i);
  });
}

void AssignmentLines::append_line(std::string& text, std::size_t i) const {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (c > 0) text += ',';
    columns_[c].append_cell(text, i);
    if (c == 1 && named_) {
      text += ',';
      if (const auto name = names_.find(columns_[c].integer(i)); name != names_.end()) text += name->second;
    }
  }
  text += '\n';
}

}  // namespace psychograph::io

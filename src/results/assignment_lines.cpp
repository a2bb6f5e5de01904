#include "results/assignment_lines.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/input_file.hpp"
#include "io/inspect.hpp"
#include "io/table.hpp"
#include "results/layout.hpp"

namespace psychograph::results {
namespace {

constexpr std::int64_t most_block_rows = std::int64_t{1} << 17;
constexpr std::size_t block_bytes = std::size_t{16} << 20;  // bounds the memory where ids are long

/// What one rank finds out about the result file, and all know.
struct Found {
  io::Table assignments;
  bool named = false;              ///< whether segments have names
  std::vector<std::int64_t> ids;   ///< of the segments
  std::vector<std::string> names;  ///< as CSV cells
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& assignments& named& ids& names;
  }
};

/// The segments' names, where the file has them; their ids, where it doesn't say, are 0, 1, 2, ...
void read_names(const io::InputFile& file, Found& found) {
  if (!file.has(layout::segment_name)) return;
  found.named = true;
  for (const auto& name : file.strings(layout::segment_name)) {
    found.ids.push_back(static_cast<std::int64_t>(found.ids.size()));
    io::append_csv(found.names.emplace_back(), name);
  }
  if (!file.has(layout::segment_id)) return;
  auto ids = file.values<std::int64_t>(layout::segment_id);
  if (ids.size() != found.ids.size()) {
    throw core::data_error(fmt::format("{}: {} has {} rows, {} has {}", file.path(), layout::segment_id,
                                       ids.size(), layout::segment_name, found.ids.size()));
  }
  if (std::set<std::int64_t>(ids.begin(), ids.end()).size() != ids.size()) file.fail(layout::segment_id);
  found.ids = std::move(ids);
}

/// Looks at the result file on one rank. Throws a data error, or an environment error where it can't be read.
Found inspect_result(const std::string& path) {
  const io::Fence fence(path);
  const io::InputFile file(path, "result file");
  if (!file.has(layout::assignments))
    throw core::data_error(fmt::format("{}: there is no {}: not a result file", path, layout::assignments));
  Found found;
  found.assignments = io::inspect_table({path}, layout::assignments);
  if (found.assignments.layout != io::Layout::columns) {
    throw core::data_error(
        fmt::format("{}: {} is not a group of columns: not a result file", path, layout::assignments));
  }
  read_names(file, found);
  return found;
}

}  // namespace

AssignmentLines::AssignmentLines(const comm::Communicator& world, const std::string& path) : world_(world) {
  const auto found = comm::run_on_root(world_, [&] { return inspect_result(path); });
  rows_ = found.assignments.rows();
  named_ = found.named;
  for (std::size_t i = 0; i < found.ids.size(); ++i) names_.emplace(found.ids[i], found.names[i]);
  comm::run_on_all_ranks(world_, [&] {
    const auto access = io::property_handle(comm::parallel_file_access(world_));
    file_ = io::file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
    if (!file_) {
      throw core::environment_error(fmt::format("{}: can't be opened: {}", path, io::last_hdf5_error()));
    }
    if (io::file_state(path) != found.assignments.files.front().state) throw io::changed_since_read(path);
  });
  for (const std::string name : layout::assignment_columns) {
    io::require_column(found.assignments, std::string(layout::leaf(name)), "export");
    comm::run_on_all_ranks(world_, [&] { columns_.emplace_back(file_.get(), path, name); });
  }
  if (!columns_[1].is_integer())
    throw core::data_error(fmt::format("{}: {} holds no integers", path, layout::segment));
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

}  // namespace psychograph::results

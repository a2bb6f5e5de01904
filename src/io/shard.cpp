#include "io/shard.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <new>

#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"

namespace psychograph::io {
namespace {

/// Large enough that a read costs its bytes and not its call.
constexpr std::int64_t block_bytes = std::int64_t{8} << 20;

std::int64_t snap_to_chunk(const Table& table, std::int64_t edge, std::int64_t share) {
  if (edge <= 0 || edge >= table.rows()) return edge;
  const auto place = place_of(table, edge);
  const auto& file = table.files[place.file];
  if (file.chunk_rows * 4 > share) return edge;  // whole chunks would make the shards uneven
  const auto snapped =
      std::min((place.row + file.chunk_rows / 2) / file.chunk_rows * file.chunk_rows, file.rows);
  return edge - place.row + snapped;
}

/// Rows a block: about block_bytes, and whole chunks.
std::int64_t block_rows(std::int64_t bytes_per_row, std::int64_t chunk_rows) {
  const auto rows = std::max<std::int64_t>(1, block_bytes / std::max<std::int64_t>(1, bytes_per_row));
  return (rows + chunk_rows - 1) / chunk_rows * chunk_rows;
}

}  // namespace

std::vector<std::int64_t> shard_edges(const Table& table, int size) {
  const auto n = table.rows();
  std::vector<std::int64_t> edges;
  for (int rank = 0; rank < size; ++rank) {
    edges.push_back(snap_to_chunk(table, comm::local_range(n, rank, size).begin, n / size));
  }
  edges.push_back(n);
  return edges;
}

std::byte* PageBuffer::at_least(std::size_t bytes) {
  if (bytes > size_) {
    memory_.reset();
    size_ = (bytes + page - 1) / page * page;
    memory_.reset(static_cast<std::byte*>(std::aligned_alloc(page, size_)));
    if (!memory_) {
      size_ = 0;
      throw std::bad_alloc();
    }
  }
  return memory_.get();
}

/// One dataset, its rows read block after block by all ranks of a group.
struct Shard::Reading {
  Reading(const Shard& shard, Handle opened, const Part& part)
      : dataset(std::move(opened)), part(part), buffer(shard.buffer_), seconds(shard.seconds_reading_) {
    type = type_handle(H5Dget_type(dataset.get()));
    space = space_handle(H5Dget_space(dataset.get()));
    variable = H5Tdetect_class(type.get(), H5T_STRING) > 0 && has_variable_part();
    transfer = property_handle(comm::parallel_transfer(!variable));
  }

  [[nodiscard]] bool has_variable_part() const {
    if (H5Tget_class(type.get()) != H5T_COMPOUND) return H5Tis_variable_str(type.get()) > 0;
    for (unsigned i = 0; i < static_cast<unsigned>(H5Tget_nmembers(type.get())); ++i) {
      const auto member = type_handle(H5Tget_member_type(type.get(), i));
      if (H5Tget_class(member.get()) == H5T_STRING && H5Tis_variable_str(member.get()) > 0) return true;
    }
    return false;
  }

  /// Reads file rows [begin, begin + count) of columns [column, column + width) into `buffer`; count may be
  /// 0.
  [[nodiscard]] herr_t read(std::int64_t begin, std::int64_t count, hsize_t column, hsize_t width,
                            void* buffer) const {
    const bool matrix = H5Sget_simple_extent_ndims(space.get()) == 2;
    const hsize_t start[2] = {static_cast<hsize_t>(begin), column};
    const hsize_t extent[2] = {static_cast<hsize_t>(count), width};
    const hsize_t cells = matrix ? extent[0] * width : extent[0];
    auto memory = space_handle(H5Screate_simple(1, &cells, nullptr));
    if (count == 0) {
      H5Sselect_none(space.get());
      H5Sselect_none(memory.get());
    } else {
      H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
    }
    const core::Stopwatch watch;
    const auto status = H5Dread(dataset.get(), type.get(), memory.get(), space.get(), transfer.get(), buffer);
    seconds += watch.seconds();
    if (status < 0) reason = last_hdf5_error();  // the next call into HDF5 forgets it
    return status;
  }

  void reclaim(std::int64_t count, void* buffer) const {
    if (!variable || count == 0) return;
    const auto cells = static_cast<hsize_t>(count);
    const auto memory = space_handle(H5Screate_simple(1, &cells, nullptr));
    H5Dvlen_reclaim(type.get(), memory.get(), H5P_DEFAULT, buffer);
  }

  /// Reads all of the rank's rows and hands each block's bytes to `show(first, count, bytes)`. Reading goes
  /// on to the end whatever fails here, for the other ranks' sake; the first failure is thrown at the end.
  template <class Show>
  void for_each_block(std::int64_t bytes_per_row, std::int64_t chunk_rows, hsize_t column, hsize_t width,
                      const std::string& name, Show show) {
    const auto rows = block_rows(bytes_per_row, chunk_rows);
    const auto most = std::min(rows, part.most_rows);
    auto* const bytes = buffer.at_least(static_cast<std::size_t>(most * bytes_per_row));
    std::exception_ptr failure;
    for (std::int64_t done = 0; done < part.most_rows; done += rows) {
      const auto begin = std::min(part.rows.begin + done, part.rows.end);
      const auto count = std::min(rows, part.rows.end - begin);
      const auto status = read(begin, count, column, width, bytes);
      if (failure) continue;
      try {
        if (status < 0) {
          throw core::data_error(
              fmt::format("{}: can't read rows {} to {}: {}", name, begin, begin + count - 1, reason));
        }
        if (count > 0)
          show(part.local_first + begin - part.rows.begin, static_cast<std::size_t>(count), bytes);
      } catch (...) {
        failure = std::current_exception();
      }
      if (status >= 0) reclaim(count, bytes);
    }
    if (failure) std::rethrow_exception(failure);
  }

  Handle dataset;
  Handle type;
  Handle space;
  Handle transfer;
  bool variable = false;
  const Part& part;
  PageBuffer& buffer;
  mutable std::string reason;
  double& seconds;
};

Shard::Shard(const comm::Communicator& world, Table table) : world_(world), table_(std::move(table)) {
  const auto edges = shard_edges(table_, world.size());
  const auto rank = static_cast<std::size_t>(world.rank());
  rows_ = {edges[rank], edges[rank + 1]};
  std::int64_t file_begin = 0;
  for (std::size_t f = 0; f < table_.files.size(); ++f) {
    const core::RowRange file_rows{file_begin, file_begin + table_.files[f].rows};
    file_begin = file_rows.end;
    const auto mine = core::intersection(rows_, file_rows);
    auto group = comm::subgroup(world, !mine.empty());
    if (mine.empty()) continue;
    std::int64_t most = 0;
    for (std::size_t r = 0; r + 1 < edges.size(); ++r) {
      most = std::max(most, core::intersection({edges[r], edges[r + 1]}, file_rows).size());
    }
    files_.push_back(
        {f,
         std::move(group),
         Handle(),
         {{mine.begin - file_rows.begin, mine.end - file_rows.begin}, mine.begin - rows_.begin, most}});
  }
  comm::run_on_all_ranks(world, [&] {
    std::string failed;
    for (auto& file : files_) {
      const auto access = property_handle(comm::parallel_file_access(file.group));
      file.file = file_handle(H5Fopen(table_.files[file.index].path.c_str(), H5F_ACC_RDONLY, access.get()));
      if (!file.file && failed.empty())
        failed = fmt::format("{}: can't be opened: {}", table_.files[file.index].path, last_hdf5_error());
    }
    if (!failed.empty()) throw core::environment_error(failed);
  });
}

void Shard::read(std::span<const std::size_t> columns, const Visit& visit) const {
  read(columns, 0, table_.rows(), visit);
}

void Shard::read(std::span<const std::size_t> columns, std::int64_t first, std::int64_t count,
                 const Visit& visit) const {
  comm::run_on_all_ranks(world_, [&] {
    std::exception_ptr failure;
    for (const auto& file : files_) {
      const auto begin = file.part.local_first;
      const auto local = core::intersection({begin, begin + file.part.rows.size()}, {first, first + count});
      const auto in_file = file.part.rows.begin - begin;
      const Part part{
          {in_file + local.begin, in_file + local.end}, local.begin, std::min(count, file.part.most_rows)};
      try {
        if (table_.layout == Layout::columns) {
          read_columns_layout(file, part, columns, visit);
        } else {
          read_whole_rows(file, part, columns, visit);
        }
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
  });
}

void Shard::read_columns_layout(const OpenFile& file, const Part& part, std::span<const std::size_t> columns,
                                const Visit& visit) const {
  std::exception_ptr failure;
  for (const auto c : columns) {
    const auto& column = table_.columns[c];
    const auto path = table_.name + "/" + column.name + (column.type == ColumnType::coded ? "/codes" : "");
    Reading reading(*this, dataset_handle(H5Dopen2(file.file.get(), path.c_str(), H5P_DEFAULT)), part);
    const auto element = element_type(reading.type.get());
    try {
      reading.for_each_block(static_cast<std::int64_t>(element.size), table_.files[file.index].chunk_rows, 0,
                             1, fmt::format("{}: column \"{}\"", table_.files[file.index].path, column.name),
                             [&](std::int64_t first, std::size_t count, const std::byte* data) {
                               if (!failure)
                                 visit({c, file.index, first, count, data, element.size, &element});
                             });
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// A matrix or records: whole rows are read, and each column is seen with the row's stride.
void Shard::read_whole_rows(const OpenFile& file, const Part& part, std::span<const std::size_t> columns,
                            const Visit& visit) const {
  auto object = object_handle(H5Oopen(file.file.get(), table_.name.c_str(), H5P_DEFAULT));
  if (H5Iget_type(object.get()) == H5I_GROUP)
    object = object_handle(H5Oopen(object.get(), "table", H5P_DEFAULT));
  // The column order within the file need not be that of Table::columns.
  std::vector<std::string> names;
  if (table_.layout == Layout::matrix) names = read_string_attribute(object.get(), "columns");
  Reading reading(*this, std::move(object), part);

  const bool matrix = table_.layout == Layout::matrix;
  const auto cell = H5Tget_size(reading.type.get());
  std::vector<ElementType> types;
  std::vector<std::size_t> offsets;
  for (const auto c : columns) {
    const auto& name = table_.columns[c].name;
    if (matrix) {
      types.push_back(element_type(reading.type.get()));
      offsets.push_back(
          static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()) * cell);
    } else {
      const auto member = static_cast<unsigned>(H5Tget_member_index(reading.type.get(), name.c_str()));
      const auto type = type_handle(H5Tget_member_type(reading.type.get(), member));
      types.push_back(element_type(type.get()));
      offsets.push_back(H5Tget_member_offset(reading.type.get(), member));
    }
  }
  const auto stride = matrix ? names.size() * cell : cell;
  reading.for_each_block(
      static_cast<std::int64_t>(stride), table_.files[file.index].chunk_rows, 0, names.size(),
      fmt::format("{}: {}", table_.files[file.index].path, table_.name),
      [&](std::int64_t first, std::size_t count, const std::byte* data) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
          visit({columns[i], file.index, first, count, data + offsets[i], stride, &types[i]});
        }
      });
}

}  // namespace psychograph::io

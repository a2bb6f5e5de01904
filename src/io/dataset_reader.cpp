#include "io/dataset_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <new>

#include "comm/hdf5_access.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"
#include "io/fence.hpp"
#include "io/stored_column.hpp"

namespace psychograph::io {
namespace {

/// Large enough that a read costs its bytes and not its call, small enough to be in cache still when it is
/// looked at: a quarter faster than 8 MiB.
constexpr std::int64_t block_bytes = std::int64_t{1} << 20;
/// Whole chunks are read, but no more than this: MPI-IO below HDF5 counts bytes in an int.
constexpr std::int64_t most_bytes = std::int64_t{1} << 30U;

/// Whether reading makes HDF5 allocate memory for cells: strings and lists of variable length.
bool has_variable_cells(hid_t type) {
  if (H5Tis_variable_str(type) > 0 || H5Tdetect_class(type, H5T_VLEN) > 0) return true;
  if (H5Tget_class(type) != H5T_COMPOUND) return false;
  for (unsigned i = 0; i < static_cast<unsigned>(std::max(0, H5Tget_nmembers(type))); ++i) {
    if (has_variable_cells(type_handle(H5Tget_member_type(type, i)).get())) return true;
  }
  return false;
}

}  // namespace

std::byte* PageBuffer::at_least(std::size_t bytes) {
  const auto pages = (bytes + sizeof(Page) - 1) / sizeof(Page);
  if (pages > pages_.size()) {
    pages_.clear();
    pages_.shrink_to_fit();
    pages_.resize(pages);
  }
  return reinterpret_cast<std::byte*>(pages_.data());
}

DatasetReader::DatasetReader(Handle dataset, std::string name, Rows shape)
    : dataset_(std::move(dataset)),
      name_(std::move(name)),
      type_(type_handle(H5Dget_type(dataset_.get()))),
      space_(space_handle(H5Dget_space(dataset_.get()))) {
  const auto dims = dimensions(space_.get());
  const auto axis = shape == Rows::of_one_cell ? rows_axis(dims)
                    : dims.size() == 2         ? std::optional<std::size_t>(0)
                                               : std::nullopt;
  if (!axis) return;
  rows_axis_ = *axis;
  rows_ = static_cast<std::int64_t>(dims[rows_axis_]);
  width_ = shape == Rows::across ? dims[1] : 1;
  row_bytes_ = width_ * H5Tget_size(type_.get());
  variable_ = has_variable_cells(type_.get());
}

void DatasetReader::read(core::RowRange rows, std::int64_t chunk_rows, PageBuffer& buffer, double& seconds,
                         const Show& show) const {
  const auto bytes_per_row = static_cast<std::int64_t>(std::max<std::size_t>(1, row_bytes_));
  const auto chunks = (std::max<std::int64_t>(1, block_bytes / bytes_per_row) + chunk_rows - 1) / chunk_rows;
  const auto size = std::min(chunks * chunk_rows, std::max<std::int64_t>(1, most_bytes / bytes_per_row));
  for (auto begin = rows.begin; begin < rows.end;) {
    const core::RowRange block{begin, std::min(rows.end, (begin / size + 1) * size)};
    auto* const bytes = buffer.at_least(static_cast<std::size_t>(std::min(size, rows.size())) * row_bytes_);
    read_block(block, bytes, seconds);
    try {
      show(block.begin, static_cast<std::size_t>(block.size()), bytes);
    } catch (...) {
      reclaim(block, bytes);
      throw;
    }
    reclaim(block, bytes);
    begin = block.end;
  }
}

Handle DatasetReader::memory_space(core::RowRange rows) const {
  const auto cells = static_cast<hsize_t>(rows.size()) * width_;
  return space_handle(H5Screate_simple(1, &cells, nullptr));
}

void DatasetReader::read_block(core::RowRange rows, std::byte* bytes, double& seconds) const {
  hsize_t start[2] = {0, 0};
  hsize_t extent[2] = {1, width_};
  start[rows_axis_] = static_cast<hsize_t>(rows.begin);
  extent[rows_axis_] = static_cast<hsize_t>(rows.size());
  const auto memory = memory_space(rows);
  const auto transfer = property_handle(comm::parallel_transfer(false));
  H5Sselect_hyperslab(space_.get(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
  // A slow processor reads a megabyte of any compression in less than a second.
  const Fence fence(name_, 20 + static_cast<double>(rows.size()) * static_cast<double>(row_bytes_) / 1e6);
  const core::Stopwatch watch;
  const auto status = H5Dread(dataset_.get(), type_.get(), memory.get(), space_.get(), transfer.get(), bytes);
  seconds += watch.seconds();
  if (status >= 0) return;
  throw core::data_error(
      fmt::format("{}: can't read rows {} to {}: {}", name_, rows.begin, rows.end - 1, last_hdf5_error()));
}

void DatasetReader::reclaim(core::RowRange rows, std::byte* bytes) const {
  if (variable_) H5Dvlen_reclaim(type_.get(), memory_space(rows).get(), H5P_DEFAULT, bytes);
}

}  // namespace psychograph::io

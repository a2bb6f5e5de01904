#include "io/output_file.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/disk_space.hpp"

namespace psychograph::io {
namespace {

/// What HDF5 writes beside the data: at most so much for each object or attribute, and in steps of so much.
constexpr std::int64_t object_bytes = 4096;
constexpr std::int64_t header_bytes = std::int64_t{64} << 10;

/// Set once a write has failed within HDF5: its library can then neither close the file nor shut down.
bool abandoned = false;  // NOLINT: HDF5's own state is global

}  // namespace

bool hdf5_is_abandoned() { return abandoned; }

void abandon_hdf5() { abandoned = true; }

OutputFile::OutputFile(const comm::Communicator& world, const std::string& path, std::int64_t piece_bytes)
    : world_(world), path_(path), piece_bytes_(piece_bytes) {
  try {
    // Made before MPI-IO opens it: the system's own reason says more than MPI-IO's.
    const auto partial = comm::run_on_root(world_, [&] {
      require_replaceable(path_);
      return partial_.emplace(path_).name();
    });
    reserve(0);
    const auto access = property_handle(comm::parallel_file_access(world_));
    file_ = file_handle(H5Fcreate(partial.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()));
    agree(static_cast<bool>(file_), "can't be created");
    reserved_ = 0;  // creating the file has cut it to nothing
    reserve(header_bytes);
  } catch (...) {
    discard();
    throw;
  }
}

OutputFile::~OutputFile() {
  if (!committed_) discard();
}

void OutputFile::discard() {
  if (abandoned) {
    for (auto& [name, dataset] : datasets_) dataset.release();
    file_.release();
  }
  datasets_.clear();
  file_.reset();
  partial_.reset();
}

void OutputFile::reserve(std::int64_t bytes) {
  used_ += bytes + object_bytes;
  if (used_ <= reserved_) return;
  const auto promised = std::exchange(reserved_, used_ + header_bytes);
  comm::run_on_root(world_, [&] { set_aside(path_, partial_->get(), promised, reserved_); });
}

void OutputFile::agree(bool succeeded, const std::string& action) const {
  const auto reason = succeeded ? std::string() : last_hdf5_error();
  try {
    comm::run_on_all_ranks(world_, [&] {
      if (!succeeded) throw core::environment_error(fmt::format("{}: {}: {}", path_, action, reason));
    });
  } catch (const core::Error& error) {
    abandoned = abandoned || error.code() != core::ExitCode::stopped;
    throw;
  }
}

void OutputFile::create_group(const std::string& name) {
  if (H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0) return;
  const auto links = property_handle(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  reserve(0);
  const auto group =
      group_handle(H5Gcreate2(file_.get(), name.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
  agree(static_cast<bool>(group), fmt::format("can't create {}", name));
}

void OutputFile::create(const std::string& name, hid_t type, const std::vector<std::int64_t>& dims) {
  const std::vector<hsize_t> extent(dims.begin(), dims.end());
  const auto cells = std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
  reserve(cells * static_cast<std::int64_t>(H5Tget_size(type)));
  const auto space =
      dims.empty() ? space_handle(H5Screate(H5S_SCALAR))
                   : space_handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
  const auto links = property_handle(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  const auto creation = property_handle(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(creation.get(), false);
  auto dataset = dataset_handle(
      H5Dcreate2(file_.get(), name.c_str(), type, space.get(), links.get(), creation.get(), H5P_DEFAULT));
  agree(static_cast<bool>(dataset), fmt::format("can't create {}", name));
  datasets_[name] = std::move(dataset);
}

bool OutputFile::write_pieces(hid_t dataset, std::int64_t first, std::int64_t count,
                              const std::byte* data) const {
  const auto type = type_handle(H5Dget_type(dataset));
  const auto file_space = space_handle(H5Dget_space(dataset));
  // Not a collective transfer: ranks' rows are stretches apart, so that there is nothing to gather, and a
  // rank that waits for the slowest at every block is slowed by whatever else runs on its node.
  const auto transfer = property_handle(comm::parallel_transfer(false));
  auto extent = dimensions(file_space.get());
  if (extent.empty())
    return count == 0 || H5Dwrite(dataset, type.get(), H5S_ALL, H5S_ALL, transfer.get(), data) >= 0;
  const auto row_bytes =
      std::accumulate(extent.begin() + 1, extent.end(), H5Tget_size(type.get()), std::multiplies<>());
  const auto at_once = std::max<std::int64_t>(
      1, piece_bytes_ / static_cast<std::int64_t>(std::max<std::size_t>(1, row_bytes)));
  std::vector<hsize_t> start(extent.size(), 0);
  for (std::int64_t done = 0; done < count; done += at_once) {
    const std::int64_t row = first + done;
    start[0] = static_cast<hsize_t>(row);
    extent[0] = static_cast<hsize_t>(std::min(at_once, count - done));
    const auto memory =
        space_handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
    H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
    if (H5Dwrite(dataset, type.get(), memory.get(), file_space.get(), transfer.get(),
                 data + static_cast<std::size_t>(done) * row_bytes) < 0)
      return false;
  }
  return true;
}

void OutputFile::write_block(const std::string& name, std::int64_t first, std::int64_t count,
                             const void* data) {
  const bool written =
      write_pieces(datasets_.at(name).get(), first, count, static_cast<const std::byte*>(data));
  agree(written, fmt::format("can't write {}", name));
}

void OutputFile::read_rows(const std::string& name, std::int64_t first, std::int64_t count, hid_t type,
                           void* data) const {
  if (count == 0) return;
  const auto dataset = datasets_.at(name).get();
  const auto file_space = space_handle(H5Dget_space(dataset));
  const auto start = static_cast<hsize_t>(first);
  const auto rows = static_cast<hsize_t>(count);
  const auto memory_space = space_handle(H5Screate_simple(1, &rows, nullptr));
  if (H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, &start, nullptr, &rows, nullptr) < 0 ||
      H5Dread(dataset, type, memory_space.get(), file_space.get(), H5P_DEFAULT, data) < 0)
    throw core::environment_error(fmt::format("{}: can't read {} again: {}", path_, name, last_hdf5_error()));
}

void OutputFile::read_block(const std::string& name, std::int64_t first, std::int64_t count,
                            void* data) const {
  const auto type = type_handle(H5Dget_type(datasets_.at(name).get()));
  read_rows(name, first, count, type.get(), data);
}

std::string OutputFile::cell_text(const std::string& name, std::int64_t row) const {
  const auto type = type_handle(H5Dget_type(datasets_.at(name).get()));
  const auto as = [&](auto value, hid_t native) {
    read_rows(name, row, 1, native, &value);
    return fmt::format("{}", value);
  };
  switch (H5Tget_class(type.get())) {
    case H5T_STRING: {
      std::string bytes(H5Tget_size(type.get()), '\0');
      read_rows(name, row, 1, type.get(), bytes.data());
      return bytes.substr(0, bytes.find('\0'));
    }
    case H5T_FLOAT:
      return as(double{}, H5T_NATIVE_DOUBLE);
    default:
      return H5Tget_sign(type.get()) == H5T_SGN_NONE ? as(std::uint64_t{}, H5T_NATIVE_UINT64)
                                                     : as(std::int64_t{}, H5T_NATIVE_INT64);
  }
}

void OutputFile::write_whole(const std::string& name, hid_t type, const std::vector<std::int64_t>& dims,
                             const void* data) {
  create(name, type, dims);
  const auto rows = dims.empty() ? 1 : dims.front();
  write_block(name, 0, world_.rank() == 0 ? rows : 0, data);
}

void OutputFile::write_strings(const std::string& name, const std::vector<std::string>& values) {
  std::size_t longest = 1;
  for (const auto& value : values) longest = std::max(longest, value.size());
  std::string bytes(values.size() * longest, '\0');
  for (std::size_t i = 0; i < values.size(); ++i)
    std::copy(values[i].begin(), values[i].end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * longest));
  write_whole(name, string_type(longest).get(), {static_cast<std::int64_t>(values.size())}, bytes.data());
}

void OutputFile::write_text(const std::string& name, const std::string& value) {
  std::string bytes = value.empty() ? std::string(1, '\0') : value;
  write_whole(name, string_type(bytes.size()).get(), {}, bytes.data());
}

void OutputFile::write_attribute(const std::string& object, const char* name, hid_t type, hid_t space,
                                 const void* value) {
  reserve(static_cast<std::int64_t>(H5Tget_size(type)) * H5Sget_simple_extent_npoints(space));
  const auto owner = object_handle(H5Oopen(file_.get(), object.c_str(), H5P_DEFAULT));
  const auto attribute =
      attribute_handle(H5Acreate2(owner.get(), name, type, space, H5P_DEFAULT, H5P_DEFAULT));
  const bool written = attribute && H5Awrite(attribute.get(), type, value) >= 0;
  agree(written, fmt::format("can't write the attribute {} of {}", name, object));
}

void OutputFile::set_attribute(const std::string& object, const char* name, std::int64_t value) {
  write_attribute(object, name, H5T_NATIVE_INT64, space_handle(H5Screate(H5S_SCALAR)).get(), &value);
}
void OutputFile::set_attribute(const std::string& object, const char* name, double value) {
  write_attribute(object, name, H5T_NATIVE_DOUBLE, space_handle(H5Screate(H5S_SCALAR)).get(), &value);
}
void OutputFile::set_attribute(const std::string& object, const char* name, const std::string& value) {
  const std::string bytes = value.empty() ? std::string(1, '\0') : value;
  write_attribute(object, name, string_type(bytes.size()).get(), space_handle(H5Screate(H5S_SCALAR)).get(),
                  bytes.data());
}
void OutputFile::set_attribute(const std::string& object, const char* name, std::span<const double> values) {
  const hsize_t count = values.size();
  write_attribute(object, name, H5T_NATIVE_DOUBLE, space_handle(H5Screate_simple(1, &count, nullptr)).get(),
                  values.data());
}

void OutputFile::set_attribute(const std::string& object, const char* name, hid_t type,
                               const std::vector<std::int64_t>& dims, const void* value) {
  const std::vector<hsize_t> extent(dims.begin(), dims.end());
  const auto space =
      dims.empty() ? space_handle(H5Screate(H5S_SCALAR))
                   : space_handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
  write_attribute(object, name, type, space.get(), value);
}

void OutputFile::commit(const std::function<void()>& may_replace) {
  agree(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0, "can't be written");
  datasets_.clear();
  agree(file_.reset() >= 0, "can't be closed");
  comm::run_on_root(world_, [&] {
    if (may_replace) may_replace();
    partial_->put_in_place();
  });
  committed_ = true;
}

}  // namespace psychograph::io

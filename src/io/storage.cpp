#include "io/storage.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "io/links.hpp"

namespace psychograph::io {
namespace {

std::uintmax_t file_bytes(const std::string& path) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(path, failed);
  return failed ? 0 : bytes;
}

/// Where HDF5 looks for a file of raw data.
std::string raw_path(hid_t dataset, const std::string& name) {
  const char* prefix = std::getenv("HDF5_EXTFILE_PREFIX");
  if (prefix == nullptr || *prefix == '\0' || name.starts_with('/')) return name;
  constexpr std::string_view origin = "${ORIGIN}";
  std::string folder = prefix;
  if (folder.starts_with(origin)) {
    const auto own = std::filesystem::path(file_of(dataset)).parent_path().string();
    folder = (own.empty() ? "." : own) + folder.substr(origin.size());
  }
  return folder + "/" + name;
}

/// Fewer bytes in the raw files than the cells take.
void look_outside(hid_t dataset, hid_t creation, double wanted, bool allowed, Storage& storage) {
  double stored = 0;
  const int count = H5Pget_external_count(creation);
  for (int i = 0; i < count; ++i) {
    std::vector<char> name(4096, '\0');
    off_t offset = 0;
    hsize_t bytes = 0;
    if (H5Pget_external(creation, static_cast<unsigned>(i), name.size() - 1, name.data(), &offset, &bytes) <
        0)
      return;
    const auto path = raw_path(dataset, name.data());
    if (!allowed) {
      storage.fault = fmt::format("is stored outside, in {}: {}", path, allow_external);
      return;
    }
    const auto there = static_cast<double>(file_bytes(path)) - static_cast<double>(offset);
    const auto part = std::min(bytes == H5F_UNLIMITED ? wanted : static_cast<double>(bytes), wanted - stored);
    if (there < part) {
      storage.fault =
          fmt::format("is stored in {}, which is missing or cut off: {:.0f} bytes of {:.0f} are there", path,
                      std::max(there, 0.0), part);
      return;
    }
    stored += part;
    storage.files.push_back(path);
  }
  if (stored < wanted)
    storage.fault = fmt::format("has {:.0f} bytes in files of raw data, and takes {:.0f}", stored, wanted);
}

/// Who sets one means it for the cells that are not written; HDF5's own is 0.
bool has_own_fill_value(hid_t creation) {
  H5D_fill_value_t fill = H5D_FILL_VALUE_DEFAULT;
  return H5Pfill_value_defined(creation, &fill) >= 0 && fill == H5D_FILL_VALUE_USER_DEFINED;
}

void look_at_chunks(hid_t dataset, hid_t creation, hid_t space, Storage& storage) {
  const auto dims = dimensions(space);
  std::vector<hsize_t> chunk(std::max<std::size_t>(dims.size(), 1), 1);
  double wanted = 1;
  if (H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()) < 0) wanted = 0;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const auto along = (dims[d] - 1) / std::max<hsize_t>(chunk[d], 1) + 1;
    wanted *= static_cast<double>(along);
  }
  hsize_t stored = 0;
  if (H5Dget_num_chunks(dataset, space, &stored) < 0) {
    storage.fault = fmt::format("has chunks that can't be found: {}", last_hdf5_error());
    return;
  }
  storage.whole = static_cast<double>(stored) >= wanted;
  if (!storage.whole && !has_own_fill_value(creation))
    storage.fault =
        fmt::format("has {} of its {:.0f} chunks stored: the rest was never written", stored, wanted);
}

void look_at_one_piece(hid_t dataset, hid_t creation, double wanted, Storage& storage) {
  const auto stored = static_cast<double>(H5Dget_storage_size(dataset));
  const auto offset = H5Dget_offset(dataset);
  if (stored < wanted || offset == HADDR_UNDEF) {
    storage.whole = false;
    if (!has_own_fill_value(creation)) storage.fault = "was never written: none of its cells is stored";
  } else if (static_cast<double>(offset) + wanted > static_cast<double>(file_bytes(file_of(dataset)))) {
    storage.fault = "is cut off: its cells would lie behind the end of the file";
  }
}

}  // namespace

Storage storage_of(hid_t dataset, bool external) {
  Storage storage;
  const auto type = type_handle(H5Dget_type(dataset));
  const auto space = space_handle(H5Dget_space(dataset));
  const auto creation = property_handle(H5Dget_create_plist(dataset));
  double wanted = static_cast<double>(H5Tget_size(type.get()));
  for (const auto extent : dimensions(space.get())) wanted *= static_cast<double>(extent);
  if (wanted == 0 || H5Sget_simple_extent_type(space.get()) == H5S_NULL) return storage;
  const auto layout = H5Pget_layout(creation.get());
  if (layout == H5D_VIRTUAL) {
    storage.fault =
        "is a virtual dataset, which ranks can't read together: write its cells into a dataset of their own";
  } else if (layout == H5D_CHUNKED) {
    look_at_chunks(dataset, creation.get(), space.get(), storage);
  } else if (layout == H5D_CONTIGUOUS && H5Pget_external_count(creation.get()) > 0) {
    look_outside(dataset, creation.get(), wanted, external, storage);
  } else if (layout == H5D_CONTIGUOUS) {
    look_at_one_piece(dataset, creation.get(), wanted, storage);
  }
  return storage;
}

bool is_stored(hid_t dataset) {
  constexpr hsize_t densest = 2000;  // gzip makes 1032 bytes of one
  const auto space = space_handle(H5Dget_space(dataset));
  const auto type = type_handle(H5Dget_type(dataset));
  const auto properties = property_handle(H5Dget_create_plist(dataset));
  const auto file = file_handle(H5Iget_file_id(dataset));
  hsize_t file_bytes = 0;
  if (!space || !type || !properties || H5Fget_filesize(file.get(), &file_bytes) < 0) return false;
  if (H5Pget_external_count(properties.get()) > 0 || H5Pget_layout(properties.get()) == H5D_VIRTUAL)
    return false;
  const auto there = std::min<hsize_t>(H5Dget_storage_size(dataset), file_bytes);
  const auto most = H5Pget_nfilters(properties.get()) > 0 ? there * densest : there;
  const auto cells = std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get()));
  return static_cast<hsize_t>(cells) <= most / std::max<std::size_t>(1, H5Tget_size(type.get()));
}

}  // namespace psychograph::io

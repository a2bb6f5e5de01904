#include "io/storage.hpp"

#include <algorithm>

#include "io/hdf5.hpp"

namespace psychograph::io {

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

#include "io/hdf5.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include <cerrno>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/storage.hpp"

namespace psychograph::io {
namespace {

herr_t keep_description(unsigned, const H5E_error2_t* error, void* text) {
  auto& message = *static_cast<std::string*>(text);
  if (error->desc != nullptr && *error->desc != '\0' && message.find(error->desc) == std::string::npos) {
    if (!message.empty()) message += "; ";
    message += std::string_view(error->desc).substr(0, std::string_view(error->desc).find('\n'));
  }
  return message.size() < 300 ? 0 : 1;
}

std::string fixed_text(const char* data, std::size_t size, H5T_str_t padding) {
  std::size_t length = padding == H5T_STR_NULLPAD ? size : strnlen(data, size);
  while (padding == H5T_STR_NULLPAD && length > 0 && data[length - 1] == '\0') --length;
  if (padding == H5T_STR_SPACEPAD) {
    while (length > 0 && data[length - 1] == ' ') --length;
  }
  return {data, length};
}

/// `read(memory type, buffer)` fills the buffer from a dataset or an attribute.
template <class Read>
std::vector<std::string> read_strings_with(hid_t type, hid_t space, Read read) {
  const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  std::vector<std::string> result;
  if (count == 0 || H5Tget_class(type) != H5T_STRING) return result;
  const auto require = [](herr_t status) {
    if (status < 0) throw core::data_error(fmt::format("text can't be read: {}", last_hdf5_error()));
  };
  result.reserve(count);
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count, nullptr);
    require(read(type, pointers.data()));
    for (const char* text : pointers) result.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  } else {
    const auto size = H5Tget_size(type);
    if (size > 0 && count > std::numeric_limits<std::ptrdiff_t>::max() / size)
      throw core::data_error("text can't be read: it declares more bytes than there are addresses");
    std::vector<char> bytes(count * size);
    require(read(type, bytes.data()));
    for (std::size_t i = 0; i < count; ++i) {
      result.push_back(fixed_text(bytes.data() + i * size, size, H5Tget_strpad(type)));
    }
  }
  return result;
}

}  // namespace

void silence_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string last_hdf5_error() {
  std::string message;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_description, &message);
  return message.empty() ? "no reason given" : message;
}

core::Error open_error(const std::string& path, const std::string& complaint) {
  const auto reason = last_hdf5_error();
  if (reason.find("lock file") == std::string::npos)
    return core::data_error(fmt::format("{}: {}: {}", path, complaint, reason));
  return core::environment_error(fmt::format(
      "{}: can't be locked for reading: another program is writing it, or the file system has no locks (then "
      "set HDF5_USE_FILE_LOCKING=FALSE): {}",
      path, reason));
}

void require_readable(const std::string& path, const std::string& wanted_by) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    throw core::environment_error(
        fmt::format("{}: is a pipe or a device, and no plain file ({})", path, wanted_by));
  if (::access(path.c_str(), R_OK) == 0) {
    if (S_ISDIR(status.st_mode)) throw core::data_error(fmt::format("{}: is a folder ({})", path, wanted_by));
    return;
  }
  const int reason = errno;
  const auto message = fmt::format("{}: {} ({})", path, std::strerror(reason), wanted_by);
  throw reason == ENOENT ? core::data_error(message) : core::environment_error(message);
}

std::string file_of(hid_t object) {
  const auto length = static_cast<std::size_t>(std::max<ssize_t>(H5Fget_name(object, nullptr, 0), 0));
  std::string name(length + 1, '\0');
  H5Fget_name(object, name.data(), name.size());
  name.resize(length);
  return name;
}

std::vector<hsize_t> dimensions(hid_t space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return dims;
}

std::string shape_text(const std::vector<hsize_t>& dims) { return fmt::format("{}", fmt::join(dims, " x ")); }

std::vector<std::string> read_strings(hid_t dataset) {
  const auto type = type_handle(H5Dget_type(dataset));
  const auto space = space_handle(H5Dget_space(dataset));
  const auto storage = storage_of(dataset, false);
  if (!storage.fault.empty()) throw core::data_error(fmt::format("text that {}", storage.fault));
  return read_strings_with(type.get(), space.get(), [&](hid_t memory, void* buffer) {
    return H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
  });
}

std::vector<std::string> read_string_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return {};
  const auto attribute = attribute_handle(H5Aopen(object, name, H5P_DEFAULT));
  const auto type = type_handle(H5Aget_type(attribute.get()));
  const auto space = space_handle(H5Aget_space(attribute.get()));
  return read_strings_with(type.get(), space.get(), [&](hid_t memory, void* buffer) {
    return H5Aread(attribute.get(), memory, buffer);
  });
}

Handle string_type(std::size_t length) {
  auto type = type_handle(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), std::max<std::size_t>(length, 1));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

}  // namespace psychograph::io

// A small table in a file of its own, which all ranks open.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include <unistd.h>

#include "comm/all_reduce.hpp"
#include "io/hdf5.hpp"
#include "io/inspect.hpp"

namespace psychograph::io {

template <class T>
hid_t stored_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_NATIVE_UINT64;
  return H5T_NATIVE_INT64;
}

inline void write_cells(hid_t file, const char* name, hid_t type, std::size_t count, const void* data) {
  const hsize_t extent = count;
  const auto space = space_handle(H5Screate_simple(1, &extent, nullptr));
  const auto links = property_handle(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  const auto dataset =
      dataset_handle(H5Dcreate2(file, name, type, space.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
  H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

template <class T>
void write_column(hid_t file, const char* name, const std::vector<T>& cells) {
  if constexpr (std::is_same_v<T, std::string>) {
    std::size_t width = 1;
    for (const auto& cell : cells) width = std::max(width, cell.size());
    std::string bytes(width * cells.size(), '\0');
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].copy(bytes.data() + i * width, width);
    write_cells(file, name, string_type(width).get(), cells.size(), bytes.data());
  } else {
    write_cells(file, name, stored_type<T>(), cells.size(), cells.data());
  }
}

/// A table that rank 0 makes, with ids and values, there as long as the test. Collective.
class SharedTable {
 public:
  template <class T>
  SharedTable(const comm::Communicator& world, const char* name, const std::vector<T>& ids,
              const std::vector<std::int32_t>& values)
      : world_(world),
        path_(std::filesystem::temp_directory_path() /
              ("psychograph-join-" + std::to_string(comm::max_over_ranks(world, std::int64_t{::getpid()})) +
               name)) {
    if (world.rank() == 0) {
      const auto file = file_handle(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
      write_column(file.get(), "table/id", ids);
      write_column(file.get(), "table/value", values);
    }
    world.barrier();
  }
  ~SharedTable() {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove(path_);
  }
  SharedTable(const SharedTable&) = delete;
  SharedTable& operator=(const SharedTable&) = delete;

  [[nodiscard]] Table table() const { return inspect_table({path_.string()}, "/table"); }

 private:
  comm::Communicator world_;
  std::filesystem::path path_;
};

}  // namespace psychograph::io

// A new HDF5 file, written by all ranks together, that appears whole under its name or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/atomic_path.hpp"
#include "io/hdf5.hpp"

namespace psychograph::io {

/// The HDF5 type in memory and in the file for T (int32, int64, uint8, float, double).
template <class T>
hid_t native_type();
template <>
inline hid_t native_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
inline hid_t native_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
inline hid_t native_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
inline hid_t native_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
inline hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}

/// Whether a write failed within HDF5 after all. The program should then end without shutting MPI and HDF5
/// down.
bool hdf5_is_abandoned();
/// Notes that it did.
void abandon_hdf5();

/// Every member function is collective over the communicator it was made with, and throws the same
/// environment error on every rank where one rank fails (unwritable folder, full disk). Until `commit` the
/// file lies under a temporary name in the target's folder; destroyed before that, it is removed.
class OutputFile {
 public:
  /// `piece_bytes`: what is handed to HDF5 at a time. MPI-IO below it counts bytes in an int, and fails, or
  /// writes less, with 2 GiB.
  OutputFile(const comm::Communicator& world, const std::string& path,
             std::int64_t piece_bytes = std::int64_t{64} << 20U);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// A group (and those above it) before anything lies in it; where it exists already, nothing.
  void create_group(const std::string& name);

  /// A contiguous dataset of `dims` in the file's type `type`; groups on the way are made.
  void create(const std::string& name, hid_t type, const std::vector<std::int64_t>& dims);
  /// Writes this rank's rows [first, first + count) of a created dataset; `count` may be 0, and differs
  /// from rank to rank. `data` is of the dataset's own type, whole rows.
  void write_block(const std::string& name, std::int64_t first, std::int64_t count, const void* data);

  /// Reads rows [first, first + count) of a created dataset that this rank has written. Local. Throws an
  /// environment error.
  void read_block(const std::string& name, std::int64_t first, std::int64_t count, void* data) const;

  /// The cell of one such row as text: a number's shortest spelling, a text without its padding. Local.
  [[nodiscard]] std::string cell_text(const std::string& name, std::int64_t row) const;

  /// A 1-D dataset of `total` elements of which this rank has those from `first` on.
  template <class T>
  void write_rows(const std::string& name, std::int64_t total, std::int64_t first,
                  std::span<const T> values) {
    create(name, native_type<T>(), {total});
    write_block(name, first, static_cast<std::int64_t>(values.size()), values.data());
  }
  /// A small dataset that every rank holds whole; rank 0 writes it.
  template <class T>
  void write_whole(const std::string& name, const std::vector<std::int64_t>& dims,
                   std::span<const T> values) {
    write_whole(name, native_type<T>(), dims, values.data());
  }
  void write_whole(const std::string& name, hid_t type, const std::vector<std::int64_t>& dims,
                   const void* data);
  /// Strings that every rank holds, as fixed-length UTF-8 of the longest.
  void write_strings(const std::string& name, const std::vector<std::string>& values);
  /// One string as a scalar dataset (for long texts: an attribute ends at 64 KiB).
  void write_text(const std::string& name, const std::string& value);

  /// Attributes of a group or dataset; every rank gives the same value.
  void set_attribute(const std::string& object, const char* name, std::int64_t value);
  void set_attribute(const std::string& object, const char* name, double value);
  void set_attribute(const std::string& object, const char* name, const std::string& value);
  void set_attribute(const std::string& object, const char* name, std::span<const double> values);
  /// Of any type; `dims` empty: one value.
  void set_attribute(const std::string& object, const char* name, hid_t type,
                     const std::vector<std::int64_t>& dims, const void* value);

  /// Flushes to disk and renames to the target, replacing what was there. `may_replace` is called on rank 0
  /// before the renaming; what it throws is thrown on all, and the target left as it was.
  void commit(const std::function<void()>& may_replace = {});

 private:
  /// Local.
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count, hid_t type,
                 void* data) const;
  void agree(bool succeeded, const std::string& action) const;
  /// Sets disk space aside for so many bytes more and their headers, before HDF5 would find the disk full:
  /// its library then hangs or crashes.
  void reserve(std::int64_t bytes);
  void discard();
  /// Rows [first, first + count) of a dataset, in pieces. Local; false where HDF5 fails.
  [[nodiscard]] bool write_pieces(hid_t dataset, std::int64_t first, std::int64_t count,
                                  const std::byte* data) const;
  void write_attribute(const std::string& object, const char* name, hid_t type, hid_t space,
                       const void* value);

  comm::Communicator world_;
  std::string path_;
  std::int64_t piece_bytes_;
  std::optional<Partial> partial_;  ///< on rank 0
  Handle file_;
  std::map<std::string, Handle> datasets_;
  std::int64_t used_ = 0;      ///< bytes written or about to be, at the most
  std::int64_t reserved_ = 0;  ///< bytes set aside
  bool committed_ = false;
};

}  // namespace psychograph::io

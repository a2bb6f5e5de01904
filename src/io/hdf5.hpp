// HDF5 handles that close themselves, and HDF5's errors as ours. HDF5 is not thread-safe here: every call
// stays on one thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "core/error.hpp"

namespace psychograph::io {

/// Owns one HDF5 identifier. Invariant: valid, or empty.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, H5I_INVALID_HID);
      close_ = other.close_;
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }

  /// Closes now; negative where HDF5 reports a failure.
  herr_t reset() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id >= 0 ? close_(id) : 0;
  }
  /// Gives the identifier up without closing it.
  void release() { id_ = H5I_INVALID_HID; }
  [[nodiscard]] hid_t get() const { return id_; }
  [[nodiscard]] explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

inline Handle file_handle(hid_t id) { return {id, H5Fclose}; }
inline Handle dataset_handle(hid_t id) { return {id, H5Dclose}; }
inline Handle group_handle(hid_t id) { return {id, H5Gclose}; }
inline Handle object_handle(hid_t id) { return {id, H5Oclose}; }
inline Handle type_handle(hid_t id) { return {id, H5Tclose}; }
inline Handle space_handle(hid_t id) { return {id, H5Sclose}; }
inline Handle attribute_handle(hid_t id) { return {id, H5Aclose}; }
inline Handle property_handle(hid_t id) { return {id, H5Pclose}; }

/// Turns off HDF5's own printing of errors. Call once, at the start of the program.
void silence_hdf5();

/// What HDF5 said of its last failure, innermost first, on one line.
std::string last_hdf5_error();

/// What to throw where HDF5 has just failed to open `path` for reading: an environment error with advice
/// where it was for a lock, else a data error, "PATH: COMPLAINT: HDF5's reason".
core::Error open_error(const std::string& path, const std::string& complaint);

/// Throws a data error where there is no file at `path`, or a folder, an environment error where it may not
/// be read; `wanted_by` says what for.
void require_readable(const std::string& path, const std::string& wanted_by);

/// The path of the file that an object lies in: links lead elsewhere, too.
std::string file_of(hid_t object);

/// The dimensions of a dataset or attribute's data space.
std::vector<hsize_t> dimensions(hid_t space);

/// Dimensions for a message: "3 x 2".
std::string shape_text(const std::vector<hsize_t>& dims);

/// All of a one-dimensional (or scalar) dataset or attribute of strings, fixed or variable in length; none
/// where it holds something else. Throw a data error where they can't be read.
std::vector<std::string> read_strings(hid_t dataset);
std::vector<std::string> read_string_attribute(hid_t object, const char* name);

/// The type of fixed-length UTF-8 strings of `length` bytes (at least 1), padded with zero bytes.
Handle string_type(std::size_t length);

}  // namespace psychograph::io

// An HDF5 file that an earlier run wrote, the counterpart of OutputFile: what it claims is checked before it
// is used. Local: one rank reads, and tells the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "io/hdf5.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {

/// Names are absolute ("/segments/id"); links out of the file are not followed. What can't be read, is of
/// another kind, or was never stored is the data error "PATH: no KIND: NAME is missing or damaged".
class InputFile {
 public:
  /// `kind` says what the file must be, as "result of segment". Throws a data error where there is no such
  /// file or it is no HDF5, an environment error where it may not be read.
  InputFile(std::string path, std::string kind);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] hid_t get() const { return file_.get(); }

  [[nodiscard]] bool has(const std::string& name) const;
  /// The names below a group, in byte order.
  [[nodiscard]] std::vector<std::string> members(const std::string& group) const;
  /// A dataset or group.
  [[nodiscard]] Handle object(const std::string& name) const;
  /// A dataset whose cells are stored.
  [[nodiscard]] Handle dataset(const std::string& name) const;

  /// Rows of a one-dimensional dataset of integers.
  [[nodiscard]] std::int64_t rows(const std::string& name) const;
  /// All of a one-dimensional dataset of integers or, for a floating T, of floating numbers; `count` of them,
  /// where that is known.
  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name, std::optional<std::size_t> count = {}) const {
    const auto opened = dataset(name);
    const auto length =
        this->length(name, opened.get(), std::is_floating_point_v<T> ? H5T_FLOAT : H5T_INTEGER);
    if (count && length != *count) fail(name);
    std::vector<T> result(length);
    if (H5Dread(opened.get(), native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()) < 0) fail(name);
    return result;
  }
  [[nodiscard]] std::vector<std::string> strings(const std::string& name) const;
  /// A single string.
  [[nodiscard]] std::string text(const std::string& name) const;
  [[nodiscard]] std::string attribute(const std::string& object, const char* name) const;
  [[nodiscard]] std::optional<std::string> attribute_if_there(const std::string& object,
                                                              const char* name) const;

  [[noreturn]] void fail(const std::string& name) const;

 private:
  [[nodiscard]] std::size_t length(const std::string& name, hid_t dataset, H5T_class_t kind) const;

  std::string path_;
  std::string kind_;
  Handle file_;
};

}  // namespace psychograph::io

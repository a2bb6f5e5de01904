#include "io/input_file.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/links.hpp"
#include "io/storage.hpp"

namespace psychograph::io {

InputFile::InputFile(std::string path, std::string kind) : path_(std::move(path)), kind_(std::move(kind)) {
  require_readable(path_, "a " + kind_);
  file_ = file_handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file_) throw open_error(path_, "can't be read as HDF5");
}

bool InputFile::has(const std::string& name) const {
  for (auto slash = name.find('/', 1); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    if (H5Lexists(file_.get(), name.substr(0, slash).c_str(), link_access(false).get()) <= 0) return false;
  }
  return H5Lexists(file_.get(), name.c_str(), link_access(false).get()) > 0;
}

std::vector<std::string> InputFile::members(const std::string& group) const {
  const auto opened = object(group);
  H5G_info_t info{};
  if (H5Gget_info(opened.get(), &info) < 0) fail(group);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto length =
        H5Lget_name_by_idx(opened.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (length < 0) fail(group);
    std::string name(static_cast<std::size_t>(length), '\0');
    H5Lget_name_by_idx(opened.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1,
                       H5P_DEFAULT);
    names.push_back(std::move(name));
  }
  return names;
}

Handle InputFile::object(const std::string& name) const {
  auto opened = object_handle(H5Oopen(file_.get(), name.c_str(), link_access(false).get()));
  if (!opened) fail(name);
  return opened;
}

Handle InputFile::dataset(const std::string& name) const {
  auto opened = dataset_handle(H5Dopen2(file_.get(), name.c_str(), link_access(false).get()));
  if (!opened || !is_stored(opened.get())) fail(name);
  return opened;
}

std::int64_t InputFile::rows(const std::string& name) const {
  return static_cast<std::int64_t>(length(name, dataset(name).get(), H5T_INTEGER));
}

std::vector<std::string> InputFile::strings(const std::string& name) const {
  return read_strings(dataset(name).get());
}

std::string InputFile::text(const std::string& name) const {
  const auto texts = strings(name);
  if (texts.size() != 1) fail(name);
  return texts.front();
}

std::string InputFile::attribute(const std::string& object, const char* name) const {
  auto text = attribute_if_there(object, name);
  if (!text) fail(fmt::format("{}@{}", object, name));
  return *text;
}

std::optional<std::string> InputFile::attribute_if_there(const std::string& object, const char* name) const {
  const auto owner = object_handle(H5Oopen(file_.get(), object.c_str(), link_access(false).get()));
  if (!owner || H5Aexists(owner.get(), name) <= 0) return std::nullopt;
  const auto texts = read_string_attribute(owner.get(), name);
  if (texts.size() != 1) fail(fmt::format("{}@{}", object, name));
  return texts.front();
}

void InputFile::fail(const std::string& name) const {
  throw core::data_error(fmt::format("{}: no {}: {} is missing or damaged", path_, kind_, name));
}

std::size_t InputFile::length(const std::string& name, hid_t dataset, H5T_class_t kind) const {
  const auto type = type_handle(H5Dget_type(dataset));
  const auto dims = dimensions(space_handle(H5Dget_space(dataset)).get());
  if (dims.size() != 1 || H5Tget_class(type.get()) != kind) fail(name);
  return dims.front();
}

}  // namespace psychograph::io

#include "io/links.hpp"

#include <vector>

#include <fmt/format.h>

namespace psychograph::io {
namespace {

/// HDF5 asks before it follows a link into another file; a negative answer makes the opening fail.
herr_t refuse(const char*, const char*, const char* file, const char*, unsigned*, hid_t, void* refused) {
  if (refused != nullptr) *static_cast<std::string*>(refused) = file;
  return -1;
}

/// Where a soft or an external link leads.
std::string target_of(hid_t group, const std::string& name, const H5L_info_t& link) {
  std::vector<char> value(link.u.val_size + 1, '\0');
  if (H5Lget_val(group, name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0) return "?";
  if (link.type == H5L_TYPE_SOFT) return value.data();
  const char* file = nullptr;
  const char* object = nullptr;
  unsigned flags = 0;
  if (H5Lunpack_elink_val(value.data(), link.u.val_size, &flags, &file, &object) < 0) return "?";
  return fmt::format("{} in {}", object, file);
}

}  // namespace

Handle link_access(bool follow_external, std::string* refused) {
  auto access = property_handle(H5Pcreate(H5P_DATASET_ACCESS));
  if (!follow_external) H5Pset_elink_cb(access.get(), refuse, refused);
  return access;
}

std::string open_fault(hid_t group, const std::string& name, const std::string& refused) {
  const auto reason = last_hdf5_error();
  H5L_info_t link{};
  const bool known = H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT) >= 0;
  if (!refused.empty()) return fmt::format("leads by a link into {}: {}", refused, allow_external);
  if (known && (link.type == H5L_TYPE_SOFT || link.type == H5L_TYPE_EXTERNAL))
    return fmt::format("is a link to {}, which can't be opened: {}", target_of(group, name, link), reason);
  if (known && link.type != H5L_TYPE_HARD) return "is a link of a kind of somebody's own";
  return fmt::format("can't be opened: {}", reason);
}

}  // namespace psychograph::io

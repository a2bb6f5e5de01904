#include "io/group_member.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "io/column_marks.hpp"
#include "io/links.hpp"
#include "io/storage.hpp"
#include "io/stored_column.hpp"
#include "io/text_encoding.hpp"
#include "io/written_column.hpp"

namespace psychograph::io {
namespace {

bool has(hid_t group, const char* name) { return H5Lexists(group, name, H5P_DEFAULT) > 0; }

/// A member that has a name, and is not for reading.
GroupMember no_column(const std::string& name, std::string why, bool meant_as_one) {
  GroupMember member;
  member.column.name = as_utf8(name);
  member.column.unreadable = std::move(why);
  member.column.globbed = meant_as_one;
  return member;
}

/// What the shape and the storage of a column's dataset say.
void add_dataset(GroupMember& member, hid_t dataset, bool external) {
  auto& column = member.column;
  const auto space = space_handle(H5Dget_space(dataset));
  member.shape = dimensions(space.get());
  const auto axis = rows_axis(member.shape);
  if (!axis) {
    set_no_column(member);
    return;
  }
  if (member.shape.size() == 2)
    column.note =
        fmt::format("has the shape {}: it is read as one value a customer", shape_text(member.shape));
  member.rows = static_cast<std::int64_t>(member.shape[*axis]);
  member.chunk_rows = chunk_rows(dataset, *axis);
  auto storage = storage_of(dataset, external);
  member.whole = storage.whole && storage.fault.empty();
  member.outside.insert(member.outside.end(), storage.files.begin(), storage.files.end());
  if (column.unreadable.empty()) column.unreadable = missing_filter(dataset);
  if (column.unreadable.empty()) column.unreadable = storage.fault;
}

GroupMember coded_member(hid_t group, const std::string& name, hid_t access, const std::string& refused,
                         bool external) {
  const auto codes = dataset_handle(H5Dopen2(group, "codes", access));
  if (!codes) return no_column(name, "has codes; each " + open_fault(group, "codes", refused), true);
  const auto categories = dataset_handle(H5Dopen2(group, "categories", access));
  if (!categories)
    return no_column(name, "has categories; their list " + open_fault(group, "categories", refused), true);
  const auto type = type_handle(H5Dget_type(codes.get()));
  GroupMember member;
  std::string fault;
  member.column = coded_column_of(name, type.get(), category_names(categories.get(), fault));
  member.column.codes_apart = true;
  if (member.column.unreadable.empty()) member.column.unreadable = std::move(fault);
  take_marks(member.column, marks_of(codes.get(), type.get()));
  add_dataset(member, codes.get(), external);
  for (const auto& part : {file_of(codes.get()), file_of(categories.get())}) {
    if (part != file_of(group)) member.outside.push_back(part);
  }
  return member;
}

GroupMember member_of(hid_t object, const std::string& name, hid_t access, const std::string& refused,
                      bool external) {
  if (H5Iget_type(object) == H5I_GROUP) {
    if (has(object, "codes") && has(object, "categories"))
      return coded_member(object, name, access, refused, external);
    if (has(object, "values") && has(object, "mask")) {
      return no_column(name,
                       "holds values and a mask of the missing ones, as AnnData writes nullable columns: "
                       "store numbers with "
                       "NaN, or words with empty ones, instead",
                       false);
    }
    return no_column(name, "is a group, and no column", false);
  }
  if (H5Iget_type(object) != H5I_DATASET) return no_column(name, "is a type, and no column", false);
  const auto type = type_handle(H5Dget_type(object));
  GroupMember member;
  member.column = column_of(name, type.get());
  if (member.column.type == ColumnType::integer) {
    if (auto categories = categories_of(object)) {
      const bool none = categories->empty();
      member.column = coded_column_of(name, type.get(), std::move(*categories));
      if (none) member.column.unreadable = "names its categories in an attribute that can't be read";
    }
  }
  take_marks(member.column, marks_of(object, type.get()));
  member.column.written_back = is_written_back(object);
  member.column.globbed = member.column.globbed && !member.column.written_back;
  add_dataset(member, object, external);
  return member;
}

}  // namespace

void set_no_column(GroupMember& member) {
  auto& column = member.column;
  member.rows.reset();
  column.globbed = false;
  if (!column.unreadable.empty()) return;
  column.unreadable = member.shape.empty() ? "is no list of values"
                                           : fmt::format("has the shape {}: one value a customer is wanted",
                                                         shape_text(member.shape));
}

std::vector<std::string> member_names(hid_t group) {
  std::vector<std::string> names;
  H5Literate(
      group, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
      },
      &names);
  return names;
}

std::optional<GroupMember> group_member(hid_t group, const std::string& path, const std::string& name,
                                        bool external) {
  if (name == "__categories") return std::nullopt;
  std::string refused;
  const auto access = link_access(external, &refused);
  const auto object = object_handle(H5Oopen(group, name.c_str(), access.get()));
  if (!object) return no_column(name, open_fault(group, name, refused), true);
  auto member = member_of(object.get(), name, access.get(), refused, external);
  if (const auto file = file_of(object.get()); file != path) member.outside.push_back(file);
  return member;
}

}  // namespace psychograph::io

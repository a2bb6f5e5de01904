#include "io/column_marks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/number.hpp"
#include "io/stored_column.hpp"

namespace psychograph::io {
namespace {

bool has(hid_t object, const char* name) { return H5Aexists(object, name) > 0; }

template <class Value>
std::vector<Value> read_as(hid_t attribute, hid_t type, std::size_t count) {
  std::vector<Value> values(count);
  if (H5Aread(attribute, type, values.data()) < 0) values.clear();
  return values;
}

/// The numbers of an attribute; none where it holds none.
std::vector<core::Number> read_numbers(hid_t object, const char* name) {
  std::vector<core::Number> result;
  if (!has(object, name)) return result;
  const auto attribute = attribute_handle(H5Aopen(object, name, H5P_DEFAULT));
  const auto type = type_handle(H5Aget_type(attribute.get()));
  const auto space = space_handle(H5Aget_space(attribute.get()));
  const auto count =
      static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get())));
  if (H5Tget_class(type.get()) == H5T_FLOAT) {
    for (const double value : read_as<double>(attribute.get(), H5T_NATIVE_DOUBLE, count))
      result.push_back({value, 0});
  } else if (H5Tget_class(type.get()) == H5T_INTEGER && H5Tget_sign(type.get()) == H5T_SGN_NONE) {
    for (const auto value : read_as<std::uint64_t>(attribute.get(), H5T_NATIVE_UINT64, count))
      result.push_back(core::number_of(value));
  } else if (H5Tget_class(type.get()) == H5T_INTEGER) {
    for (const auto value : read_as<std::int64_t>(attribute.get(), H5T_NATIVE_INT64, count))
      result.push_back(core::number_of(value));
  }
  return result;
}

/// The signed integers of 4 and 8 bytes, in which other programs let the lowest stand for "missing".
bool has_lowest(hid_t type) {
  const auto size = H5Tget_size(type);
  return H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2 && (size == 4 || size == 8);
}

core::Number lowest(hid_t type) {
  return core::number_of(H5Tget_size(type) == 4 ? std::int64_t{std::numeric_limits<std::int32_t>::min()}
                                                : std::numeric_limits<std::int64_t>::min());
}

bool some_attribute_tells_time(hid_t dataset) {
  bool tells = false;
  H5Aiterate2(
      dataset, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t object, const char* name, const H5A_info_t*, void* found) -> herr_t {
        const auto texts = read_string_attribute(object, name);
        if (texts.size() == 1 && tells_time(texts.front())) *static_cast<bool*>(found) = true;
        return 0;
      },
      &tells);
  return tells;
}

bool has_attributes(hid_t dataset) {
  H5O_info_t info{};
  return H5Oget_info2(dataset, &info, H5O_INFO_NUM_ATTRS) >= 0 && info.num_attrs > 0;
}

/// Scaled numbers are refused rather than computed: the cells that are used, hashed and written would be
/// other ones than the file's.
std::string packing(hid_t dataset) {
  for (const auto& [name, neutral] : {std::pair("scale_factor", 1.0), std::pair("add_offset", 0.0)}) {
    if (!has(dataset, name)) continue;
    const auto numbers = read_numbers(dataset, name);
    if (numbers.size() == 1 && numbers.front().value == neutral) continue;
    return fmt::format(
        "is packed: by its attribute \"{}\" its cells are not yet the values; store it unpacked", name);
  }
  const auto is_unsigned = read_string_attribute(dataset, "_Unsigned");
  if (!is_unsigned.empty() && is_unsigned.front() == "true")
    return "holds unsigned integers as signed ones, says its attribute \"_Unsigned\": store them as unsigned";
  return {};
}

/// What a reference of the attribute points at.
Handle referred(hid_t attribute) {
  hobj_ref_t reference{};
  if (H5Aread(attribute, H5T_STD_REF_OBJ, &reference) < 0) return {};
  return object_handle(H5Rdereference2(attribute, H5P_DEFAULT, H5R_OBJECT, &reference));
}

}  // namespace

bool tells_time(const std::string& text) {
  const auto begins = [&](const char* word) { return text.starts_with(word); };
  return begins("datetime64") || begins("timedelta64") || begins("<M8") || begins("<m8") ||
         text.find(" since ") != std::string::npos;
}

std::optional<std::vector<std::string>> categories_of(hid_t dataset) {
  if (!has(dataset, "categories")) return std::nullopt;
  const auto attribute = attribute_handle(H5Aopen(dataset, "categories", H5P_DEFAULT));
  const auto type = type_handle(H5Aget_type(attribute.get()));
  if (H5Tequal(type.get(), H5T_STD_REF_OBJ) <= 0) return read_string_attribute(dataset, "categories");
  const auto categories = referred(attribute.get());
  if (!categories || H5Iget_type(categories.get()) != H5I_DATASET) return std::vector<std::string>();
  std::string fault;  // told by the names that are lacking
  return category_names(categories.get(), fault);
}

/// The calendars of the CF conventions in which a day since 1970 is what it is here.
bool is_of_our_calendar(hid_t dataset) {
  constexpr std::array<std::string_view, 3> ours{"standard", "gregorian", "proleptic_gregorian"};
  const auto calendars = read_string_attribute(dataset, "calendar");
  return calendars.empty() || std::find(ours.begin(), ours.end(), calendars.front()) != ours.end();
}

ColumnMarks marks_of(hid_t dataset, hid_t type) {
  ColumnMarks marks;
  if (!has_attributes(dataset)) return marks;
  const auto kind = H5Tget_class(type);
  const bool numbers = kind == H5T_INTEGER || kind == H5T_FLOAT;
  std::vector<std::string> not_applied;
  for (const char* name : {"_FillValue", "missing_value"}) {
    if (!has(dataset, name)) continue;
    const auto values = read_numbers(dataset, name);
    const auto texts = read_string_attribute(dataset, name);
    if (kind == H5T_STRING && !texts.empty()) {
      marks.missing = spec::united(std::move(marks.missing), {{}, texts});
    } else if (numbers && !values.empty()) {
      marks.missing = spec::united(std::move(marks.missing), {values, {}});
    } else {
      not_applied.emplace_back(name);
    }
  }
  std::erase_if(marks.missing.numbers, [](const auto& number) { return std::isnan(number.value); });
  if (numbers) {
    const auto kinds = read_string_attribute(dataset, "kind");
    if (kinds.size() == 1) marks.kind = kinds.front();
    const auto units = read_string_attribute(dataset, "units");
    if (units.size() == 1) marks.times = core::read_time_units(units.front());
    if (marks.times && !is_of_our_calendar(dataset)) {
      marks.times.reset();
      not_applied.emplace_back("calendar");
    }
    marks.unreadable = packing(dataset);
    for (const char* name : {"valid_min", "valid_max", "valid_range"}) {
      if (has(dataset, name)) not_applied.emplace_back(name);
    }
  }
  const bool from_r = has_lowest(type) && has(dataset, "rhdf5-NA.OK");
  const bool time = has_lowest(type) && H5Tget_size(type) == 8 && some_attribute_tells_time(dataset);
  if (from_r || time) marks.missing = spec::united(std::move(marks.missing), {{lowest(type)}, {}});
  marks.not_applied = fmt::format("{}", fmt::join(not_applied, ", "));
  return marks;
}

ColumnMarks marks_of_member(hid_t dataset, const std::string& name, hid_t type) {
  ColumnMarks marks;
  const auto says = [&](const char* what) {
    const auto texts = read_string_attribute(dataset, (name + what).c_str());
    return texts.size() == 1 ? texts.front() : std::string();
  };
  if (has_lowest(type) && H5Tget_size(type) == 8 && tells_time(says("_dtype")))
    marks.missing.numbers.push_back(lowest(type));
  if (says("_meta") == "category") {
    marks.unreadable =
        "holds the codes of pandas' categories, whose names lie elsewhere: store the names, by astype(str)";
  }
  return marks;
}

void take_marks(Column& column, ColumnMarks marks) {
  if (column.unreadable.empty()) column.unreadable = std::move(marks.unreadable);
  column.not_applied = std::move(marks.not_applied);
  column.kind = std::move(marks.kind);
  if (marks.times) column.times[0] = *marks.times;
  if (!marks.missing.empty()) column.marked_missing[0] = std::move(marks.missing);
}

}  // namespace psychograph::io

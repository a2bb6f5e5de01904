#include "results/differences.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "comm/all_reduce.hpp"
#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"
#include "io/carried_attributes.hpp"
#include "io/fence.hpp"
#include "io/hdf5.hpp"
#include "results/layout.hpp"
#include "results/result.hpp"

namespace psychograph::results {
namespace {

constexpr std::size_t compared_at_once = std::size_t{1} << 20;

/// A value as people read it: a number, or the text of a string.
std::string shown(hid_t type, const std::byte* cell) {
  alignas(16) std::byte number[16] = {};
  const auto size = H5Tget_size(type);
  if (H5Tget_class(type) == H5T_STRING) {
    const auto* text = reinterpret_cast<const char*>(cell);
    constexpr std::size_t longest = 60;
    const auto length = strnlen(text, size);
    return fmt::format("\"{}{}\"", std::string(text, std::min(length, longest)),
                       length > longest ? "..." : "");
  }
  if (size > sizeof number) return fmt::format("a value of {} bytes", size);
  std::memcpy(number, cell, size);
  if (H5Tget_class(type) == H5T_INTEGER) {
    const bool is_unsigned = H5Tget_sign(type) == H5T_SGN_NONE;
    H5Tconvert(type, is_unsigned ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64, 1, number, nullptr, H5P_DEFAULT);
    std::int64_t value = 0;
    std::memcpy(&value, number, sizeof value);
    return is_unsigned ? fmt::format("{}", static_cast<std::uint64_t>(value)) : fmt::format("{}", value);
  }
  if (H5Tequal(type, H5T_NATIVE_FLOAT) > 0) {  // as short as it can be told
    float value = 0;
    std::memcpy(&value, number, sizeof value);
    return fmt::format("{}", value);
  }
  H5Tconvert(type, H5T_NATIVE_DOUBLE, 1, number, nullptr, H5P_DEFAULT);
  double value = 0;
  std::memcpy(&value, number, sizeof value);
  return fmt::format("{}", value);
}

bool is_plain(hid_t type) {
  const auto kind = H5Tget_class(type);
  return (kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_STRING) && H5Tis_variable_str(type) <= 0;
}

std::string shape(const std::vector<hsize_t>& dims) { return fmt::format("[{}]", fmt::join(dims, ", ")); }

/// Whether both are of one type and shape: only then contents can be compared. Else says what differs.
std::optional<std::string> other_form(hid_t type, hid_t space, hid_t right_type, hid_t right_space) {
  if (H5Tequal(type, right_type) <= 0 || !is_plain(type)) return "is of another type";
  const auto dims = io::dimensions(space);
  const auto right = io::dimensions(right_space);
  if (dims != right || H5Sget_simple_extent_type(space) != H5Sget_simple_extent_type(right_space))
    return fmt::format("is {}, and {} is right", shape(dims), shape(right));
  return std::nullopt;
}

io::Handle open_file(const std::string& path, hid_t access) {
  auto file = io::file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
  if (!file) throw core::data_error(fmt::format("{}: damaged or truncated: {}", path, io::last_hdf5_error()));
  return file;
}

std::vector<std::byte> attribute_bytes(hid_t attribute, hid_t type) {
  const auto space = io::space_handle(H5Aget_space(attribute));
  std::vector<std::byte> bytes(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())) *
                               H5Tget_size(type));
  H5Aread(attribute, type, bytes.data());
  return bytes;
}

/// What rank 0 finds out by itself.
struct Look {
  FileComparison comparison;
  std::vector<std::string> names;  ///< of the datasets whose contents are left to compare
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& comparison.differences& comparison.datasets& comparison.attributes& names;
  }
};

/// Names, types, shapes and attributes of two files. On one rank.
class Structure {
 public:
  Structure(const std::string& path, const std::string& right)
      : file_(open_file(path, H5P_DEFAULT)), right_(open_file(right, H5P_DEFAULT)) {}

  Look run() {
    compare_attributes("/");
    const auto names = objects(file_.get());
    const auto wanted = objects(right_.get());
    for (const auto& name : wanted) {
      if (!std::binary_search(names.begin(), names.end(), name)) differ(name, "is not there");
    }
    for (const auto& name : names) {
      if (std::binary_search(wanted.begin(), wanted.end(), name)) {
        compare(name);
      } else {
        differ(name, "is nothing that the program writes");
      }
    }
    return std::move(look_);
  }

 private:
  static std::vector<std::string> objects(hid_t file) {
    std::vector<std::string> names;
    H5Lvisit(
        file, H5_INDEX_NAME, H5_ITER_INC,
        [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
          static_cast<std::vector<std::string>*>(list)->push_back(fmt::format("/{}", name));
          return 0;
        },
        &names);
    std::sort(names.begin(), names.end());
    return names;
  }

  void differ(const std::string& name, const std::string& how) {
    look_.comparison.differences.push_back(fmt::format("{} {}", name, how));
  }

  void compare(const std::string& name) {
    compare_attributes(name);
    const auto object = io::object_handle(H5Oopen(file_.get(), name.c_str(), H5P_DEFAULT));
    const auto right = io::object_handle(H5Oopen(right_.get(), name.c_str(), H5P_DEFAULT));
    const auto kind = H5Iget_type(object.get());
    if (kind != H5Iget_type(right.get())) return differ(name, "is of another kind");
    if (kind != H5I_DATASET) return;
    ++look_.comparison.datasets;
    const auto form = other_form(
        io::type_handle(H5Dget_type(object.get())).get(), io::space_handle(H5Dget_space(object.get())).get(),
        io::type_handle(H5Dget_type(right.get())).get(), io::space_handle(H5Dget_space(right.get())).get());
    if (form) return differ(name, *form);
    look_.names.push_back(name);
  }

  void compare_attributes(const std::string& name) {
    const auto object = io::object_handle(H5Oopen(file_.get(), name.c_str(), H5P_DEFAULT));
    const auto right = io::object_handle(H5Oopen(right_.get(), name.c_str(), H5P_DEFAULT));
    auto names = io::attribute_names(object.get());
    const auto wanted = io::attribute_names(right.get());
    names.insert(names.end(), wanted.begin(), wanted.end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const bool of_run = name == layout::run;
    const bool older = of_run && H5Aexists(object.get(), "job") <= 0;
    for (const auto& attribute : names) {
      if (of_run && is_volatile(attribute)) continue;
      if (older && (attribute == "job" || attribute.starts_with("objective"))) continue;
      if (older && attribute == "algorithm" && names_assign(object.get())) continue;
      ++look_.comparison.attributes;
      compare_attribute(object.get(), right.get(), attribute, fmt::format("{}@{}", name, attribute));
    }
  }

  /// Files of earlier versions call the job `assign` an algorithm.
  static bool names_assign(hid_t run) {
    if (H5Aexists(run, "algorithm") <= 0) return false;
    const auto texts = io::read_string_attribute(run, "algorithm");
    return texts.size() == 1 && texts.front() == to_string(Job::assign);
  }

  void compare_attribute(hid_t object, hid_t right_object, const std::string& attribute,
                         const std::string& name) {
    const auto left = io::attribute_handle(H5Aopen(object, attribute.c_str(), H5P_DEFAULT));
    const auto right = io::attribute_handle(H5Aopen(right_object, attribute.c_str(), H5P_DEFAULT));
    if (!left) return differ(name, "is not there");
    if (!right) return differ(name, "is nothing that the program writes");
    const auto type = io::type_handle(H5Aget_type(left.get()));
    const auto form = other_form(type.get(), io::space_handle(H5Aget_space(left.get())).get(),
                                 io::type_handle(H5Aget_type(right.get())).get(),
                                 io::space_handle(H5Aget_space(right.get())).get());
    if (form) return differ(name, *form);
    const auto bytes = attribute_bytes(left.get(), type.get());
    const auto right_bytes = attribute_bytes(right.get(), type.get());
    const auto place = std::mismatch(bytes.begin(), bytes.end(), right_bytes.begin()).first - bytes.begin();
    if (place == static_cast<std::ptrdiff_t>(bytes.size())) return;
    const auto size = H5Tget_size(type.get());
    const auto cell = static_cast<std::size_t>(place) / size * size;
    differ(name, fmt::format("is {}, and {} is right", shown(type.get(), bytes.data() + cell),
                             shown(type.get(), right_bytes.data() + cell)));
  }

  io::Handle file_;
  io::Handle right_;
  Look look_;
};

/// One dataset of both files.
class Pair {
 public:
  Pair(hid_t file, hid_t right, const std::string& name)
      : name_(name),
        dataset_(io::dataset_handle(H5Dopen2(file, name.c_str(), H5P_DEFAULT))),
        right_(io::dataset_handle(H5Dopen2(right, name.c_str(), H5P_DEFAULT))),
        type_(io::type_handle(H5Dget_type(right_.get()))),
        dims_(io::dimensions(io::space_handle(H5Dget_space(right_.get())).get())) {
    cells_a_row_ = std::accumulate(dims_.begin() + (dims_.empty() ? 0 : 1), dims_.end(), std::size_t{1},
                                   std::multiplies<>());
    row_bytes_ = cells_a_row_ * H5Tget_size(type_.get());
  }

  [[nodiscard]] std::int64_t rows() const {
    return dims_.empty() ? 1 : static_cast<std::int64_t>(dims_.front());
  }

  /// The first of the rows that differs, and how; no_row where none does. Local.
  std::int64_t first_difference(core::RowRange rows, std::string& how) {
    const auto at_once = static_cast<std::int64_t>(std::max<std::size_t>(1, compared_at_once / row_bytes_));
    for (auto begin = rows.begin; begin < rows.end; begin += at_once) {
      if (core::stop_requested()) throw core::stopped_error("stopped on request");
      const core::RowRange block{begin, std::min(rows.end, begin + at_once)};
      read(dataset_.get(), block, bytes_);
      read(right_.get(), block, right_bytes_);
      const auto place = std::mismatch(bytes_.begin(), bytes_.end(), right_bytes_.begin()).first;
      if (place == bytes_.end()) continue;
      const auto byte = static_cast<std::size_t>(place - bytes_.begin());
      how = difference(block.begin, byte);
      return block.begin + static_cast<std::int64_t>(byte / row_bytes_);
    }
    return no_row;
  }

  static constexpr std::int64_t no_row = std::numeric_limits<std::int64_t>::max();

 private:
  void read(hid_t dataset, core::RowRange rows, std::vector<std::byte>& bytes) const {
    bytes.resize(static_cast<std::size_t>(rows.size()) * row_bytes_);
    const auto space = io::space_handle(H5Dget_space(dataset));
    auto extent = dims_;
    std::vector<hsize_t> start(extent.size(), 0);
    auto memory = io::space_handle(H5Screate(H5S_SCALAR));
    if (!extent.empty()) {
      start[0] = static_cast<hsize_t>(rows.begin);
      extent[0] = static_cast<hsize_t>(rows.size());
      H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
      memory = io::space_handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
    }
    const auto transfer = io::property_handle(comm::parallel_transfer(false));
    if (H5Dread(dataset, type_.get(), memory.get(), space.get(), transfer.get(), bytes.data()) >= 0) return;
    throw core::data_error(fmt::format("{}: can't read rows {} to {}: {}", name_, rows.begin, rows.end - 1,
                                       io::last_hdf5_error()));
  }

  [[nodiscard]] std::string difference(std::int64_t first_row, std::size_t byte) const {
    const auto size = H5Tget_size(type_.get());
    const auto cell = byte / size;
    std::string where;
    if (!dims_.empty())
      where = fmt::format("row {}", first_row + static_cast<std::int64_t>(cell / cells_a_row_));
    if (dims_.size() > 1) where += fmt::format(", column {}", cell % cells_a_row_);
    return fmt::format("{}{}{} is there, and {} is right", where, where.empty() ? "" : ": ",
                       shown(type_.get(), bytes_.data() + cell * size),
                       shown(type_.get(), right_bytes_.data() + cell * size));
  }

  std::string name_;
  io::Handle dataset_;
  io::Handle right_;
  io::Handle type_;
  std::vector<hsize_t> dims_;
  std::size_t cells_a_row_ = 1;
  std::size_t row_bytes_ = 1;
  std::vector<std::byte> bytes_;
  std::vector<std::byte> right_bytes_;
};

/// How the contents differ, by the lowest row of all ranks. Collective.
std::optional<std::string> compare_contents(const comm::Communicator& world, Pair& pair) {
  std::string how;
  const auto rows = comm::local_range(pair.rows(), world.rank(), world.size());
  const auto mine = comm::run_on_all_ranks(world, [&] { return pair.first_difference(rows, how); });
  const auto first = comm::min_over_ranks(world, mine);
  if (first == Pair::no_row) return std::nullopt;
  const auto rank = comm::min_over_ranks(world, std::int64_t{mine == first ? world.rank() : world.size()});
  boost::mpi::broadcast(world, how, static_cast<int>(rank));
  return how;
}

}  // namespace

FileComparison compare_results(const comm::Communicator& world, const std::string& path,
                               const std::string& right) {
  auto look = comm::run_on_root(world, [&] {
    const io::Fence fence(path);
    return Structure(path, right).run();
  });
  auto& comparison = look.comparison;
  io::Handle file;
  io::Handle right_file;
  comm::run_on_all_ranks(world, [&] {
    const auto access = io::property_handle(comm::parallel_file_access(world));
    auto opened = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
    right_file = io::file_handle(H5Fopen(right.c_str(), H5F_ACC_RDONLY, access.get()));
    file = io::file_handle(opened);
    if (!file || !right_file)
      throw core::environment_error(
          fmt::format("{}: can't be opened: {}", file ? right : path, io::last_hdf5_error()));
  });
  for (const auto& name : look.names) {
    Pair pair(file.get(), right_file.get(), name);
    const auto how = compare_contents(world, pair);
    if (how) comparison.differences.push_back(fmt::format("{}: {}", name, *how));
  }
  std::sort(comparison.differences.begin(), comparison.differences.end());
  return std::move(comparison);
}

}  // namespace psychograph::results

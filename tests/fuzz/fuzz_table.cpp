// Customer tables that HDF5's own interface makes, in memory, of whatever the bytes ask for: layouts, types,
// shapes, chunks, filters, attributes, columns of codes. The program looks at the file, and reads what it
// takes for columns.
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include <boost/mpi/environment.hpp>
#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include "features/levels.hpp"
#include "features/load.hpp"
#include "fuzz.hpp"
#include "io/hdf5.hpp"
#include "io/inspect.hpp"
#include "io/shard.hpp"

namespace psychograph::fuzz {
namespace {

using Provider = FuzzedDataProvider;

/// Most tables have some rows; some claim more than a disk holds, of which nothing is stored.
hsize_t some_rows(Provider& bytes) {
  constexpr std::array<hsize_t, 8> rows{0, 1, 5, 5, 5, 17, 300, hsize_t{1} << 42};
  return bytes.PickValueInArray(rows);
}

io::Handle number_type(Provider& bytes) {
  const std::array<hid_t, 14> natives{H5T_STD_I8LE,       H5T_STD_U8LE,   H5T_STD_I16LE,  H5T_STD_U16BE,
                                      H5T_STD_I32LE,      H5T_STD_U32LE,  H5T_STD_I64LE,  H5T_STD_U64LE,
                                      H5T_STD_I64BE,      H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F64BE,
                                      H5T_NATIVE_LDOUBLE, H5T_STD_B8LE};
  auto type = io::type_handle(H5Tcopy(bytes.PickValueInArray(natives)));
  if (bytes.ConsumeBool() && H5Tget_class(type.get()) == H5T_INTEGER)
    H5Tset_precision(type.get(), bytes.ConsumeIntegralInRange<std::size_t>(1, 8 * H5Tget_size(type.get())));
  return type;
}

io::Handle text_type(Provider& bytes) {
  auto type = io::type_handle(H5Tcopy(H5T_C_S1));
  constexpr std::array<H5T_str_t, 3> paddings{H5T_STR_NULLTERM, H5T_STR_NULLPAD, H5T_STR_SPACEPAD};
  constexpr std::array<std::size_t, 6> lengths{H5T_VARIABLE, 1, 2, 7, 300, std::size_t{1} << 31};
  H5Tset_size(type.get(), bytes.PickValueInArray(lengths));
  H5Tset_strpad(type.get(), bytes.PickValueInArray(paddings));
  if (bytes.ConsumeBool()) H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

/// With a member at least: a copy of HDF5's own of an enum without any ends in a crash.
io::Handle enum_type(Provider& bytes) {
  const auto base = number_type(bytes);
  auto type = io::type_handle(H5Tenum_create(base.get()));
  if (!type) return number_type(bytes);
  const auto members = bytes.ConsumeIntegralInRange<int>(1, 4);
  for (int i = 0; i < members; ++i) {
    std::array<unsigned char, 16> value{};
    value[0] = bytes.ConsumeIntegral<unsigned char>();
    const auto name = "e" + bytes.ConsumeRandomLengthString(5);
    H5Tenum_insert(type.get(), name.c_str(), value.data());
  }
  return type;
}

io::Handle cell_type(Provider& bytes) {
  switch (bytes.ConsumeIntegralInRange(0, 3)) {
    case 0:
      return text_type(bytes);
    case 1:
      return enum_type(bytes);
    default:
      return number_type(bytes);
  }
}

/// Of records.
io::Handle compound_type(Provider& bytes) {
  std::vector<io::Handle> members;
  std::size_t size = 0;
  for (auto left = bytes.ConsumeIntegralInRange(1, 4); left > 0; --left) {
    members.push_back(cell_type(bytes));
    size += H5Tget_size(members.back().get());
  }
  auto type = io::type_handle(H5Tcreate(H5T_COMPOUND, size));
  std::size_t offset = 0;
  for (const auto& member : members) {
    const auto name = "m" + bytes.ConsumeRandomLengthString(4);
    H5Tinsert(type.get(), name.c_str(), offset, member.get());
    offset += H5Tget_size(member.get());
  }
  return type;
}

io::Handle any_type(Provider& bytes) {
  switch (bytes.ConsumeIntegralInRange(0, 7)) {
    case 0: {
      auto type = io::type_handle(H5Tcreate(H5T_OPAQUE, bytes.ConsumeIntegralInRange<std::size_t>(1, 9)));
      H5Tset_tag(type.get(), "opaque");
      return type;
    }
    case 1:
      return io::type_handle(H5Tvlen_create(cell_type(bytes).get()));
    case 2:
      return io::type_handle(H5Tcopy(H5T_STD_REF_OBJ));
    case 3: {
      constexpr std::array<hsize_t, 2> dims{2, 3};
      return io::type_handle(H5Tarray_create2(cell_type(bytes).get(), 2, dims.data()));
    }
    case 4:
      return compound_type(bytes);
    default:
      return cell_type(bytes);
  }
}

io::Handle any_space(Provider& bytes, hsize_t rows) {
  constexpr std::array<hsize_t, 6> widths{0, 1, 2, 3, 4, hsize_t{1} << 41};
  switch (bytes.ConsumeIntegralInRange(0, 9)) {
    case 0:
      return io::space_handle(H5Screate(H5S_SCALAR));
    case 1:
      return io::space_handle(H5Screate(H5S_NULL));
    case 2: {
      const std::array<hsize_t, 2> dims{rows, bytes.PickValueInArray(widths)};
      return io::space_handle(H5Screate_simple(2, dims.data(), nullptr));
    }
    default:
      return io::space_handle(H5Screate_simple(1, &rows, nullptr));
  }
}

io::Handle any_storage(Provider& bytes, hid_t space) {
  auto properties = io::property_handle(H5Pcreate(H5P_DATASET_CREATE));
  const auto dims = io::dimensions(space);
  if (dims.empty() || bytes.ConsumeBool()) return properties;
  constexpr std::array<hsize_t, 4> lengths{1, 3, 64, 4096};
  std::vector<hsize_t> chunk;
  for (const auto extent : dims)
    chunk.push_back(std::max<hsize_t>(1, std::min(extent, bytes.PickValueInArray(lengths))));
  H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  if (bytes.ConsumeBool()) H5Pset_shuffle(properties.get());
  if (bytes.ConsumeBool()) H5Pset_deflate(properties.get(), 1);
  if (bytes.ConsumeBool()) H5Pset_fletcher32(properties.get());
  return properties;
}

/// A dataset of any type, unless `type` is one; written where it is small, and where bytes mean no address.
io::Handle add_dataset(Provider& bytes, hid_t parent, const std::string& name, hsize_t rows,
                       io::Handle type) {
  const auto space = any_space(bytes, rows);
  if (!type) type = any_type(bytes);
  const auto storage = any_storage(bytes, space.get());
  auto dataset = io::dataset_handle(
      H5Dcreate2(parent, name.c_str(), type.get(), space.get(), H5P_DEFAULT, storage.get(), H5P_DEFAULT));
  if (!dataset) return dataset;
  constexpr hsize_t most = 1 << 16;
  const auto cells = static_cast<hsize_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get())));
  const auto size = H5Tget_size(type.get());
  const bool addresses = H5Tdetect_class(type.get(), H5T_VLEN) != 0 ||
                         H5Tdetect_class(type.get(), H5T_REFERENCE) != 0 ||
                         H5Tdetect_class(type.get(), H5T_STRING) != 0;
  if (cells == 0 || cells > most || size > most / cells || !bytes.ConsumeBool()) return dataset;
  if (H5Tis_variable_str(type.get()) > 0) {
    const auto word = bytes.ConsumeRandomLengthString(6);
    const std::vector<const char*> words(cells, word.c_str());
    H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, words.data());
  } else if (!addresses || H5Tget_class(type.get()) == H5T_STRING) {
    auto values = bytes.ConsumeBytes<unsigned char>(cells * size);
    values.resize(cells * size, bytes.ConsumeIntegral<unsigned char>());
    H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  return dataset;
}

void add_attribute(Provider& bytes, hid_t owner, const char* name) {
  const auto type = bytes.ConsumeBool() ? text_type(bytes) : any_type(bytes);
  const hsize_t count = bytes.ConsumeIntegralInRange<hsize_t>(0, 4);
  const auto space = io::space_handle(H5Screate_simple(1, &count, nullptr));
  const auto attribute =
      io::attribute_handle(H5Acreate2(owner, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  constexpr std::array<const char*, 4> names{"a", "b", "", "a"};
  if (!attribute || H5Tget_class(type.get()) != H5T_STRING) return;
  if (H5Tis_variable_str(type.get()) > 0) {
    H5Awrite(attribute.get(), type.get(), names.data());
  } else if (H5Tget_size(type.get()) < 1000) {
    const auto values = bytes.ConsumeBytesAsString(count * H5Tget_size(type.get()));
    if (values.size() == count * H5Tget_size(type.get()))
      H5Awrite(attribute.get(), type.get(), values.data());
  }
}

/// Codes and categories, as AnnData writes them, of one type or another.
void add_coded(Provider& bytes, hid_t table, const std::string& name, hsize_t rows) {
  const auto group = io::group_handle(H5Gcreate2(table, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  if (!group) return;
  (void)add_dataset(bytes, group.get(), "codes", rows,
                    bytes.ConsumeBool() ? number_type(bytes) : io::Handle());
  (void)add_dataset(bytes, group.get(), "categories", bytes.ConsumeIntegralInRange<hsize_t>(0, 4),
                    bytes.ConsumeBool() ? text_type(bytes) : io::Handle());
}

void add_columns(Provider& bytes, hid_t table) {
  const auto rows = some_rows(bytes);
  for (auto left = bytes.ConsumeIntegralInRange(0, 5); left > 0; --left) {
    const auto length = bytes.ConsumeIntegralInRange(0, 9) == 0 ? some_rows(bytes) : rows;
    const auto name = "c" + std::to_string(left);
    switch (bytes.ConsumeIntegralInRange(0, 9)) {
      case 0:
      case 1:
        add_coded(bytes, table, name, length);
        break;
      case 2:
        H5Lcreate_soft(bytes.PickValueInArray({"/nowhere", "/customers", "c5", "/"}), table, name.c_str(),
                       H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 3: {
        const auto dataset = add_dataset(bytes, table, name, length, number_type(bytes));
        constexpr std::array<const char*, 6> names{"_FillValue",    "scale_factor", "missing_value",
                                                   "encoding-type", "CLASS",        "psychograph"};
        if (dataset) add_attribute(bytes, dataset.get(), bytes.PickValueInArray(names));
        break;
      }
      default:
        (void)add_dataset(bytes, table, name, length,
                          bytes.ConsumeBool() ? number_type(bytes) : io::Handle());
    }
  }
}

/// The file as it would lie on disk.
std::vector<char> build(Provider& bytes) {
  const auto access = io::property_handle(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(access.get(), 1 << 16, false);
  const auto file = io::file_handle(H5Fcreate("built", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()));
  switch (bytes.ConsumeIntegralInRange(0, 5)) {
    case 0: {
      const auto table = add_dataset(bytes, file.get(), "customers", some_rows(bytes), io::Handle());
      if (table) add_attribute(bytes, table.get(), "columns");
      break;
    }
    case 1: {
      const auto group =
          io::group_handle(H5Gcreate2(file.get(), "customers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      (void)add_dataset(bytes, group.get(), "table", some_rows(bytes), io::Handle());
      break;
    }
    default: {
      const auto group =
          io::group_handle(H5Gcreate2(file.get(), "customers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      add_columns(bytes, group.get());
    }
  }
  H5Fflush(file.get(), H5F_SCOPE_GLOBAL);
  std::vector<char> image(
      static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_file_image(file.get(), nullptr, 0))));
  H5Fget_file_image(file.get(), image.data(), image.size());
  return image;
}

/// All cells of a column, as whatever they can be taken for.
void read(const comm::Communicator& world, const io::Shard& shard, std::size_t c) {
  const auto& column = shard.table().columns[c];
  features::Feature feature;
  feature.name = column.name;
  feature.columns = {column.name};
  feature.sentinels = {{core::Number{-9.0}}, {}};
  feature.leveled = column.type != io::ColumnType::integer && column.type != io::ColumnType::floating;
  if (feature.leveled) {
    const auto found = features::find_levels(world, shard, feature, {});
    auto counted = found.missing;
    for (const auto& level : found.levels) counted += level.count;
    require(counted == shard.table().rows(), "a cell that is neither at a level nor missing");
    return;
  }
  std::vector<double> values;
  std::int64_t seen = 0;
  shard.read(std::span(&c, 1), [&](const io::RawBlock& block) {
    values.resize(block.count);
    features::block_numbers(shard.table(), block, feature, values);
    seen += static_cast<std::int64_t>(block.count);
  });
  require(seen == shard.table().rows(), "a cell that was not read");
}

void look(const std::string& path) {
  constexpr std::int64_t most_rows = 1000;
  static const comm::Communicator world;
  const auto table = io::inspect_table({path}, "/customers");
  require(table.rows() > 0, "a table without rows");
  if (table.rows() > most_rows) return;
  const io::Shard shard(world, table);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].unreadable.empty()) allow_errors([&] { read(world, shard, c); });
  }
}

}  // namespace
}  // namespace psychograph::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  static const boost::mpi::environment environment(boost::mpi::threading::funneled, false);
  psychograph::io::silence_hdf5();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace psychograph::fuzz;
  static const MemoryFile memory;
  FuzzedDataProvider bytes(data, size);
  const auto image = build(bytes);
  memory.write(image.data(), image.size());
  allow_errors([&] { look(memory.path()); });
  return 0;
}

#include "io/shard.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <new>

#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"
#include "io/fence.hpp"
#include "io/links.hpp"
#include "io/stored_column.hpp"

namespace psychograph::io {
namespace {

std::int64_t snap_to_chunk(const Table& table, std::int64_t edge, std::int64_t share) {
  if (edge <= 0 || edge >= table.rows()) return edge;
  const auto place = place_of(table, edge);
  const auto& file = table.files[place.file];
  if (file.chunk_rows * 4 > share) return edge;  // whole chunks would make the shards uneven
  const auto snapped =
      std::min((place.row + file.chunk_rows / 2) / file.chunk_rows * file.chunk_rows, file.rows);
  return edge - place.row + snapped;
}

/// So many rows that what is made of them stays in memory; in whole chunks, so that none is decoded twice.
std::int64_t window_rows(const TableFile& file, std::size_t columns) {
  constexpr std::int64_t cells = std::int64_t{1} << 22;
  const auto wanted = std::max<std::int64_t>(1, cells / static_cast<std::int64_t>(columns));
  return (wanted + file.chunk_rows - 1) / file.chunk_rows * file.chunk_rows;
}

/// Whether the rows of a file are those of several ranks. The same on all.
bool is_shared(const std::vector<std::int64_t>& edges, core::RowRange rows) {
  return std::any_of(edges.begin(), edges.end(),
                     [&](std::int64_t edge) { return rows.begin < edge && edge < rows.end; });
}

/// Empty where they can't be read: nothing may be thrown while ranks meet.
std::vector<std::string> names_of_matrix(hid_t dataset) {
  try {
    return read_string_attribute(dataset, "columns");
  } catch (const core::Error&) {
    return {};
  }
}

/// Opens a dataset. One that is read alone, in windows, keeps a large chunk decoded: some writers make one
/// chunk of a whole column, which each window would decode anew.
Handle open_dataset(hid_t in, const std::string& name, hid_t access, bool alone) {
  auto dataset = dataset_handle(H5Dopen2(in, name.c_str(), access));
  const auto properties = property_handle(dataset ? H5Dget_create_plist(dataset.get()) : H5I_INVALID_HID);
  if (!alone || !properties || H5Pget_layout(properties.get()) != H5D_CHUNKED) return dataset;
  constexpr std::size_t usual = std::size_t{1} << 20U;
  constexpr std::size_t most = std::size_t{1} << 29U;
  hsize_t edges[H5S_MAX_RANK]{};
  const int rank = H5Pget_chunk(properties.get(), H5S_MAX_RANK, edges);
  std::size_t bytes = H5Tget_size(type_handle(H5Dget_type(dataset.get())).get());
  for (int i = 0; i < rank && bytes <= most; ++i) bytes *= edges[i];
  if (bytes <= usual || bytes > most) return dataset;
  const auto roomy = property_handle(H5Pcopy(access));
  H5Pset_chunk_cache(roomy.get(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT, bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
  dataset.reset();
  return dataset_handle(H5Dopen2(in, name.c_str(), roomy.get()));
}

comm::Communicator nobody() { return {MPI_COMM_NULL, boost::mpi::comm_attach}; }

}  // namespace

std::vector<std::int64_t> shard_edges(const Table& table, int size) {
  const auto n = table.rows();
  std::vector<std::int64_t> edges;
  for (int rank = 0; rank < size; ++rank) {
    edges.push_back(snap_to_chunk(table, comm::local_range(n, rank, size).begin, n / size));
  }
  edges.push_back(n);
  return edges;
}

Shard::Shard(const comm::Communicator& world, Table table) : world_(world), table_(std::move(table)) {
  const auto edges = shard_edges(table_, world.size());
  const auto rank = static_cast<std::size_t>(world.rank());
  rows_ = {edges[rank], edges[rank + 1]};
  for (std::size_t r = 0; r + 1 < edges.size(); ++r)
    most_local_rows_ = std::max(most_local_rows_, edges[r + 1] - edges[r]);
  std::int64_t file_begin = 0;
  for (std::size_t f = 0; f < table_.files.size(); ++f) {
    const core::RowRange file_rows{file_begin, file_begin + table_.files[f].rows};
    file_begin = file_rows.end;
    const auto mine = core::intersection(rows_, file_rows);
    auto group = is_shared(edges, file_rows) ? comm::subgroup(world, !mine.empty()) : nobody();
    if (mine.empty()) continue;
    files_.push_back({f,
                      std::move(group),
                      {mine.begin - file_rows.begin, mine.end - file_rows.begin},
                      mine.begin - rows_.begin,
                      Handle()});
  }
  comm::run_on_all_ranks(world, [&] {
    for (const auto& file : files_) require_unchanged(file);
  });
  comm::run_on_all_ranks(world, [&] { open_files(); });
}

void Shard::open_files() {
  const bool few = files_.size() <= most_held_files;
  std::string failed;  // told once all files have been tried: the ranks of the others wait for this one
  for (auto& file : files_) {
    if (!file.group && !few) continue;
    file.file = open(file);
    if (!file.file && failed.empty()) failed = open_failure(file);
  }
  if (!failed.empty()) throw core::environment_error(failed);
}

/// By all ranks of its group; by the system's own calls where this rank is its only one.
Handle Shard::open(const OpenFile& file) const {
  const Fence fence(table_.files[file.index].path);
  const auto access =
      property_handle(file.group ? comm::parallel_file_access(file.group) : comm::reading_file_access());
  return file_handle(H5Fopen(table_.files[file.index].path.c_str(), H5F_ACC_RDONLY, access.get()));
}

std::string Shard::open_failure(const OpenFile& file) const {
  return fmt::format("{}: can't be opened: {}", table_.files[file.index].path, last_hdf5_error());
}

void Shard::require_unchanged(const OpenFile& file) const {
  const auto& found = table_.files[file.index];
  if (file_state(found.path) != found.state) throw changed_since_read(found.path);
  for (const auto& [path, state] : found.outside) {
    if (file_state(path) != state) throw changed_since_read(path);
  }
}

void Shard::read(std::span<const std::size_t> columns, const Visit& visit) const {
  read(columns, {0, table_.rows()}, Order::by_column, visit);
}

void Shard::read_by_rows(std::span<const std::size_t> columns, const Visit& visit) const {
  read(columns, {0, table_.rows()}, Order::by_rows, visit);
}

void Shard::read(std::span<const std::size_t> columns, std::int64_t first, std::int64_t count,
                 const Visit& visit) const {
  read(columns, {first, first + count}, Order::by_column, visit);
}

void Shard::read(std::span<const std::size_t> columns, core::RowRange local_rows, Order order,
                 const Visit& visit) const {
  // The ranks of a file open its datasets together; after that nothing in here meets another rank.
  const auto datasets = open_held(columns);
  comm::run_on_all_ranks(world_, [&] { read_rows(columns, datasets, local_rows, order, visit); });
}

void Shard::read_rows(std::span<const std::size_t> columns, const std::vector<Datasets>& datasets,
                      core::RowRange local_rows, Order order, const Visit& visit) const {
  const auto show = [&](const RawBlock& block) {
    visit(block);
    if (witness_) witness_(block);
    if (core::stop_requested()) throw core::stopped_error("stopped on request");
  };
  for (std::size_t f = 0; f < files_.size(); ++f) {
    const auto& file = files_[f];
    const auto local =
        core::intersection({file.local_first, file.local_first + file.rows.size()}, local_rows);
    const auto in_file = file.rows.begin - file.local_first;
    const core::RowRange rows{in_file + local.begin, in_file + local.end};
    if (rows.empty()) continue;
    with_datasets(f, columns, datasets[f], [&](const Datasets& opened) {
      if (table_.layout != Layout::columns) {
        read_whole_rows(file, rows, columns, opened, show);
        return;
      }
      const auto window =
          order == Order::by_rows ? window_rows(table_.files[file.index], columns.size()) : table_.rows();
      for (auto begin = rows.begin; begin < rows.end;) {
        const auto end = std::min(rows.end, (begin / window + 1) * window);
        read_columns(file, {begin, end}, columns, opened, show);
        begin = end;
      }
    });
  }
}

std::vector<Shard::Datasets> Shard::open_held(std::span<const std::size_t> columns) const {
  std::vector<Datasets> datasets;
  for (const auto& file : files_) datasets.push_back(file.file ? open_datasets(file, columns) : Datasets());
  return datasets;
}

void Shard::with_datasets(std::size_t f, std::span<const std::size_t> columns, const Datasets& held,
                          const std::function<void(const Datasets&)>& use) const {
  const auto& file = files_[f];
  const auto opened = file.file ? Datasets() : open_datasets(file, columns);
  const auto& datasets = file.file ? held : opened;
  require_unchanged(file);
  require_as_declared(file, columns, datasets);
  use(datasets);
  require_unchanged(file);
}

void Shard::require_as_declared(const OpenFile& file, std::span<const std::size_t> columns,
                                const Datasets& datasets) const {
  const auto& found = table_.files[file.index];
  const auto fits = [&](const DatasetReader& reader) { return reader && reader.rows() == found.rows; };
  bool same = std::all_of(datasets.readers.begin(), datasets.readers.end(), fits);
  for (std::size_t i = 0; same && i < columns.size(); ++i) {
    const auto& column = table_.columns[columns[i]];
    if (table_.layout == Layout::columns) {
      same = is_stored_as(column, datasets.readers[i].type());
      continue;
    }
    const auto type = datasets.readers.front().type();
    if (table_.layout == Layout::matrix) {
      const auto& places = datasets.places;
      same = places.size() == datasets.readers.front().width() && is_stored_as(column, type) &&
             places.contains(column.name);
      continue;
    }
    const auto member =
        H5Tget_class(type) == H5T_COMPOUND ? H5Tget_member_index(type, column.name.c_str()) : -1;
    same = member >= 0 &&
           is_stored_as(column, type_handle(H5Tget_member_type(type, static_cast<unsigned>(member))).get());
  }
  if (!same) throw changed_since_read(found.path);
}

Shard::Datasets Shard::open_datasets(const OpenFile& file, std::span<const std::size_t> columns) const {
  const auto& path = table_.files[file.index].path;
  Datasets opened;
  if (!file.file) {
    opened.file = open(file);
    if (!opened.file) throw core::environment_error(open_failure(file));
  }
  const Fence fence(path);
  const auto access = link_access(table_.external);
  const auto in = file.file ? file.file.get() : opened.file.get();
  if (table_.layout != Layout::columns) {
    auto object = object_handle(H5Oopen(in, table_.name.c_str(), access.get()));
    if (H5Iget_type(object.get()) == H5I_GROUP)
      object = object_handle(H5Oopen(object.get(), "table", access.get()));
    if (table_.layout == Layout::matrix) {
      for (auto& name : names_of_matrix(object.get()))
        opened.places.emplace(std::move(name), opened.places.size());
    }
    opened.readers.emplace_back(
        std::move(object), fmt::format("{}: {}", path, table_.name),
        table_.layout == Layout::matrix ? DatasetReader::Rows::across : DatasetReader::Rows::of_one_cell);
    return opened;
  }
  for (const auto c : columns) {
    const auto& column = table_.columns[c];
    const auto name = table_.name + "/" + column.name + (column.codes_apart ? "/codes" : "");
    opened.readers.emplace_back(open_dataset(in, name, access.get(), columns.size() == 1),
                                fmt::format("{}: column \"{}\"", path, column.name),
                                DatasetReader::Rows::of_one_cell);
  }
  return opened;
}

std::vector<ElementType> Shard::element_types(std::size_t column) const {
  const auto wanted = std::span(&column, 1);
  const auto datasets = open_held(wanted);
  return comm::run_on_all_ranks(world_, [&] {
    std::vector<ElementType> types;
    for (std::size_t f = 0; f < files_.size(); ++f) {
      with_datasets(f, wanted, datasets[f],
                    [&](const Datasets& opened) { types.push_back(element_type_of(column, opened)); });
    }
    return types;
  });
}

ElementType Shard::element_type_of(std::size_t column, const Datasets& datasets) const {
  const auto type = datasets.readers.front().type();
  if (table_.layout != Layout::records) return element_type(type);
  const auto member = static_cast<unsigned>(H5Tget_member_index(type, table_.columns[column].name.c_str()));
  return element_type(type_handle(H5Tget_member_type(type, member)).get());
}

std::size_t Shard::offset_of(std::size_t column, const Datasets& datasets) const {
  const auto type = datasets.readers.front().type();
  const auto& name = table_.columns[column].name;
  if (table_.layout == Layout::records)
    return H5Tget_member_offset(type, static_cast<unsigned>(H5Tget_member_index(type, name.c_str())));
  return datasets.places.at(name) * H5Tget_size(type);
}

void Shard::read_columns(const OpenFile& file, core::RowRange rows, std::span<const std::size_t> columns,
                         const Datasets& datasets, const Visit& visit) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto element = element_type(datasets.readers[i].type());
    datasets.readers[i].read(rows, table_.files[file.index].chunk_rows, buffer_, seconds_reading_,
                             [&](std::int64_t first, std::size_t count, const std::byte* bytes) {
                               const auto local = first - file.rows.begin + file.local_first;
                               visit({columns[i], file.index, local, count, bytes, element.size, &element});
                             });
  }
}

/// A matrix or records: whole rows are read, and each column is seen with the row's stride.
void Shard::read_whole_rows(const OpenFile& file, core::RowRange rows, std::span<const std::size_t> columns,
                            const Datasets& datasets, const Visit& visit) const {
  const auto& reader = datasets.readers.front();
  std::vector<ElementType> types;
  std::vector<std::size_t> offsets;
  for (const auto c : columns) {
    types.push_back(element_type_of(c, datasets));
    offsets.push_back(offset_of(c, datasets));
  }
  reader.read(
      rows, table_.files[file.index].chunk_rows, buffer_, seconds_reading_,
      [&](std::int64_t first, std::size_t count, const std::byte* bytes) {
        const auto local = first - file.rows.begin + file.local_first;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          visit({columns[i], file.index, local, count, bytes + offsets[i], reader.row_bytes(), &types[i]});
        }
      });
}

}  // namespace psychograph::io

#include "results/start.hpp"

#include <algorithm>
#include <cmath>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/feature_matrix.hpp"
#include "features/encodable.hpp"
#include "io/fence.hpp"
#include "io/input_file.hpp"
#include "io/storage.hpp"
#include "results/layout.hpp"

namespace psychograph::results {
namespace {

/// The values [k, q] and, for a result file, the names of their columns.
struct Start {
  std::vector<double> values;
  std::vector<hsize_t> dims;
  std::vector<std::string> columns;
};

/// Throws unless the start can be [k, q].
void check_shape(const Start& start, const std::string& path, const std::vector<std::string>& wanted,
                 std::int64_t k) {
  const std::size_t q = start.columns.empty() ? wanted.size() : start.columns.size();
  if (start.dims.size() == 2 && start.dims[0] == static_cast<hsize_t>(k) && start.dims[1] == q) return;
  throw core::data_error(
      fmt::format("{}: the start is [{}], and [{}, {}] is needed: k segments, and the columns {}", path,
                  fmt::join(start.dims, ", "), k, wanted.size(), fmt::join(wanted, ", ")));
}

Start read_file(const std::string& path, const std::vector<std::string>& wanted, std::int64_t k) {
  const io::Fence fence(path);
  const io::InputFile file(path, "start (cluster.init)");
  Start start;
  const bool result = file.has(layout::segments);
  const std::string name = result ? layout::centroids_in_user_units : "/centroids";
  if (!file.has(name))
    throw core::data_error(
        fmt::format("{}: no dataset {}: a start holds the centroids in the user's units", path, name));
  const auto dataset = file.object(name);
  if (H5Iget_type(dataset.get()) != H5I_DATASET) file.fail(name);
  if (result) {
    start.columns = file.strings(layout::columns);
    if (start.columns.empty()) file.fail(layout::columns);
  }
  start.dims = io::dimensions(io::space_handle(H5Dget_space(dataset.get())).get());
  check_shape(start, path, wanted, k);
  const auto kind = H5Tget_class(io::type_handle(H5Dget_type(dataset.get())).get());
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || !io::is_stored(dataset.get()))
    throw core::data_error(fmt::format("{}: {} holds no numbers", path, name));
  start.values.resize(start.dims[0] * start.dims[1]);
  if (H5Dread(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, start.values.data()) < 0) {
    throw core::data_error(fmt::format("{}: can't read {}: {}", path, name, io::last_hdf5_error()));
  }
  return start;
}

/// Which column of the start is each of the wanted ones.
std::vector<std::size_t> places_of(const Start& start, const std::string& path,
                                   const std::vector<std::string>& wanted) {
  std::vector<std::size_t> places;
  const auto& columns = start.columns;
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    const auto place = std::find(columns.begin(), columns.end(), wanted[j]);
    if (!columns.empty() && place == columns.end())
      throw core::data_error(fmt::format("{}: the earlier result has no column \"{}\"", path, wanted[j]));
    if (!columns.empty() && std::find(place + 1, columns.end(), wanted[j]) != columns.end())
      throw core::data_error(
          fmt::format("{}: the earlier result has the column \"{}\" twice", path, wanted[j]));
    places.push_back(columns.empty() ? j : static_cast<std::size_t>(place - columns.begin()));
  }
  return places;
}

/// The values [k, wanted], columns in the schema's order.
std::vector<double> arrange(const Start& start, const std::string& path,
                            const std::vector<std::string>& wanted) {
  const auto places = places_of(start, path, wanted);
  std::vector<double> values;
  for (std::size_t c = 0; c < start.dims[0]; ++c) {
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      const double value = start.values[c * start.dims[1] + places[j]];
      if (!std::isfinite(value))
        throw core::data_error(
            fmt::format("{}: centroid {}, column \"{}\": {} is no start", path, c, wanted[j], value));
      values.push_back(value);
    }
  }
  return values;
}

}  // namespace

core::Centroids read_start(const comm::Communicator& world, const std::string& path,
                           const features::Schema& schema, std::int64_t k) {
  const auto names = schema.encoded_names();
  auto values = comm::run_on_root(world, [&] { return arrange(read_file(path, names, k), path, names); });
  core::Centroids centroids(static_cast<std::size_t>(k), names.size());
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    const auto centred = schema.to_centred(values.data() + c * names.size());
    std::copy(centred.begin(), centred.end(), centroids.row(c));
    for (const double value : centred) {
      if (!(std::abs(value) <= core::largest_encoded(names.size())))
        throw core::data_error(fmt::format("{}: centroid {} is too far away to start from", path, c));
    }
  }
  return centroids;
}

}  // namespace psychograph::results

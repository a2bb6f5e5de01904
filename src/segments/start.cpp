#include "segments/start.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/hdf5.hpp"

namespace psychograph::segments {
namespace {

/// The values [k, q] and, for a result file, the names of their columns.
struct Start {
  std::vector<double> values;
  std::vector<hsize_t> dims;
  std::vector<std::string> columns;
};

Start read_file(const std::string& path) {
  io::require_readable(path, "cluster.init");
  const auto file = io::file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file) throw io::open_error(path, "can't be read as a start (cluster.init)");
  Start start;
  const bool result = H5Lexists(file.get(), "segments", H5P_DEFAULT) > 0;
  const char* name = result ? "/segments/centroids_original" : "/centroids";
  const auto dataset = io::dataset_handle(H5Dopen2(file.get(), name, H5P_DEFAULT));
  if (!dataset)
    throw core::data_error(
        fmt::format("{}: no dataset {}: a start holds the centroids in the user's units", path, name));
  const auto space = io::space_handle(H5Dget_space(dataset.get()));
  start.dims = io::dimensions(space.get());
  start.values.resize(
      std::accumulate(start.dims.begin(), start.dims.end(), std::size_t{1}, std::multiplies<>()));
  if (H5Dread(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, start.values.data()) < 0) {
    throw core::data_error(fmt::format("{}: can't read {}: {}", path, name, io::last_hdf5_error()));
  }
  if (result) {
    const auto columns = io::dataset_handle(H5Dopen2(file.get(), "/segments/columns", H5P_DEFAULT));
    start.columns = io::read_strings(columns.get());
  }
  return start;
}

/// Columns in the schema's order.
std::vector<double> arrange(const Start& start, const std::string& path,
                            const std::vector<std::string>& wanted, std::int64_t k) {
  const std::size_t q = start.columns.empty() ? wanted.size() : start.columns.size();
  if (start.dims.size() != 2 || start.dims[0] != static_cast<hsize_t>(k) || start.dims[1] != q) {
    throw core::data_error(
        fmt::format("{}: the start is [{}], and [{}, {}] is needed: k segments, and the columns {}", path,
                    fmt::join(start.dims, ", "), k, wanted.size(), fmt::join(wanted, ", ")));
  }
  std::vector<double> values;
  for (std::size_t c = 0; c < static_cast<std::size_t>(k); ++c) {
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      std::size_t source = j;
      if (!start.columns.empty()) {
        const auto place = std::find(start.columns.begin(), start.columns.end(), wanted[j]);
        if (place == start.columns.end())
          throw core::data_error(fmt::format("{}: the earlier result has no column \"{}\"", path, wanted[j]));
        source = static_cast<std::size_t>(place - start.columns.begin());
      }
      const double value = start.values[c * q + source];
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
  auto values = comm::run_on_root(world, [&] { return arrange(read_file(path), path, names, k); });
  core::Centroids centroids(static_cast<std::size_t>(k), names.size());
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    const auto centred = schema.to_centred(values.data() + c * names.size());
    std::copy(centred.begin(), centred.end(), centroids.row(c));
    for (const double value : centred) {
      if (!std::isfinite(value) || std::abs(value) > 1e15)
        throw core::data_error(fmt::format("{}: centroid {} is too far away to start from", path, c));
    }
  }
  return centroids;
}

}  // namespace psychograph::segments

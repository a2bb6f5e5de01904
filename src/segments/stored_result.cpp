#include "segments/stored_result.hpp"

#include <functional>
#include <numeric>
#include <string_view>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "segments/archive.hpp"

namespace psychograph::segments {
namespace {

/// What rank 0 tells the others.
struct Raw {
  std::string archive;
  std::string model_sha256;
  std::string spec;
  std::string version;
  std::string algorithm;
  std::string input_fingerprint;
  std::string previous_model_sha256;
  std::int64_t customers = 0;
  std::vector<std::int64_t> sizes;
  std::vector<double> shares;
  template <class Archive>
  void serialize(Archive& to, unsigned) {
    to& archive& model_sha256& spec& version& algorithm& input_fingerprint& previous_model_sha256& customers&
        sizes& shares;
  }
};

class ResultFile {
 public:
  explicit ResultFile(const std::string& path) : path_(path) {
    io::require_readable(path, "a result of segment");
    file_ = io::file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!file_) throw io::open_error(path, "can't be read as HDF5");
  }

  template <class T>
  std::vector<T> values(const char* name, hid_t type) {
    const auto dataset = open(name);
    const auto space = io::space_handle(H5Dget_space(dataset.get()));
    const auto dims = io::dimensions(space.get());
    std::vector<T> result(std::accumulate(dims.begin(), dims.end(), std::size_t{1}, std::multiplies<>()));
    if (H5Dread(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()) < 0) fail(name);
    return result;
  }
  std::string text(const char* name) {
    const auto texts = io::read_strings(open(name).get());
    if (texts.size() != 1) fail(name);
    return texts.front();
  }
  std::string attribute(const char* object, const char* name) {
    const auto owner = io::object_handle(H5Oopen(file_.get(), object, H5P_DEFAULT));
    if (!owner || H5Aexists(owner.get(), name) <= 0) fail(fmt::format("{}@{}", object, name));
    return attribute_if_there(object, name);
  }
  std::string attribute_if_there(const char* object, const char* name) {
    const auto owner = io::object_handle(H5Oopen(file_.get(), object, H5P_DEFAULT));
    const auto texts = io::read_string_attribute(owner.get(), name);
    return texts.empty() ? "" : texts.front();
  }
  std::int64_t rows(const char* name) {
    const auto space = io::space_handle(H5Dget_space(open(name).get()));
    const auto dims = io::dimensions(space.get());
    return dims.empty() ? 1 : static_cast<std::int64_t>(dims.front());
  }

 private:
  io::Handle open(const char* name) {
    auto dataset = io::dataset_handle(H5Dopen2(file_.get(), name, H5P_DEFAULT));
    if (!dataset) fail(name);
    return dataset;
  }
  [[noreturn]] void fail(const std::string& name) const {
    throw core::data_error(fmt::format("{}: no result of segment: {} is missing or damaged", path_, name));
  }

  std::string path_;
  io::Handle file_;
};

Raw read_raw(const std::string& path) {
  ResultFile file(path);
  Raw raw;
  const auto bytes = file.values<std::uint8_t>("/model/archive", H5T_NATIVE_UINT8);
  raw.archive.assign(bytes.begin(), bytes.end());
  raw.model_sha256 = file.attribute("/model/archive", "sha256");
  if (sha256(raw.archive) != raw.model_sha256)
    throw core::data_error(fmt::format("{}: the model is damaged: its checksum is wrong", path));
  raw.spec = file.text("/run/spec");
  raw.version = file.attribute("/run", "version");
  raw.algorithm = file.attribute("/run", "algorithm");
  raw.input_fingerprint = file.attribute("/run", "input_fingerprint");
  raw.previous_model_sha256 = file.attribute_if_there("/run", "previous_model_sha256");
  raw.customers = file.rows("/assignments/segment");
  raw.sizes = file.values<std::int64_t>("/segments/size", H5T_NATIVE_INT64);
  raw.shares = file.values<double>("/segments/share", H5T_NATIVE_DOUBLE);
  return raw;
}

}  // namespace

StoredResult read_result(const comm::Communicator& world, const std::string& path) {
  auto raw = comm::run_on_root(world, [&] { return read_raw(path); });
  try {
    auto model = from_archive(raw.archive);
    return {std::move(model),
            std::move(raw.archive),
            std::move(raw.model_sha256),
            std::move(raw.spec),
            std::move(raw.version),
            std::move(raw.algorithm),
            std::move(raw.input_fingerprint),
            std::move(raw.previous_model_sha256),
            raw.customers,
            std::move(raw.sizes),
            std::move(raw.shares)};
  } catch (const core::Error& error) {  // on all ranks alike
    throw core::Error(error.code(), fmt::format("{}: {}", path, error.what()));
  }
}

}  // namespace psychograph::segments

#include "segments/stored_result.hpp"

#include <cmath>
#include <optional>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/hdf5.hpp"
#include "io/links.hpp"
#include "io/storage.hpp"
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

  /// All of a one-dimensional dataset of numbers of the class `kind`, as the type `type`; `count` of them,
  /// where that is known.
  template <class T>
  std::vector<T> values(const char* name, H5T_class_t kind, hid_t type,
                        std::optional<std::size_t> count = {}) {
    const auto dataset = open(name);
    const auto length = this->length(name, dataset.get(), kind);
    if (!io::is_stored(dataset.get()) || (count && length != *count)) fail(name);
    std::vector<T> result(length);
    if (H5Dread(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()) < 0) fail(name);
    return result;
  }
  std::string text(const char* name) {
    const auto dataset = open(name);
    if (!io::is_stored(dataset.get())) fail(name);
    const auto texts = io::read_strings(dataset.get());
    if (texts.size() != 1) fail(name);
    return texts.front();
  }
  std::string attribute(const char* object, const char* name) {
    auto text = attribute_if_there(object, name);
    if (!text) fail(fmt::format("{}@{}", object, name));
    return *text;
  }
  std::optional<std::string> attribute_if_there(const char* object, const char* name) {
    const auto owner = io::object_handle(H5Oopen(file_.get(), object, io::link_access(false).get()));
    if (!owner || H5Aexists(owner.get(), name) <= 0) return std::nullopt;
    const auto texts = io::read_string_attribute(owner.get(), name);
    if (texts.size() != 1) fail(fmt::format("{}@{}", object, name));
    return texts.front();
  }
  std::int64_t rows(const char* name) {
    const auto dataset = open(name);
    if (!io::is_stored(dataset.get())) fail(name);
    return static_cast<std::int64_t>(length(name, dataset.get(), H5T_INTEGER));
  }
  [[nodiscard]] bool has(const char* name) const {
    return H5Lexists(file_.get(), name, io::link_access(false).get()) > 0;
  }
  [[noreturn]] void fail(const std::string& name) const {
    throw core::data_error(fmt::format("{}: no result of segment: {} is missing or damaged", path_, name));
  }

 private:
  io::Handle open(const char* name) {
    auto dataset = io::dataset_handle(H5Dopen2(file_.get(), name, io::link_access(false).get()));
    if (!dataset) fail(name);
    return dataset;
  }
  std::size_t length(const char* name, hid_t dataset, H5T_class_t kind) {
    const auto type = io::type_handle(H5Dget_type(dataset));
    const auto dims = io::dimensions(io::space_handle(H5Dget_space(dataset)).get());
    if (dims.size() != 1 || H5Tget_class(type.get()) != kind) fail(name);
    return dims.front();
  }

  std::string path_;
  io::Handle file_;
};

SegmentModel parse_model(const std::string& archive, const std::string& path) {
  try {
    return from_archive(archive);
  } catch (const core::Error& error) {
    throw core::Error(error.code(), fmt::format("{}: {}", path, error.what()));
  }
}

/// What the file says of the model's segments, in the order of their ids.
void read_segments(ResultFile& file, const SegmentModel& model, Raw& raw) {
  const auto k = model.ids.size();
  raw.customers = file.rows("/assignments/segment");
  raw.sizes = file.values<std::int64_t>("/segments/size", H5T_INTEGER, H5T_NATIVE_INT64, k);
  auto left = raw.customers;
  for (const auto size : raw.sizes) {
    if (size < 0 || size > left) file.fail("/segments/size");
    left -= size;
  }
  raw.shares = file.values<double>("/segments/share", H5T_FLOAT, H5T_NATIVE_DOUBLE, k);
  double sum = 0;
  for (const double share : raw.shares) {
    if (!(share >= 0)) file.fail("/segments/share");
    sum += share;
  }
  constexpr double rounding = 1e-6;
  if (sum != 0 && !(std::abs(sum - 1) <= rounding)) file.fail("/segments/share");  // 0: nobody took part
  if (file.has("/segments/id") &&
      file.values<std::int32_t>("/segments/id", H5T_INTEGER, H5T_NATIVE_INT32, k) != model.ids)
    file.fail("/segments/id");
}

Raw read_raw(const std::string& path) {
  const io::Fence fence(path);
  ResultFile file(path);
  Raw raw;
  const auto bytes = file.values<std::uint8_t>("/model/archive", H5T_INTEGER, H5T_NATIVE_UINT8);
  raw.archive.assign(bytes.begin(), bytes.end());
  raw.model_sha256 = file.attribute("/model/archive", "sha256");
  if (sha256(raw.archive) != raw.model_sha256)
    throw core::data_error(fmt::format("{}: the model is damaged: its checksum is wrong", path));
  raw.spec = file.text("/run/spec");
  raw.version = file.attribute("/run", "version");
  raw.algorithm = file.attribute("/run", "algorithm");
  raw.input_fingerprint = file.attribute("/run", "input_fingerprint");
  raw.previous_model_sha256 = file.attribute_if_there("/run", "previous_model_sha256").value_or("");
  read_segments(file, parse_model(raw.archive, path), raw);
  return raw;
}

}  // namespace

StoredResult read_result(const comm::Communicator& world, const std::string& path) {
  auto raw = comm::run_on_root(world, [&] { return read_raw(path); });
  return {parse_model(raw.archive, path),
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
}

}  // namespace psychograph::segments

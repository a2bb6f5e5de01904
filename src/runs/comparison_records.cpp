#include "runs/comparison_records.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/atomic_path.hpp"
#include "results/archive.hpp"

namespace psychograph::runs {
namespace {

namespace fs = std::filesystem;

constexpr const char* suffix = ".run";

/// Texts as words: one a byte, few as these are.
void archive_text(core::StateArchive& archive, std::string& text) {
  std::vector<std::int64_t> bytes(text.begin(), text.end());
  archive& bytes;
  text.clear();
  for (const auto byte : bytes) text.push_back(static_cast<char>(byte));
}

std::string header(const std::string& fingerprint) {
  return fmt::format("psychograph run 2 {} {}\n", PSYCHOGRAPH_VERSION, fingerprint);
}

std::string bytes_of(const core::Words& words) {
  std::string bytes(words.size() * sizeof(std::uint64_t), '\0');
  if (!words.empty()) std::memcpy(bytes.data(), words.data(), bytes.size());
  return bytes;
}

/// None where the text is not of that header, or damaged.
core::Words words_of(const std::string& text, const std::string& head) {
  constexpr std::size_t digest = 64;
  if (text.size() < head.size() + digest + 1 || !text.starts_with(head)) return {};
  const auto bytes = std::string_view(text).substr(head.size() + digest + 1);
  if (bytes.size() % sizeof(std::uint64_t) != 0 ||
      results::sha256(bytes) != std::string_view(text).substr(head.size(), digest))
    return {};
  core::Words words(bytes.size() / sizeof(std::uint64_t));
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

}  // namespace

void TracePoint::archive(core::StateArchive& archive) { archive& start& step& objective& compared& seconds; }

void RunRecord::archive(core::StateArchive& archive) {
  archive& judgement;
  archive& judgement.fitted.starts;
  archive_text(archive, judgement.error);
  archive& n& p& prediction.mean& prediction.interval.low& prediction.interval
      .high& trace& seconds& seconds_fitting;
  auto count = static_cast<std::int64_t>(measures.size());
  archive& count;
  if (archive.reading()) measures.clear();
  for (std::int64_t i = 0; i < count; ++i) {
    if (archive.reading()) measures.emplace_back();
    auto& measure = measures[static_cast<std::size_t>(i)];
    archive_text(archive, measure.name);
    archive& measure.value& measure.error;
  }
}

bool is_of(const evaluate::Judgement& judgement, std::int64_t k, std::size_t columns) {
  if (judgement.k != k) return false;
  if (!judgement.error.empty()) return true;
  const auto& centres = cluster::centres(judgement.fitted.model);
  const auto count = static_cast<std::size_t>(k);
  if (centres.k() != count || centres.p() != columns || judgement.size.size() != count) return false;
  if (!core::find_fault(centres).empty()) return false;
  const auto* plain = std::get_if<cluster::CentroidModel>(&judgement.fitted.model);
  return plain == nullptr || cluster::find_fault(plain->parts, count, columns).empty();
}

std::string RunRecords::path_beside(const std::string& output) { return io::target_of(output) + ".runs"; }

RunRecords::RunRecords(const comm::Communicator& world, const std::string& output, bool keep)
    : world_(world), path_(path_beside(output)) {
  const auto there = comm::run_on_root(world, [&] {
    std::error_code error;
    std::int64_t count = 0;
    for (const auto& entry : fs::directory_iterator(path_, error))
      count += entry.path().extension() == suffix ? 1 : 0;
    error.clear();
    if (!keep) fs::remove_all(path_, error);
    fs::create_directories(path_, error);
    if (error) throw core::environment_error(fmt::format("{}: can't be made: {}", path_, error.message()));
    return count;
  });
  (keep ? kept_ : dropped_) = there;
}

std::string RunRecords::file_of(const std::string& id) const { return path_ + '/' + id + suffix; }

std::optional<RunRecord> RunRecords::find(const std::string& id, const std::string& fingerprint) {
  const auto words = comm::run_on_root(world_, [&] {
    std::ifstream file(file_of(id), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return words_of(text, header(fingerprint));
  });
  if (words.empty()) return std::nullopt;
  try {
    return core::from_words<RunRecord>(words);
  } catch (const core::Error&) {  // of a program that is called the same and is another
    return std::nullopt;
  }
}

void RunRecords::keep(const std::string& id, const std::string& fingerprint, const RunRecord& record) {
  comm::run_on_root(world_, [&] {
    const auto bytes = bytes_of(core::to_words(record));
    io::write_whole(file_of(id), header(fingerprint) + results::sha256(bytes) + '\n' + bytes);
  });
}

void RunRecords::remove_beside(const comm::Communicator& world, const std::string& output) {
  comm::run_on_root(world, [&] {
    std::error_code error;
    fs::remove_all(path_beside(output), error);
  });
}

void RunRecords::remove() {
  comm::run_on_root(world_, [&] {
    std::error_code error;
    fs::remove_all(path_, error);
  });
}

}  // namespace psychograph::runs

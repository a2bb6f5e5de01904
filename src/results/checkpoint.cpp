#include "results/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>

#include <boost/archive/text_oarchive.hpp>
#include <boost/serialization/string.hpp>
#include <cerrno>
#include <fmt/format.h>
#include <random>
#include <unistd.h>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/state_archive.hpp"
#include "io/atomic_path.hpp"
#include "results/archive.hpp"

namespace psychograph::results {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "psychograph checkpoint 5\n";
constexpr const char* suffix = ".state";

template <class Archive>
void checkpoint(Archive& archive, Checkpoint& c) {
  archive& c.program_version& c.spec& c.input_fingerprint;
  auto words = core::to_words(c.progress);
  archive_list(archive, words, [&](std::uint64_t& word) { archive& word; });
  c.progress = core::from_words<cluster::Progress>(words);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? "0" : value;
}

/// Who is running: a job's number is its own, and so is each of its restarts.
std::string run_name() {
  return fmt::format("{}-{}", variable("SLURM_JOB_ID"), variable("SLURM_RESTART_COUNT"));
}

/// Sorts as progress does: restart, begun or not, step.
std::string file_name(const cluster::Progress& progress) {
  return fmt::format("{:07}-{:010}.{}{}", progress.restart, progress.fit ? 1 + progress.steps : 0, run_name(),
                     suffix);
}

/// Beside the result, wherever a link leads; of a name too long for one more word only a part.
std::string folder_of(const std::string& result) {
  constexpr std::size_t longest = 240;
  const fs::path path(io::target_of(result));
  auto name = path.filename().string();
  if (name.size() > longest)
    name = fmt::format("{}-{:016x}", name.substr(0, longest - 17), core::hash_text(name).low);
  return (path.parent_path() / (name + ".checkpoint")).string();
}

core::Error failed(const std::string& path, const char* action, const std::string& reason) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, reason));
}

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw failed(path, "can't be read", std::strerror(errno));
  return text.str();
}

/// Throws a data error that says what is wrong.
Checkpoint parse(const std::string& path) {
  constexpr std::size_t digest = 64;
  const auto text = read_whole(path);
  const auto header = magic.size() + digest + 1;
  if (text.size() < header || !text.starts_with(magic))
    throw core::data_error(fmt::format("{}: is no checkpoint, or cut off", path));
  const auto archive = std::string_view(text).substr(header);
  if (sha256(archive) != text.substr(magic.size(), digest))
    throw core::data_error(fmt::format("{}: is damaged: its checksum is wrong", path));
  try {
    return checkpoint_from_archive(std::string(archive));
  } catch (const core::Error& error) {  // whole, so of another version, or no run's
    throw core::data_error(fmt::format("{}: {}", path, error.what()));
  }
}

/// Whether a run made it: a checkpoint, the owner, or one of these half written.
bool is_ours(const fs::directory_entry& entry) {
  const auto name = entry.path().filename().string();
  const bool known =
      entry.path().extension() == suffix || name == "owner" || name.find(".partial-") != std::string::npos;
  return known && entry.symlink_status().type() == fs::file_type::regular;
}

bool is_damaged(const std::string& path) {
  try {
    (void)parse(path);
    return false;
  } catch (const core::Error&) {
    return true;
  }
}

}  // namespace

std::string to_archive(const Checkpoint& original) {
  auto copy = original;  // one description of the layout serves both ways
  std::ostringstream out;
  boost::archive::text_oarchive archive(out);
  checkpoint(archive, copy);
  return out.str();
}

Checkpoint checkpoint_from_archive(const std::string& text) {
  Checkpoint result;
  try {
    ArchiveReader archive(text);
    checkpoint(archive, result);
    archive.finish();
  } catch (const boost::archive::archive_exception& error) {
    throw core::data_error(fmt::format("can't be read: {}", error.what()));
  }
  return result;
}

CheckpointFolder::CheckpointFolder(const std::string& result) : result_(result), path_(folder_of(result)) {}

std::vector<std::string> CheckpointFolder::list() const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(path_, none)) {
    if (entry.path().extension() == suffix) names.push_back(entry.path().string());
  }
  std::sort(names.rbegin(), names.rend());
  return names;
}

void CheckpointFolder::claim(bool keep) {
  std::error_code error;
  fs::create_directory(path_, error);
  if (error) throw failed(path_, "can't be made", error.message());
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    if (!is_ours(entry))
      throw core::environment_error(
          fmt::format("{}: checkpoints go into this folder, and it holds something else: {}", path_,
                      entry.path().filename().string()));
  }
  io::remove_partials_in(path_);
  for (const auto& state : list()) {
    if (!keep || is_damaged(state)) fs::remove(state, error);
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::random_device random;  // in every container the process has the same number
  owner_ = fmt::format("job {}, host {}, process {}, {:08x}", run_name(), host.data(), ::getpid(), random());
  io::write_whole(path_ + "/owner", owner_ + "\n");
}

std::string CheckpointFolder::owner() const {
  std::ifstream file(path_ + "/owner");
  std::string line;
  std::getline(file, line);
  return line;
}

void CheckpointFolder::require_owner() const {
  const auto now = owner();
  if (now == owner_) return;
  throw core::environment_error(
      fmt::format("{}: another run has taken this result over ({}); this one leaves it alone", result_,
                  now.empty() ? "its checkpoint folder is gone" : now));
}

void CheckpointFolder::write(const Checkpoint& checkpoint) const {
  const auto text = to_archive(checkpoint);
  require_owner();
  io::write_whole(fmt::format("{}/{}", path_, file_name(checkpoint.progress)),
                  fmt::format("{}{}\n{}", magic, sha256(text), text));
  constexpr std::size_t kept = 2;
  const auto names = list();
  std::error_code ignored;
  for (std::size_t i = kept; i < names.size(); ++i) fs::remove(names[i], ignored);
}

std::optional<Checkpoint> CheckpointFolder::newest(std::vector<std::string>& damaged) const {
  const auto names = list();
  for (const auto& name : names) {
    try {
      return parse(name);
    } catch (const core::Error& error) {
      damaged.emplace_back(error.what());
    }
  }
  if (names.empty()) return std::nullopt;
  throw core::data_error(
      fmt::format("{}; none of the {} checkpoints can be gone on from: start without --resume",
                  damaged.front(), names.size()));
}

void CheckpointFolder::remove() const {
  std::error_code ignored;
  if (owner() == owner_) fs::remove_all(path_, ignored);
}

void CheckpointFolder::release() const {
  std::error_code ignored;
  if (!has_any() && owner() == owner_) fs::remove_all(path_, ignored);
}

}  // namespace psychograph::results

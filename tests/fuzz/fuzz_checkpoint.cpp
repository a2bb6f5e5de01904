// Checkpoints whose checksum is right. One that is accepted is the same once written and read again, and fits
// the run that its own centroids are of, and no other.
#include "fuzz.hpp"
#include "results/checkpoint.hpp"
#include "tokens.hpp"

namespace psychograph::fuzz {
namespace {

void look(const std::string& text) {
  const auto checkpoint = results::checkpoint_from_archive(text);
  const auto archive = results::to_archive(checkpoint);
  require(results::to_archive(results::checkpoint_from_archive(archive)) == archive,
          "a checkpoint that changes");
  const auto& progress = checkpoint.progress;
  if (!progress.centroids) return;
  const auto k = progress.centroids->k();
  const auto p = progress.centroids->p();
  require(results::fits(progress, progress.restart, k, p), "a checkpoint that doesn't fit its own run");
  require(!results::fits(progress, progress.restart, k + 1, p), "a checkpoint that fits another run");
}

}  // namespace
}  // namespace psychograph::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace psychograph::fuzz;
  allow_errors([&] { look({reinterpret_cast<const char*>(data), size}); });
  return 0;
}

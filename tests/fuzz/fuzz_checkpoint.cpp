// Checkpoints whose checksum is right. One that is read is the same once written and read again, and a
// k-means that can go on from it is none of another number of segments.
#include "cluster/restarts.hpp"
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
  for (const auto algorithm : spec::all_algorithms()) {
    for (std::int64_t k = 1; k <= 4; ++k) {
      spec::Cluster options;
      options.algorithm = algorithm;
      options.k = k;
      if (!cluster::find_fault(progress, options, 8, 3).empty()) continue;
      require(progress.restart <= 8, "more restarts than there are");
      ++options.k;
      // How far a tree is to grow is in none of its words.
      require(algorithm == spec::Algorithm::bisecting || (!progress.fit && !progress.best) ||
                  !cluster::find_fault(progress, options, 8, 3).empty(),
              "a checkpoint that fits another run");
    }
  }
}

}  // namespace
}  // namespace psychograph::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace psychograph::fuzz;
  allow_errors([&] { look({reinterpret_cast<const char*>(data), size}); });
  return 0;
}

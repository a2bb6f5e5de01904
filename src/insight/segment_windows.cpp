#include "insight/segment_windows.hpp"

#include <algorithm>
#include <utility>

#include "comm/run_on_all_ranks.hpp"
#include "io/windows.hpp"

namespace psychograph::insight {

void walk(const comm::Communicator& world, const io::Shard& shard,
          std::vector<const features::FittedFeature*> features, const std::string& wanted_by,
          const Labels& labels, const SeeWindow& window) {
  constexpr std::int64_t cells_at_once = std::int64_t{1} << 20U;
  constexpr std::int64_t least_rows = 1024;
  const auto width = static_cast<std::int64_t>(std::max<std::size_t>(1, features.size()));
  features::WindowCells cells(shard, std::move(features), {}, wanted_by);
  std::vector<std::int32_t> segments;
  for (io::Windows windows(world, shard, cells.columns(), std::max(least_rows, cells_at_once / width));
       windows.next();) {
    const auto rows = windows.rows();
    comm::run_on_all_ranks(world, [&] {
      cells.begin(rows);
      segments.resize(static_cast<std::size_t>(rows.size()));
      labels(rows, segments);
      if (window.begin) window.begin(segments.size());
    });
    windows.read(
        [&](const io::RawBlock& block) { cells.see(block, [&](std::size_t f) { window.take(cells, f); }); });
    comm::run_on_all_ranks(world, [&] { window.see(rows, segments); });
  }
}

}  // namespace psychograph::insight

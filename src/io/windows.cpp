#include "io/windows.hpp"

#include <algorithm>
#include <utility>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"

namespace psychograph::io {
namespace {

/// In whole chunks, where that does not ask for several times the memory.
std::int64_t window_rows(std::int64_t wanted, std::int64_t chunk_rows) {
  if (chunk_rows > 4 * wanted) return wanted;
  return (wanted + chunk_rows - 1) / chunk_rows * chunk_rows;
}

}  // namespace

Windows::Windows(const comm::Communicator& world, const Shard& shard, std::vector<std::size_t> columns,
                 std::int64_t rows_at_once)
    : world_(world), shard_(shard), columns_(std::move(columns)), datasets_(shard.open_held(columns_)) {
  edges_.push_back(0);
  for (const auto& file : shard_.files_) {
    const auto window = window_rows(rows_at_once, shard_.table().files[file.index].chunk_rows);
    for (auto begin = file.rows.begin; begin < file.rows.end;) {
      begin = std::min(file.rows.end, (begin / window + 1) * window);
      edges_.push_back(file.local_first + begin - file.rows.begin);
    }
  }
  steps_ = comm::max_over_ranks(world_, static_cast<std::int64_t>(edges_.size()) - 1);
}

bool Windows::next() { return done_++ < steps_; }

core::RowRange Windows::rows() const {
  const auto last = edges_.size() - 1;
  const auto window = static_cast<std::size_t>(done_ - 1);
  return {edges_[std::min(window, last)], edges_[std::min(window + 1, last)]};
}

double Windows::share() const { return static_cast<double>(done_) / static_cast<double>(steps_); }

void Windows::read(const Shard::Visit& visit) const {
  const auto window = rows();
  comm::run_on_all_ranks(
      world_, [&] { shard_.read_rows(columns_, datasets_, window, Shard::Order::by_column, visit); });
}

}  // namespace psychograph::io

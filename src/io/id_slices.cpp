#include "io/id_slices.hpp"

#include <numeric>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"

namespace psychograph::io {

std::vector<std::size_t> count_places(const Shard& shard, std::size_t column, const Meeting& meeting) {
  std::vector<std::size_t> begins(meeting.slices() * meeting.ranks() + 1, 0);
  read_keys(shard, column, [&](std::size_t, std::span<const core::Hash128> keys) {
    for (const auto& key : keys) ++begins[meeting.place_of(key) + 1];
  });
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  return begins;
}

std::vector<std::int64_t> count_rounds(const comm::Communicator& world,
                                       const std::vector<std::size_t>& begins, const Meeting& meeting) {
  std::vector<std::int64_t> rounds(meeting.slices(), 0);
  for (std::size_t place = 0; place + 1 < begins.size(); ++place) {
    const auto count = begins[place + 1] - begins[place];
    auto& most = rounds[place / meeting.ranks()];
    most = std::max(most, static_cast<std::int64_t>((count + meeting.at_once() - 1) / meeting.at_once()));
  }
  comm::max_over_ranks(world, rounds);
  return rounds;
}

void fail_changed(const Table& table, std::size_t column) {
  throw core::data_error(fmt::format("{}: column \"{}\" has changed while it was read: run again",
                                     files_name(table), table.columns[column].name));
}

}  // namespace psychograph::io

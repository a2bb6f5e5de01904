#include "io/row_store.hpp"

#include <algorithm>
#include <cstring>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "io/id_join.hpp"

namespace psychograph::io {
namespace {

/// That a rank answers, and is answered, at a time.
constexpr std::size_t bytes_at_once = std::size_t{32} << 20U;

}  // namespace

RowStore::RowStore(const comm::Communicator& world, const Shard& shard, std::size_t record_bytes)
    : world_(world), edges_(shard_edges(shard.table(), world.size())), record_bytes_(record_bytes) {
  records_ = comm::run_on_all_ranks(
      world, [&] { return core::RowArray<std::byte>(shard.local_rows() * record_bytes, shard.where()); });
}

/// The rows that one rank asks the others for.
struct RowStore::Questions {
  std::vector<std::vector<std::size_t>> rows;    ///< [ranks], local ones of the rank that is asked
  std::vector<std::vector<std::size_t>> places;  ///< [ranks], in what is wanted
};

RowStore::Questions RowStore::questions_for(std::span<const std::int64_t> wanted) const {
  const auto ranks = static_cast<std::size_t>(world_.size());
  Questions questions{std::vector<std::vector<std::size_t>>(ranks),
                      std::vector<std::vector<std::size_t>>(ranks)};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == no_such_row) continue;
    const auto above = std::upper_bound(edges_.begin(), edges_.end(), wanted[i]);
    const auto rank = static_cast<std::size_t>(above - edges_.begin()) - 1;
    questions.rows[rank].push_back(static_cast<std::size_t>(wanted[i] - edges_[rank]));
    questions.places[rank].push_back(i);
  }
  return questions;
}

void RowStore::fetch(std::span<const std::int64_t> wanted, const Take& take) const {
  const auto questions = questions_for(wanted);
  // A rank that all ask for the same few rows answers piece by piece.
  const auto at_once = bytes_at_once / (record_bytes_ * questions.rows.size()) + 1;
  std::size_t most = 0;
  for (const auto& rows : questions.rows) most = std::max(most, rows.size());
  most = static_cast<std::size_t>(comm::max_over_ranks(world_, static_cast<std::int64_t>(most)));
  for (std::size_t begin = 0; begin < most; begin += at_once) ask(questions, begin, at_once, take);
}

void RowStore::ask(const Questions& questions, std::size_t begin, std::size_t at_once,
                   const Take& take) const {
  std::vector<std::span<const std::size_t>> outgoing;
  std::vector<std::size_t> begins{0};
  for (const auto& rows : questions.rows) {
    const auto first = std::min(begin, rows.size());
    outgoing.push_back(std::span(rows).subspan(first, std::min(at_once, rows.size() - first)));
    begins.push_back(begins.back() + outgoing.back().size());
  }
  const auto asked = comm::exchange(world_, outgoing);
  std::vector<std::byte> found(asked.values.size() * record_bytes_);
  for (std::size_t i = 0; i < asked.values.size(); ++i)
    std::memcpy(found.data() + i * record_bytes_, records_.data() + asked.values[i] * record_bytes_,
                record_bytes_);
  std::vector<std::span<const std::byte>> answers;
  for (std::size_t rank = 0; rank < outgoing.size(); ++rank)
    answers.push_back(std::span<const std::byte>(found).subspan(asked.begins[rank] * record_bytes_,
                                                                asked.from(rank).size() * record_bytes_));
  std::vector<std::byte> received(begins.back() * record_bytes_);
  comm::exchange_bytes(world_, answers, record_bytes_, received.data(), begins);
  const auto* next = received.data();
  for (std::size_t rank = 0; rank < outgoing.size(); ++rank) {
    for (std::size_t i = 0; i < outgoing[rank].size(); ++i, next += record_bytes_)
      take(questions.places[rank][begin + i], next);
  }
}

}  // namespace psychograph::io

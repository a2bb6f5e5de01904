// Records of a table's rows, each on the rank that holds the row, for whoever asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// A record of `record_bytes` for each local row of a shard, in row memory; zeros until they are filled.
class RowStore {
 public:
  /// Collective.
  RowStore(const comm::Communicator& world, const Shard& shard, std::size_t record_bytes);

  /// Of a local row.
  [[nodiscard]] std::byte* record(std::size_t row) { return records_.data() + row * record_bytes_; }

  /// What to do with the record of the i-th row that this rank has asked for.
  using Take = std::function<void(std::size_t i, const std::byte* record)>;
  /// Hands out the records of `wanted`, global rows of the table or `no_such_row`, which is passed over.
  /// Takes some `record_bytes` + 24 for each of them, twice for a moment. Collective.
  void fetch(std::span<const std::int64_t> wanted, const Take& take) const;

 private:
  struct Questions;
  [[nodiscard]] Questions questions_for(std::span<const std::int64_t> wanted) const;
  /// Those from `begin` on, `at_once` of each rank. Collective.
  void ask(const Questions& questions, std::size_t begin, std::size_t at_once, const Take& take) const;

  const comm::Communicator& world_;
  std::vector<std::int64_t> edges_;  ///< [ranks + 1]
  std::size_t record_bytes_;
  core::RowArray<std::byte> records_;
};

}  // namespace psychograph::io

// What a result was made of: one number for all cells.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/hash_sum.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// A hash of (global row, column name, value) of every cell of some columns, summed modulo 2^128: the same
/// for any number of ranks, any layout, any split into files and any width of number. Tells changed data, not
/// an adversary.
///
/// It watches the shard: cells are hashed when somebody reads them for the first time, so that no pass over
/// the file is needed. The shard must outlive it, and there can be only one at a time.
class Fingerprint {
 public:
  Fingerprint(Shard& shard, std::span<const std::size_t> columns);
  ~Fingerprint() { shard_.watch({}); }
  Fingerprint(const Fingerprint&) = delete;
  Fingerprint& operator=(const Fingerprint&) = delete;

  /// Reads the cells that nobody has read; 32 hex digits. Collective. Throws a data error.
  std::string finish(const comm::Communicator& world);

 private:
  void see(const RawBlock& block);

  Shard& shard_;
  core::HashSum sum_;
  std::vector<core::Hash128> names_;    ///< hashes of the table's columns' names
  std::vector<std::int64_t> next_row_;  ///< by column: the first local row not seen; no_row: not wanted
  std::vector<std::uint64_t> words_;
  std::vector<double> numbers_;
  std::vector<std::int64_t> codes_;
};

}  // namespace psychograph::io

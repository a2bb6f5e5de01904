#include "io/write_back.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/nonblocking.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/file_copy.hpp"
#include "io/open_file.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {
namespace {

/// 4 MiB: what a rank holds of the others' rows at a time.
constexpr std::int64_t block_rows = std::int64_t{1} << 20;
constexpr int tag = 0;  // messages from one rank to another arrive in the order they are sent in

/// Some rows of one file, all of one rank.
struct Block {
  int holder;
  core::RowRange rows;  ///< global
};

class RowHolders {
 public:
  RowHolders(const comm::Communicator& world, std::int64_t first_row, std::size_t count) {
    boost::mpi::all_gather(world, first_row, begins_);
    begins_.push_back(comm::max_over_ranks(world, first_row + static_cast<std::int64_t>(count)));
  }

  /// In row order.
  [[nodiscard]] std::vector<Block> blocks(core::RowRange rows) const {
    std::vector<Block> result;
    for (std::size_t rank = 0; rank + 1 < begins_.size(); ++rank) {
      const auto part = core::intersection({begins_[rank], begins_[rank + 1]}, rows);
      for (auto begin = part.begin; begin < part.end; begin += block_rows)
        result.push_back({static_cast<int>(rank), {begin, std::min(begin + block_rows, part.end)}});
    }
    return result;
  }
  /// Who writes the file that has these rows.
  [[nodiscard]] int writer(core::RowRange rows) const {
    const auto held = blocks({rows.begin, std::min(rows.begin + 1, rows.end)});
    return held.empty() ? 0 : held.front().holder;
  }

 private:
  std::vector<std::int64_t> begins_;  ///< [ranks + 1]
};

/// The column of one file on its way to the rank that writes it.
class Incoming {
 public:
  Incoming(const comm::Communicator& world, std::vector<Block> blocks, std::int64_t first_row,
           std::span<const std::int32_t> own, std::vector<std::int32_t>& buffer)
      : world_(world), blocks_(std::move(blocks)), first_row_(first_row), own_(own), buffer_(buffer) {}

  /// Shows each block that has not been shown, with its first global row.
  template <class Show>
  void each(Show show) {
    while (next_ < blocks_.size()) {
      const auto& [holder, rows] = blocks_[next_++];
      const auto count = static_cast<std::size_t>(rows.size());
      auto values = std::span<const std::int32_t>(buffer_).first(holder == world_.rank() ? 0 : count);
      if (holder == world_.rank()) {
        values = own_.subspan(static_cast<std::size_t>(rows.begin - first_row_), count);
      } else {
        world_.recv(holder, tag, buffer_.data(), static_cast<int>(count));
      }
      show(rows.begin, values);
    }
  }
  /// Takes what is still sent, so that no sender waits for ever.
  void drain() {
    each([](std::int64_t, std::span<const std::int32_t>) {});
  }

 private:
  const comm::Communicator& world_;
  std::vector<Block> blocks_;
  std::size_t next_ = 0;
  std::int64_t first_row_;
  std::span<const std::int32_t> own_;
  std::vector<std::int32_t>& buffer_;
};

void require_unchanged(const WriteBackFile& file, const struct stat& now) {
  const bool same = now.st_dev == file.device && now.st_ino == file.inode && now.st_size == file.bytes &&
                    changed_at(now) == file.changed;
  if (same) return;
  throw core::data_error(
      fmt::format("{}: has changed since this run began, so its rows may be others: nothing is written back "
                  "to it; run again",
                  file.path));
}

struct stat status_at(const WriteBackFile& file) {
  return OpenFile(file.path, file.place, O_RDONLY).status();
}

/// Copies, adds the column, and puts the copy in the file's place.
void replace(const WriteBackFile& file, const WriteBackPlan& plan, const ColumnOrigin& origin,
             Incoming& incoming, const CopyProgress& progress) {
  const OpenFile original(file.path, file.place, O_RDONLY);
  original.lock_against_writers();
  require_unchanged(file, original.status());
  Partial partial(file.path, file.place);
  // HDF5 must not be the one that finds the disk full: its library then hangs or crashes.
  const auto whole = file.bytes + static_cast<std::int64_t>(column_bytes(file.rows.size()));
  if (share_blocks(original.get(), partial.get())) {
    set_aside(file.path, partial.get(), file.bytes, whole);
  } else {
    set_aside(file.path, partial.get(), 0, whole);
    copy_contents(file.path, original.get(), partial.get(), file.bytes, progress);
  }
  WrittenColumn column(file.path, partial.name(), plan.table, plan.column, file.rows.size(), origin);
  incoming.each([&](std::int64_t row, std::span<const std::int32_t> values) {
    column.write(row - file.rows.begin, values);
  });
  column.close();
  partial.file().give_back_unused();
  keep_owner(file.path, original.get(), partial.get());
  require_unchanged(file, status_at(file));
  partial.put_in_place();
}

}  // namespace

void write_back(const comm::Communicator& world, const WriteBackPlan& plan, std::int64_t first_row,
                std::span<const std::int32_t> values, const ColumnOrigin& origin,
                const WriteBackProgress& progress) {
  const RowHolders holders(world, first_row, values.size());
  std::vector<const WriteBackFile*> mine;
  std::vector<std::pair<int, Block>> outgoing;
  std::int64_t total = 0;
  for (const auto& file : plan.files) {
    const int writer = holders.writer(file.rows);
    if (writer == world.rank()) {
      mine.push_back(&file);
      total += file.bytes;
      continue;
    }
    for (const auto& block : holders.blocks(file.rows))
      if (block.holder == world.rank()) outgoing.emplace_back(writer, block);
  }
  auto buffer =
      comm::run_on_all_ranks(world, [&] { return std::vector<std::int32_t>(mine.empty() ? 0 : block_rows); });

  const auto write_mine = [&] {
    // Sent from where they lie, whenever their writer comes to ask: no writer waits for one that waits for
    // it.
    std::vector<boost::mpi::request> sent;
    for (const auto& [writer, block] : outgoing) {
      sent.push_back(world.isend(writer, tag, values.data() + (block.rows.begin - first_row),
                                 static_cast<int>(block.rows.size())));
    }
    std::exception_ptr failure;
    std::int64_t done = 0;
    for (const auto* file : mine) {
      Incoming incoming(world, holders.blocks(file->rows), first_row, values, buffer);
      try {
        if (!failure) {
          replace(*file, plan, origin, incoming, [&](std::int64_t copied) {
            if (world.rank() == 0)
              progress(static_cast<double>(done + copied) /
                       static_cast<double>(std::max<std::int64_t>(1, total)));
          });
        }
      } catch (...) {
        failure = std::current_exception();
      }
      incoming.drain();
      done += file->bytes;
    }
    boost::mpi::wait_all(sent.begin(), sent.end());
    if (failure) std::rethrow_exception(failure);
  };
  try {
    comm::run_on_all_ranks(world, write_mine);
  } catch (...) {  // on all ranks alike, and so they must end alike
    if (comm::max_over_ranks(world, std::int64_t{hdf5_is_abandoned() ? 1 : 0}) > 0) abandon_hdf5();
    throw;
  }
}

}  // namespace psychograph::io

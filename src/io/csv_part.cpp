#include "io/csv_part.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include <boost/mpi/collectives.hpp>

#include "comm/run_on_all_ranks.hpp"
#include "io/csv_window.hpp"

namespace psychograph::io {
namespace {

/// What the ranks after this one need to know of its last part, if its file goes on there.
struct Tail {
  std::int64_t file = -1;  ///< -1: nothing goes on
  std::int64_t begins_file = 0;
  CsvMarks marks;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& file& begins_file& marks.quotes& marks.newlines;
  }
};

/// The marks of the file that rank `rank`'s first part lies in, before that part.
CsvMarks marks_before(const std::vector<Tail>& tails, int rank, std::size_t file) {
  CsvMarks sum;
  for (auto before = static_cast<std::size_t>(rank); before-- > 0;) {
    const auto& tail = tails[before];
    if (tail.file < 0) continue;  // a rank without bytes
    if (tail.file != static_cast<std::int64_t>(file)) break;
    sum.quotes += tail.marks.quotes;
    sum.newlines += tail.marks.newlines;
    if (tail.begins_file != 0) break;
  }
  return sum;
}

void count(std::string_view text, CsvMarks& marks) {
  constexpr std::size_t lane_block = 4096;  // small counters fill more vector lanes
  for (std::size_t begin = 0; begin < text.size(); begin += lane_block) {
    const auto block = text.substr(begin, lane_block);
    std::uint16_t quotes = 0;
    std::uint16_t newlines = 0;
    for (const char c : block) {
      quotes = static_cast<std::uint16_t>(quotes + (c == '"'));
      newlines = static_cast<std::uint16_t>(newlines + (c == '\n'));
    }
    marks.quotes += quotes;
    marks.newlines += newlines;
  }
}

}  // namespace

CsvMarks count_csv_marks(const CsvFile& file, std::int64_t begin, std::int64_t end) {
  CsvMarks marks;
  for (CsvWindow window(file.bytes, begin, end); !window.whole() || !window.loaded().empty();) {
    count(window.loaded(), marks);
    window.consume(window.loaded().size());
    window.load();
  }
  return marks;
}

std::vector<CsvPart> csv_parts(const CsvTable& table, int rank, int size) {
  std::int64_t total = 0;
  for (const auto& file : table.files) total += file.data_end - file.data_begin;
  const auto mine = comm::local_range(total, rank, size);
  std::vector<CsvPart> parts;
  std::int64_t file_begin = 0;  // within all files' records, one behind the other
  for (std::size_t f = 0; f < table.files.size(); ++f) {
    const auto& file = table.files[f];
    const core::RowRange bytes{file_begin, file_begin + file.data_end - file.data_begin};
    const auto shared = core::intersection(bytes, mine);
    if (!shared.empty()) {
      const auto shift = file.data_begin - file_begin;
      parts.push_back({f, shared.begin + shift, shared.end + shift, false, file.data_line});
    }
    file_begin = bytes.end;
  }
  return parts;
}

std::vector<CsvPart> deal_out_csv(const comm::Communicator& world, const CsvTable& table) {
  auto parts = csv_parts(table, world.rank(), world.size());
  const auto tail = comm::run_on_all_ranks(world, [&] {
    if (parts.empty()) return Tail{};
    const auto& last = parts.back();
    const auto& file = table.files[last.file];
    if (last.end == file.data_end) return Tail{};
    return Tail{static_cast<std::int64_t>(last.file), std::int64_t{last.begin == file.data_begin},
                count_csv_marks(file, last.begin, last.end)};
  });
  std::vector<Tail> tails;
  boost::mpi::all_gather(world, tail, tails);
  if (!parts.empty() && parts.front().begin != table.files[parts.front().file].data_begin) {
    auto& first = parts.front();
    const auto before = marks_before(tails, world.rank(), first.file);
    first.inside_quotes = before.quotes % 2 != 0;
    first.line += before.newlines;
  }
  return parts;
}

}  // namespace psychograph::io

#include "features/text_guess.hpp"

#include <algorithm>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "io/csv_spelling.hpp"

namespace psychograph::features {

void TextGuess::see(std::string_view text, std::int64_t row, std::int64_t count) {
  static const io::CellRules rules{io::MissingWords({}), '.'};
  auto cell = io::read_cell(text, rules);
  if (cell.kind == io::CellKind::time) cell = {io::CellKind::text};
  if (cell.kind == io::CellKind::text && io::is_spelled_number(text, rules.decimal))
    cell.kind = io::CellKind::spelled;
  guess_.see(cell, text.size());
  const auto k = static_cast<std::size_t>(cell.kind);
  guess_.counts()[k] += count - 1;
  if (row < firsts_[k].row) firsts_[k] = {row, std::string(text)};
}

void TextGuess::agree(const comm::Communicator& world) {
  comm::sum_over_ranks(world, guess_.counts());
  comm::max_over_ranks(world, guess_.extremes());
  std::vector<std::vector<First>> by_rank;
  boost::mpi::all_gather(world, std::vector<First>(firsts_.begin(), firsts_.end()), by_rank);
  for (const auto& firsts : by_rank) {
    for (std::size_t kind = 0; kind < firsts_.size(); ++kind) {
      if (firsts[kind].row < firsts_[kind].row) firsts_[kind] = firsts[kind];
    }
  }
}

const TextGuess::First& TextGuess::first_bad() const {
  const auto& text = firsts_[static_cast<std::size_t>(io::CellKind::text)];
  const auto& spelled = firsts_[static_cast<std::size_t>(io::CellKind::spelled)];
  const auto& code = firsts_[static_cast<std::size_t>(io::CellKind::code)];
  const auto& word = text.row < spelled.row ? text : spelled;
  return code.row < word.row && guess_.is_spoilt() ? code : word;
}

std::string TextGuess::account(const io::Table& table, const std::string& column) const {
  if (!is_spoilt()) {
    return fmt::format("{}: column \"{}\" holds text, and all its values are numbers: store them as numbers",
                       io::files_name(table), column);
  }
  const auto& bad = first_bad();
  const auto others = guess_.values() - guess_.numbers() - 1;
  return fmt::format(
      "{}: \"{}\" is no number{}, and {} of the column's {} values are, which makes them text: "
      "mend {}, or import them as missing (--on-bad-cell missing)",
      io::cell_name(table, column, bad.row), io::shown_cell(bad.text),
      others == 0 ? "" : fmt::format(", nor {} {} more", others == 1 ? "is" : "are", others),
      guess_.numbers(), guess_.values(), others == 0 ? "that cell" : "such cells");
}

TextGuess guess_text(const comm::Communicator& world, const io::Shard& shard, const std::string& column,
                     const spec::Sentinels& missing) {
  TextGuess guess;
  shard.read(std::vector{*shard.table().find(column)}, [&](const io::RawBlock& block) {
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto text = io::text(block, i);
      const auto stands_among = [&](const spec::Sentinels& sentinels) {
        return std::find(sentinels.texts.begin(), sentinels.texts.end(), text) != sentinels.texts.end();
      };
      const bool is_missing = text.empty() || stands_among(missing) ||
                              stands_among(shard.table().columns[block.column].marked_in(block.file));
      if (!is_missing) guess.see(text, shard.rows().begin + block.first + static_cast<std::int64_t>(i));
    }
  });
  guess.agree(world);
  return guess;
}

}  // namespace psychograph::features

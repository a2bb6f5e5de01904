#include "io/csv_column_look.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "io/csv_spelling.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t slots = 256;

std::size_t slot_of(std::string_view text) {
  std::uint32_t end = 0;
  const auto bytes = std::min(sizeof end, text.size());
  std::memcpy(&end, text.data() + text.size() - bytes, bytes);
  const auto mixed = end * 0x9E3779B1U + static_cast<unsigned char>(text.front()) * 0x85EBCA6BU +
                     static_cast<std::uint32_t>(text.size()) * 0xC2B2AE35U;
  return (mixed >> 16U) % slots;
}

}  // namespace

std::string too_long_for_text(std::size_t bytes) {
  return fmt::format(
      "a text of {:.1f} MB: each cell of a text column takes as many bytes as the longest, of which {} MiB "
      "are "
      "allowed; leave the column out with --columns",
      static_cast<double>(bytes) / 1e6, longest_text_cell >> 20);
}

const CellKind* KnownTexts::find(std::string_view text) const {
  if (known_.empty() || text.size() > sizeof(Known::text)) return nullptr;
  const auto& known = known_[slot_of(text)];
  const bool same =
      known.size == text.size() && std::memcmp(known.text.data(), text.data(), text.size()) == 0;
  return same ? &known.kind : nullptr;
}

void KnownTexts::keep(std::string_view text, CellKind kind) {
  if (text.size() > sizeof(Known::text)) return;
  known_.resize(slots);
  auto& known = known_[slot_of(text)];
  known.size = text.size();
  known.kind = kind;
  std::copy(text.begin(), text.end(), known.text.begin());
}

void ColumnLook::look(const PartRecords& records, std::size_t rows, const CellRules& rules, CsvChunk& chunk,
                      FirstCells& firsts) {
  for (std::size_t row = 0; row < rows; ++row) {
    row_ = row;
    const auto field = records.cell(row, column_);
    auto cell = read_cell(field.raw(), rules);
    if (cell.kind == CellKind::text) cell.kind = kind_of_text(records, row, field, rules.decimal);
    if (guess_.see(cell, field.length()))
      firsts[static_cast<std::size_t>(cell.kind)] = {records.place(row, column_), field.text()};
    if (is_id_) look_at_id(records, row, cell, field);
    if (!chunk.add(cell, field, cell.kind == CellKind::missing)) give_as_text(records, row, rules, chunk);
  }
  lost_text_ = lost_text_ || chunk.has_lost_text();
}

/// Throws where the text can't be stored.
CellKind ColumnLook::kind_of_text(const PartRecords& records, std::size_t row, const CsvField& field,
                                  char decimal) {
  const auto text = field.raw();
  if (const auto* known = known_.find(text)) return *known;
  if (!is_storable_text(text)) {
    throw records.fault(row, column_,
                        text.find('\0') != std::string_view::npos
                            ? "holds a zero byte: is the file cut off, or UTF-16?"
                            : "is not UTF-8 text (iconv converts, as in: iconv -f latin1 -t utf-8)");
  }
  if (text.size() > longest_text_cell) {
    throw records.fault(row, column_, too_long_for_text(text.size()));
  }
  const auto kind = is_spelled_number(text, decimal) ? CellKind::spelled : CellKind::text;
  known_.keep(text, kind);
  return kind;
}

void ColumnLook::look_at_id(const PartRecords& records, std::size_t row, const Cell& cell,
                            const CsvField& field) {
  if (cell.kind == CellKind::missing || (cell.kind == CellKind::nan && asked_ == AskedType::integer))
    throw records.fault(row, column_, "the id is missing");
  const bool integer = cell.kind == CellKind::integer || cell.kind == CellKind::wide;
  if (integer && !is_canonical(field.raw())) canonical_ = false;
}

/// All cells of the batch up to that row.
void ColumnLook::give_as_text(const PartRecords& records, std::size_t last, const CellRules& rules,
                              CsvChunk& chunk) const {
  chunk.restart_as_text();
  for (std::size_t row = 0; row <= last; ++row) {
    const auto field = records.cell(row, column_);
    chunk.add_text(field, rules.missing.contains(trimmed(field.raw())));
  }
}

}  // namespace psychograph::io

// Numbers as people write them and no number parser reads them, and what to do about it.
#pragma once

#include <string>
#include <string_view>

namespace psychograph::io {

enum class Spelling {
  none,  ///< no number to a person either
  thousands,
  decimal_comma,
  comma,  ///< for thousands, or for a decimal sign: "1,234"
  percent,
  unit,   ///< a currency, or a common unit
  bound,  ///< "<18", "65+", ">= 5"
  sign,   ///< a minus that is not ASCII's; in brackets
  space,  ///< of a kind that is no plain space
  date,   ///< not as ISO 8601 has it: "31.12.2025", "12/31/2025"
};

/// How `text`, which is no number or date as it stands, is written. `decimal` is the decimal sign in use.
Spelling spelling_of(std::string_view text, char decimal);

/// Whether it is a number or a date to a person (a bound is none), with few steps where it plainly isn't.
/// Precondition: not empty.
bool is_spelled_number(std::string_view text, char decimal);

/// What a user may do about it: a clause for a message, such as "write it without the percent sign".
std::string remedy(Spelling spelling, char decimal);

/// Whether it is one of the words that people write for a value that is not there.
bool is_missing_word(std::string_view text);

/// A cell's text for a message: cut where it is long, and without what would move a terminal's cursor.
std::string shown_cell(std::string_view text);

}  // namespace psychograph::io

// Text of somebody else's, made fit for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace psychograph::core {

/// `text` as one line that does nothing to a terminal: control characters, line ends and bytes that are no
/// UTF-8 become visible (\x1b, \n, \xf6), and so do the characters that turn the direction of writing
/// (\u202e). All else stays as it is.
std::string printable(std::string_view text);

/// The same for a text of several lines, whose own line ends stay. Names in it must have gone through
/// `printable` before.
std::string printable_lines(std::string_view text);

/// How many bytes the UTF-8 character takes that `text` begins with; 0 where it begins with none, or is
/// empty.
std::size_t utf8_character(std::string_view text);

}  // namespace psychograph::core

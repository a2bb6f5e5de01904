// Text of a file that may be none: HDF5 stores bytes, whatever they are.
#pragma once

#include <string>
#include <string_view>

namespace psychograph::io {

/// The text as UTF-8 without a zero byte, as it can be stored and shown: itself, where it is. Else its bytes
/// beyond ASCII are read as Latin-1, which keeps different texts different, and a zero byte becomes U+2400.
std::string as_utf8(std::string_view text);

}  // namespace psychograph::io

// A block of one column as it lies in the file, and its cells as numbers or text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/number.hpp"
#include "io/hdf5.hpp"
#include "spec/spec.hpp"

namespace psychograph::io {

/// How the cells of a column are stored.
struct ElementType {
  enum class Code { i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, fixed_text, variable_text, other };
  Code code = Code::other;
  std::size_t size = 0;
  bool space_padded = false;
  bool zero_padded = false;  ///< else the first zero byte ends a text
  bool is_unsigned = false;
  bool is_integer = false;
  /// What a floating number of the type holds: multiples of 2^least_exponent below 2^end_exponent, of at most
  /// so many binary digits.
  struct Precision {
    int digits = 53;
    int least_exponent = -1074;
    int end_exponent = 1024;
  } precision = {};
  std::shared_ptr<Handle> stored;  ///< the HDF5 type
};
/// The element type for an HDF5 type (an enum counts as its integers).
ElementType element_type(hid_t type);
/// Whether it is a number of this machine's.
bool is_number(ElementType::Code code);
/// The native HDF5 type of a number's code. Precondition: neither text nor `other`.
hid_t native_number(ElementType::Code code);

/// `count` cells of one column, `stride` bytes apart, from local row `first` on. Valid during the visit
/// alone.
struct RawBlock {
  std::size_t column = 0;  ///< index into Table::columns
  std::size_t file = 0;    ///< index into Table::files
  std::int64_t first = 0;
  std::size_t count = 0;
  const std::byte* data = nullptr;
  std::size_t stride = 0;
  const ElementType* type = nullptr;
};

/// Cells [begin, begin + count) of a block.
RawBlock slice(const RawBlock& block, std::size_t begin, std::size_t count);

/// Cells as doubles, NaN where missing (NaN, or a sentinel). `out` has block.count elements.
void numbers(const RawBlock& block, const spec::Sentinels& missing, std::span<double> out);
/// Makes NaN of those of the block's `cells` that are sentinels. They are compared in the type of the column:
/// a sentinel is the nearest number of that type, and integers of 64 bits are told apart to the last digit.
void mark_missing(const RawBlock& block, const spec::Sentinels& missing, std::span<double> cells);
/// Cells of integers (or of floating numbers, truncated) as int64, bit for bit for uint64.
void integers(const RawBlock& block, std::span<std::int64_t> out);
/// What `integers` has read from a cell of that type.
core::Number number_of(const ElementType& type, std::int64_t cell);
/// Its digits.
std::string whole_text(const ElementType& type, std::int64_t cell);
/// A floating number in the fewest digits that tell it apart; all digits of a whole one below 2^64, so that
/// it reads as the integer that it is.
std::string number_text(double value);
/// The text of cell `i`, without padding. Precondition: a text type.
std::string_view text(const RawBlock& block, std::size_t i);

}  // namespace psychograph::io

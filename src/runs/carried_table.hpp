// A table's columns on their way into another file, cells and attributes: what `join` and `behavior` do with
// the table whose rows the result has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/carried_attributes.hpp"
#include "io/carried_column.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

/// A column that goes into the result, under a name of its own.
struct Taken {
  std::size_t column;
  std::string name;
};
/// Which columns of the table they are.
std::vector<std::size_t> places(std::span<const Taken> taken);

/// A table, with what goes of it into the result.
struct CarriedTable {
  const io::Shard& shard;
  std::vector<Taken> taken;
  std::vector<io::CarriedColumn> columns;  ///< [taken]

  [[nodiscard]] double row_bytes() const {
    double bytes = 0;
    for (const auto& column : columns) bytes += static_cast<double>(column.bytes());
    return bytes;
  }
};

/// Looks at how the cells are stored, and tells of what is not read as it lies there. `attributes` [taken]
/// are those of `column_attributes`; `gaps`: there will be rows without cells. Collective. Throws a data
/// error.
CarriedTable carry(const comm::Communicator& world, const io::Shard& shard, const std::vector<Taken>& taken,
                   const std::vector<io::CarriedAttributes>& attributes, bool gaps, Reporter& reporter);

/// Creates the columns' datasets in `group`, for so many rows. Collective. Throws an environment error.
void create_columns(const CarriedTable& carried, io::OutputFile& file, const std::string& group,
                    std::int64_t rows);

/// Columns [begin, end) of a table, and where each begins in a record of all.
struct ColumnLot {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::size_t> offsets;  ///< [end - begin]
  std::size_t record_bytes = 0;
};

/// As many columns from `begin` on as there may be, and as have no more than `most_bytes` a row together; one
/// at the least.
ColumnLot lot_from(const CarriedTable& carried, std::size_t begin, std::size_t most_columns,
                   double most_bytes);
/// How many rows of so many bytes are written at a time; one at the least.
std::size_t rows_at_once(std::size_t row_bytes);
/// Where each column of a lot begins in the memory of a window of `rows`.
std::byte* column_in(std::vector<std::byte>& window, const ColumnLot& lot, std::size_t i, std::size_t rows);
/// Writes the lot's columns of a window whose first row is `first_row` of the result. Collective.
void write_window(io::OutputFile& file, const std::string& group, const CarriedTable& carried,
                  const ColumnLot& lot, std::vector<std::byte>& window, std::int64_t first_row,
                  std::size_t rows);

/// Hears of the share that is done, 0 to 1.
using TellShare = std::function<void(double)>;

/// Writes the table's rows as they are, a window at a time. Collective. Throws data and environment errors.
void write_columns(const comm::Communicator& world, const CarriedTable& carried, io::OutputFile& file,
                   const std::string& group, const TellShare& told);

}  // namespace psychograph::runs

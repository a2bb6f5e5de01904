// The attributes of a column, which go along where the column is written anew: marks of missing cells, units,
// and what else other programs say there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/communicator.hpp"
#include "io/output_file.hpp"
#include "io/table.hpp"

namespace psychograph::io {

/// Texts, or the cells of any other fixed type. Neither references nor lists.
struct CarriedAttribute {
  std::string name;
  std::vector<std::int64_t> dims;  ///< empty: one value
  std::vector<std::string> texts;  ///< UTF-8; empty: it holds something else
  std::string type;                ///< of that, as H5Tencode writes it
  std::string bytes;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& dims& texts& type& bytes;
  }
  friend bool operator==(const CarriedAttribute&, const CarriedAttribute&) = default;
};
using CarriedAttributes = std::vector<CarriedAttribute>;

/// The names of all attributes of a group or dataset, by name. Local.
std::vector<std::string> attribute_names(hid_t object);

/// Whether one of them says that whole numbers are points or spans of time.
bool tell_time(const CarriedAttributes& attributes);
/// Without those that say which cells are missing.
CarriedAttributes without_marks(CarriedAttributes attributes);

/// Of each of the columns [columns], as the table's first file has them; before a shard opens the files.
/// Collective: rank 0 reads. Throws a data error where a later file counts a column in other units.
std::vector<CarriedAttributes> column_attributes(const comm::Communicator& world, const Table& table,
                                                 std::span<const std::size_t> columns);

/// Collective. Throws an environment error.
void write_attributes(OutputFile& file, const std::string& object, const CarriedAttributes& attributes);

}  // namespace psychograph::io

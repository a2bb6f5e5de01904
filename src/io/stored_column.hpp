// How one column is stored in a file: its type, levels, chunks, and whether it can be read at all. What a
// file declares is anybody's: it is checked here, before it is used. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5.hpp"
#include "io/table.hpp"

namespace psychograph::io {

/// A column of the stored type `type`; `unreadable` is set where the type is none of ours.
Column column_of(const std::string& name, hid_t type);

/// The names of the categories that a dataset lists, whatever their type; `fault` where they can't be told.
std::vector<std::string> category_names(hid_t categories, std::string& fault);

/// A column of codes of the stored type `codes` for these categories.
Column coded_column_of(const std::string& name, hid_t codes, std::vector<std::string> categories);

/// Whether cells of the stored type `type` can be read as those of `column`, which was looked at before.
bool is_stored_as(const Column& column, hid_t type);

/// Along which dimension the rows of a column follow one another: [n], [n, 1] and [1, n] are columns; nothing
/// where the shape is none's.
std::optional<std::size_t> rows_axis(const std::vector<hsize_t>& dims);

/// What a number of the stored type takes where columns are held in memory: as many bytes as in the file, or
/// those of a double where it is no number of this machine's.
std::size_t bytes_in_memory(hid_t type);

/// Why the dataset's filters can't be undone here; empty where they can.
std::string missing_filter(hid_t dataset);

/// Rows a chunk along a dimension; 1 where the dataset is not chunked.
std::int64_t chunk_rows(hid_t dataset, std::size_t axis);

}  // namespace psychograph::io

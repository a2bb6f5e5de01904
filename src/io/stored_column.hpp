// How one column is stored in a file: its type, levels, chunks, and whether it can be read at all. Local.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5.hpp"
#include "io/table.hpp"

namespace psychograph::io {

/// A column of the stored type `type`; `unreadable` is set where the type is none of ours.
Column column_of(std::string name, hid_t type);

/// What a number of the stored type takes where columns are held in memory: as many bytes as in the file, or
/// those of a double where it is no number of this machine's.
std::size_t bytes_in_memory(hid_t type);

/// The names of the categories of a coded column, whatever their type.
std::vector<std::string> category_names(hid_t categories);

/// Why the dataset's filters can't be undone here; empty where they can.
std::string missing_filter(hid_t dataset);

/// Rows a chunk; 1 where the dataset is not chunked.
std::int64_t chunk_rows(hid_t dataset);

}  // namespace psychograph::io

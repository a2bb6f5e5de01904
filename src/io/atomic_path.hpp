// How a file appears under its name whole or not at all: written under another name in the same folder,
// flushed, renamed.
#pragma once

#include <span>
#include <string>

namespace psychograph::io {

/// A name beside `path`: hidden, and nobody else's (job, restart and process tell writers apart).
std::string partial_path_of(const std::string& path);

/// Removes what writers that did not come to an end have left beside the `paths` (and what one that lives
/// still writes, which will then fail). Looks through each folder once.
void remove_partials(std::span<const std::string> paths);
void remove_partials(const std::string& path);

/// Throws an environment error where `path` is a folder, or something that a rename would wrongly replace (a
/// device, a pipe).
void require_replaceable(const std::string& path);

/// Throws a usage error for an empty path, and the environment error that writing `path` would end with (no
/// such folder, no permission), before hours of work are spent on what goes there.
void require_writable(const std::string& path);

/// Throws a usage error where `path` is an HDF5 file: `option` names a text to be written, and a table would
/// be lost by a slip.
void require_no_hdf5(const std::string& path, const std::string& option);

/// Flushes `partial` to disk, renames it to `path`, flushes the folder. Throws an environment error.
void put_in_place(const std::string& partial, const std::string& path);

}  // namespace psychograph::io

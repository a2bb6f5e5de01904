// A second file with what a first one holds, and with its owner, mode and attributes: what takes its place.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace psychograph::io {

/// Called with how many bytes are copied.
using CopyProgress = std::function<void(std::int64_t)>;

/// Makes the empty file `to` hold what `from` does, by sharing its blocks; false where the file system can't.
bool share_blocks(int from, int to);

/// Copies the `bytes` that the open file `from` holds to the empty file `to`: within the kernel where that
/// can, else through memory. Throws an environment error about `path`.
void copy_contents(const std::string& path, int from, int to, std::int64_t bytes,
                   const CopyProgress& progress);

/// Gives `to` the owner, the mode, the access list and the user's attributes of `from`. Throws an environment
/// error about `path` where the owner can't be kept.
void keep_owner(const std::string& path, int from, int to);

/// Gives `to` the mode, the access list and the user's attributes of the file `place`, where there is one,
/// and its owner and group as far as this user may; a group that it can't be given to may do no more than all
/// others. Throws an environment error about `path`.
void keep_access(const std::string& path, const std::string& place, int to);

}  // namespace psychograph::io

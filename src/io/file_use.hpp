// What a job reads and what it writes: nothing that is read is replaced, emptied or removed.
#pragma once

#include <string>
#include <vector>

namespace psychograph::io {

/// A file that a job is going to write.
struct Output {
  enum class Kind {
    hdf5,  ///< appears whole, in the place of an ordinary file
    text,  ///< likewise; a pipe or device is written as it is, and an HDF5 file
           ///< not replaced
    log,   ///< is emptied and written as the job goes; likewise
  };
  std::string option;  ///< "--output": for messages
  std::string path;
  Kind kind = Kind::hdf5;
};

struct FileUse {
  std::vector<std::string> read;
  std::vector<Output> written;
  std::vector<std::string> emptied = {};  ///< folders from which files are removed
};

/// Before the work. Throws a usage error where an output is read, whatever the two are called, or is another
/// output too, or where a text would replace an HDF5 file; and the environment error that writing an output
/// would end with (no such folder, no permission, too long a name). Removes what runs that did not come to an
/// end left beside the outputs. Local.
void require_safe(const FileUse& use);

}  // namespace psychograph::io

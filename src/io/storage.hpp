// Whether a dataset's cells are there: HDF5 reads what was never stored, or lies in a file that is gone, as
// fill values and says nothing. Local.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace psychograph::io {

struct Storage {
  std::string fault;               ///< why the cells can't be trusted or read; empty where they can
  bool whole = true;               ///< every cell is stored; else some are the dataset's own fill value
  std::vector<std::string> files;  ///< files of raw data beside the HDF5 file
};

/// Looks at how the cells of a dataset are stored, and reads none. Data outside the HDF5 file is a fault
/// unless `external`.
Storage storage_of(hid_t dataset, bool external);

/// Whether the file of `dataset` holds as many bytes as it claims to have; of a filtered one, as could become
/// that many. To be asked before memory is: what is claimed costs nothing. False where its cells lie in other
/// files.
bool is_stored(hid_t dataset);

}  // namespace psychograph::io

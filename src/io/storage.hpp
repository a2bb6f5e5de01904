// What a dataset claims to hold, and what its file does.
#pragma once

#include <hdf5.h>

namespace psychograph::io {

/// Whether the file of `dataset` holds as many bytes as it claims to have; of a filtered one, as could become
/// that many. To be asked before memory is: what is claimed costs nothing. False where its cells lie in other
/// files.
bool is_stored(hid_t dataset);

}  // namespace psychograph::io

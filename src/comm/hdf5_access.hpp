// HDF5's access properties for a communicator: with MPI_*, the only things that know what MPI is.
#pragma once

#include <hdf5.h>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// Keeps Open MPI from making a file for shared file pointers, which HDF5 never uses, beside every file that
/// ranks on several nodes open together, where a killed run leaves it behind; and from wanting one in
/// /dev/shm where there is none to write to, as in some containers, or in a folder that a second process
/// without a launcher may take away. A setting of the user's own (OMPI_MCA_sharedfp) wins. To be called
/// before MPI starts. Local.
void do_without_lock_files();

/// A file access property list for reading a file by this rank alone, without a lock: a run that reads for
/// hours keeps nobody from writing, and notices. The caller closes it. Local.
hid_t reading_file_access();

/// A file access property list for opening or creating a file by all ranks of `comm`, metadata read by one
/// and passed on. The caller closes it.
hid_t parallel_file_access(const Communicator& comm);

/// A transfer property list, collective or independent. The caller closes it.
hid_t parallel_transfer(bool collective);

}  // namespace psychograph::comm

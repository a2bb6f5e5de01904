// HDF5's access properties for a communicator: with MPI_*, the only things that know what MPI is.
#pragma once

#include <hdf5.h>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// Keeps Open MPI from making a file for shared file pointers, which HDF5 never uses, with every file that
/// ranks open together: one beside it, where ranks are on several nodes, which a killed run leaves behind;
/// one in /dev/shm else, so that no file could be opened in a container without that. A setting of the user's
/// own (OMPI_MCA_sharedfp) wins. To be called before MPI starts. Local.
void do_without_lock_files();

/// A file access property list for opening or creating a file by all ranks of `comm`, metadata read by one
/// and passed on. The caller closes it.
hid_t parallel_file_access(const Communicator& comm);

/// A transfer property list, collective or independent. The caller closes it.
hid_t parallel_transfer(bool collective);

}  // namespace psychograph::comm

#include "comm/hdf5_access.hpp"

#include <cstdlib>

#include <unistd.h>

namespace psychograph::comm {

void do_without_lock_files() {
  const bool has_shared_memory = ::access("/dev/shm", W_OK) == 0;
  ::setenv("OMPI_MCA_sharedfp", has_shared_memory ? "^lockedfile" : "^lockedfile,sm", /*overwrite=*/0);
}

hid_t reading_file_access() {
  const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_file_locking(list, /*use_file_locking=*/false, /*ignore_when_disabled=*/true);
  return list;
}

hid_t parallel_file_access(const Communicator& comm) {
  const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_mpio(list, comm, MPI_INFO_NULL);
  H5Pset_all_coll_metadata_ops(list, true);
  H5Pset_coll_metadata_write(list, true);
  return list;
}

hid_t parallel_transfer(bool collective) {
  const hid_t list = H5Pcreate(H5P_DATASET_XFER);
  H5Pset_dxpl_mpio(list, collective ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT);
  return list;
}

}  // namespace psychograph::comm

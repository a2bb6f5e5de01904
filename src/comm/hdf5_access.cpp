#include "comm/hdf5_access.hpp"

#include <cstdlib>

namespace psychograph::comm {

void do_without_lock_files() { ::setenv("OMPI_MCA_sharedfp", "^lockedfile,sm", /*overwrite=*/0); }

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

# shellcheck shell=bash
# Sourced by the other scripts: where the project is, how steps are announced, how MPI and ccache behave.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n==> %s\n' "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# One machine, however small, stands in for a cluster: more ranks than cores is fine, none is bound to a
# core, and a rank that waits lets the others run.
set_up_mpi() {
  export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
  export OMPI_MCA_mpi_yield_when_idle=1
  # Many containers forbid one process to read another's memory; shared memory works everywhere.
  export OMPI_MCA_btl_vader_single_copy_mechanism=none
  if [ "$(id -u)" = 0 ]; then  # Open MPI refuses root unless asked twice
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}

# Lets ccache find what was compiled in another clone of the project: paths below it count as relative,
# and the directory a compiler ran in doesn't count at all.
set_up_ccache() {
  export CCACHE_BASEDIR=$project CCACHE_NOHASHDIR=1
}

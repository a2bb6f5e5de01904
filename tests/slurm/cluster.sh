# shellcheck shell=bash
# Sourced by the tests of this folder: checks, jobs and what is waited for. Nothing here hopes that a time is long
# enough: each wait looks for what it waits for, and fails when it has not come after minutes.

failed=0
passed=0

check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1)); echo "ok: $what"
  else
    failed=$((failed + 1)); echo "FAILED: $what"
  fi
}

slurm() { scripts/slurm-cluster run "$@"; }

# eventually COMMAND...: until it succeeds, for three minutes at most.
eventually() {
  local end=$((SECONDS + 180))
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }
    sleep 0.1
  done
}

# field JOB NAME: what Slurm says of a job.
field() { slurm scontrol --oneliner show job "$1" | grep -o " $2=[^ ]*" | head -n 1 | cut -d= -f2-; }

# An ended job has left the queue: its last processes are gone too. (sbatch --wait looks rarely.)
has_ended() { [ -z "$(slurm squeue --noheader --jobs="$1" 2>/dev/null)" ]; }

# ends JOB STATE
ends() {
  local state
  eventually has_ended "$1" || true
  state=$(field "$1" JobState)
  [ "$state" = "$2" ] || { echo "job $1 ended as $state"; cat "$work"/job-"$1".out; return 1; }
}

# submit ARGUMENTS...: a job of four ranks on two nodes, its number in $job.
submit() {
  job=$(slurm sbatch --parsable --nodes=2 --ntasks-per-node=2 --mem=1000 --output="$work/job-%j.out" "$@")
}

submit_and_end() {
  local state=$1
  shift
  submit "$@" && ends "$job" "$state"
}

# attribute FILE NAME: of /run in a result.
attribute() { /usr/bin/python3 -c 'import h5py, sys; print(h5py.File(sys.argv[1])["run"].attrs[sys.argv[2]])' "$@"; }
attribute_is() { [ "$(attribute "$1" "$2")" = "$3" ]; }

same_result() { tests/slurm/compare_results.py "$@"; }
says() { grep -q -- "$1" "$work/job-$job.out"; }

# Processes outlive the cluster only if its namespaces were not all closed.
no_process() { ! grep -lsz "^SLURM_CONF=$CLUSTER_DIR/" /proc/[0-9]*/environ 2>/dev/null | grep -qv "^/proc/$$/"; }
no_mount() { ! grep -q " $CLUSTER_DIR" /proc/mounts; }

# No half result, and no lock file of MPI-IO beside a table.
nothing_half() {
  local found
  found=$(find "$work" -path "$CLUSTER_DIR" -prune -o \( -name '*.partial*' -o -name '*.h5-*.lock' \) -print)
  [ -z "$found" ] || { echo "$found"; return 1; }
}

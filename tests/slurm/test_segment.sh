#!/usr/bin/env bash
# slurm/segment.sbatch on a private cluster of two nodes gives, bit for bit, what one rank gives; and it
# refuses to start without a spec. Brings the cluster up by itself and leaves no process.
#
#   PSYCHOGRAPH=build/release/psychograph tests/slurm/test_segment.sh       as root
set -euo pipefail
. "$(dirname "$0")/../../scripts/environment.sh"
cd "$project"
set_up_mpi

program=$(realpath "${PSYCHOGRAPH:-build/release/psychograph}")
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

# sbatch --wait looks rarely; asking is quicker. Prints the state in which the job ended.
end_of_job() {
  local state tries
  for ((tries = 0; tries < 1200; tries++)); do
    state=$(slurm scontrol --oneliner show job "$1" | grep -o 'JobState=[A-Z_]*')
    case $state in
      *PENDING | *CONFIGURING | *RUNNING | *COMPLETING) sleep 0.1 ;;
      *) break ;;
    esac
  done
  echo "${state#*=}"
}

submit() { slurm sbatch --parsable --nodes=2 --ntasks-per-node=2 --mem=1000 --output="$work/job-%j.out" "$@"; }

ends_with() {
  local state=$1 job
  shift
  job=$("$@") || return 1
  [ "$(end_of_job "$job")" = "$state" ] || { cat "$work/job-$job.out"; return 1; }
  last_job=$job
}

clean_up() {
  scripts/slurm-cluster down || true
  rm -rf "$work"
}

# Processes outlive the cluster only if its namespaces were not all closed.
nothing_is_left() {
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    grep -lsz "^SLURM_CONF=$CLUSTER_DIR/" /proc/[0-9]*/environ 2>/dev/null | grep -qv "^/proc/$$/" || return 0
    sleep 0.1
  done
  return 1
}

[ "$(id -u)" = 0 ] || fail "needs root: the cluster is made of namespaces"
if ! scripts/install-dependencies --slurm; then
  echo "skipped, because the Slurm packages can't be installed"
  exit 0
fi
work=$(mktemp -d)
export CLUSTER_DIR=$work/cluster
trap clean_up EXIT

"$program" import tests/data/bfi/bfi.csv --id row_name --output "$work/bfi.h5" --quiet
mpirun -n 1 "$program" segment docs/examples/bfi.toml --input "$work/bfi.h5" --output "$work/one-rank.h5" --quiet

scripts/slurm-cluster up 2
export PROGRAM=$program
check "arguments: two nodes, four ranks" ends_with COMPLETED submit slurm/segment.sbatch docs/examples/bfi.toml \
  --input "$work/bfi.h5" --output "$work/arguments.h5"
check "the same bits as one rank" tests/slurm/compare_results.py "$work/one-rank.h5" "$work/arguments.h5"
check "the job ran as one program of four ranks" /usr/bin/python3 -c \
  'import h5py, sys; sys.exit(int(h5py.File(sys.argv[1])["run"].attrs["ranks"]) != 4)' "$work/arguments.h5"

export SPEC=docs/examples/bfi.toml INPUT=$work/bfi.h5 OUTPUT=$work/environment.h5
check "environment: SPEC, INPUT and OUTPUT" ends_with COMPLETED submit slurm/segment.sbatch
check "the same bits again" tests/slurm/compare_results.py "$work/one-rank.h5" "$work/environment.h5"

unset SPEC INPUT OUTPUT
check "no spec: the job fails" ends_with FAILED submit slurm/segment.sbatch
check "and says why" grep -q "which spec?" "$work/job-${last_job:-0}.out"

scripts/slurm-cluster down
check "no process is left" nothing_is_left
echo "slurm: $passed passed, $failed failed"
[ $failed = 0 ]

# shellcheck shell=bash
# Sourced by the batch scripts: starts the program's ranks, passes Slurm's signals on to them, and has a job
# that was stopped (exit code 75) start again. From the environment:
#
#   PROGRAM       the program (build/release/psychograph, from where sbatch was typed)
#   LAUNCHER      srun (the default), or mpirun where srun knows no PMIx (`srun --mpi=list`)
#   MAX_RESTARTS  how often a job that was stopped starts again (100)

program=${PROGRAM:-build/release/psychograph}

# refuse WORDS...: a usage error, with the program's own code for one.
refuse() {
  echo "$(basename "${script:-$0}"): $*" >&2
  exit 2
}

require_program() {
  command -v "$program" >/dev/null || refuse "no program $program in $PWD: build it, or set PROGRAM"
}

# launch ARGUMENTS...: the program on all of the job's ranks; returns its exit code.
#
# srun starts the ranks through PMIx, Open MPI's language (--mpi=pmi2 would start single ranks that don't know
# each other). Then they live and die as one job step: Slurm signals, counts and ends each of them, which
# mpirun's ranks on other nodes escape. -K1 ends all when one dies, even before MPI is up.
launch() {
  local launcher status=0 again=0 signalled
  # More ranks than cores (a trial, not production): a rank that waits must let the others run. Where each rank
  # has its core, waiting busily is faster, and that is Open MPI's default.
  if [ "${SLURM_NTASKS_PER_NODE:-1}" -gt "$(nproc)" ]; then export OMPI_MCA_mpi_yield_when_idle=1; fi
  case ${LAUNCHER:-srun} in
    srun) srun --mpi=pmix --kill-on-bad-exit=1 "$program" "$@" & ;;
    mpirun) mpirun "$program" "$@" & ;;
    *) refuse "LAUNCHER is srun or mpirun, not \"$LAUNCHER\"" ;;
  esac
  launcher=$!
  # USR1 comes ahead of the time limit (--signal=B:USR1@...) to this shell alone; both launchers hand it to all
  # ranks. TERM comes to the ranks as well: they stop by themselves, and this shell has to live on to see how.
  trap 'signalled=1; echo "$(date +%T) stopping ahead of the time limit" >&2; kill -USR1 $launcher || true' USR1
  trap 'signalled=1' TERM
  while :; do
    signalled=
    wait $launcher || again=$?
    [ "$again" = 127 ] || status=$again  # a signal just after the end: nothing is left to wait for
    [ -n "$signalled" ] || break
    again=0
  done
  trap - USR1
  return "$status"
}

# The name by which Slurm knows this job alone: an array's number means all of its tasks.
this_job() { echo "${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_}${SLURM_ARRAY_TASK_ID:-$SLURM_JOB_ID}"; }

# The job that was stopped goes back into the queue, unless it was cancelled: a job that a person ends must not
# come back to life. One that was requeued or preempted is in the queue already.
start_again() {
  local state
  state=$(scontrol --oneliner show job "$(this_job)" | sed -n 's/.* JobState=\([A-Z_]*\).*/\1/p')
  case $state in
    RUNNING | TIMEOUT) ;;
    *) return 0 ;;
  esac
  if [ "${SLURM_RESTART_COUNT:-0}" -ge "${MAX_RESTARTS:-100}" ]; then
    echo "started again ${SLURM_RESTART_COUNT:-0} times (MAX_RESTARTS): submit the same once more to go on" >&2
    return 0
  fi
  echo "$(date +%T) stopped; goes back into the queue, and on from where it was" >&2
  scontrol requeue "$(this_job)"
}

# launch_to_end ARGUMENTS...: what goes on by itself from where it was stopped. Ends the script.
launch_to_end() {
  local status=0
  launch "$@" || status=$?
  [ $status != 75 ] || start_again
  exit $status
}

# launch_resumable JOB ARGUMENTS...: a job that knows --resume. Ends the script.
launch_resumable() { launch_to_end "$@" --resume; }

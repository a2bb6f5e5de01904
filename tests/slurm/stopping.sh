# shellcheck shell=bash
# A job that is stopped in the midst, in every way that Slurm knows, ends with the bits of one that ran through.

"$program" generate --customers 1500000 --features 8 --segments 5 --seed 1 --output "$work/long.h5" --quiet >/dev/null
cat >"$work/long.toml" <<END
[input]
id = "customer_id"
[[features]]
columns = ["*"]
[cluster]
k = 12
seed = 3
restarts = 10
max_iterations = 100
END
mpirun -n 1 "$program" segment "$work/long.toml" --input "$work/long.h5" --output "$work/unbroken.h5" --quiet >/dev/null

has_checkpoint() { compgen -G "$work/$1.h5.checkpoint/*.state" >/dev/null; }

# start NAME [OPTIONS of sbatch]: a job that is under way, and has a checkpoint.
start() {
  local name=$1
  shift
  submit "$@" slurm/segment.sbatch "$work/long.toml" --input "$work/long.h5" --output "$work/$name.h5" \
    --checkpoint-every 0.3
  eventually has_checkpoint "$name" || cat "$work/job-$job.out"
}

# goes_on NAME RESTARTS: the job ends well, as often restarted, and with the right bits.
goes_on() {
  ends "$job" COMPLETED && [ "$(field "$job" Restarts)" = "$2" ] && attribute_is "$work/$1.h5" resumed 1 &&
    same_result "$work/unbroken.h5" "$work/$1.h5" && [ ! -e "$work/$1.h5.checkpoint" ] ||
    { cat "$work/job-$job.out"; return 1; }
}

# States of the ranks on node $1: R, S, T (held), ...
ranks_on() {
  scripts/slurm-cluster in-node "$1" sh -c 'for process in /proc/[0-9]*; do
    [ "$(readlink "$process/exe")" != "$0" ] || sed -n "s/^State:.//p" "$process/status"; done' "$program"
}
held() { ranks_on "$1" | grep -q T && ! ranks_on "$1" | grep -q '[RS] '; }
no_ranks() { [ -z "$(ranks_on "$1")" ]; }
release() {
  scripts/slurm-cluster in-node "$1" sh -c 'for process in /proc/[0-9]*; do
    [ "$(readlink "$process/exe")" != "$0" ] || kill -CONT "${process#/proc/}"; done' "$program"
}
restarted() { [ "$(field "$job" Restarts)" = "$1" ] && [ "$(field "$job" JobState)" = RUNNING ]; }

start requeued
slurm scontrol requeue "$job"
check "scontrol requeue: the job goes on, to the same bits" goes_on requeued 1

start node-lost
scripts/slurm-cluster kill-node 1
check "the batch node dies: the job goes on elsewhere, to the same bits" goes_on node-lost 1
scripts/slurm-cluster start-node 1
eventually all_idle || true

# The ranks on that node live on, held until the job has started beside them; then they must give way to it.
start daemon-lost --nodes=1
node=$(field "$job" NodeList)
node=${node#node}
slurm scancel --signal=STOP "$job"
eventually held "$node" || true
scripts/slurm-cluster kill-slurmd "$node"
eventually restarted 1 || true
release "$node"
check "a node's Slurm daemon dies: the job goes on elsewhere, to the same bits" goes_on daemon-lost 1
check "and the old ranks end" eventually no_ranks "$node"
check "and leave the result alone" attribute_is "$work/daemon-lost.h5" restart_count 1
check "and the same bits in it" same_result "$work/unbroken.h5" "$work/daemon-lost.h5"
scripts/slurm-cluster start-node "$node"
eventually all_idle || true

# The ranks are held, so that they can't be done before the limit. Slurm looks every 30 s whose limit comes
# within the next 30, so that the signal is due 20 to 50 s after the start.
start limit --time=1 --signal=B:USR1@10
slurm scancel --signal=STOP "$job"
check "the time limit is announced" eventually says "ahead of the time limit"
slurm scontrol update JobId="$job" TimeLimit=30  # once is enough, however slow the machine
slurm scancel --signal=CONT "$job"
check "the time limit: the job goes on, to the same bits" goes_on limit 1

start mpirun --export=ALL,LAUNCHER=mpirun
slurm scancel --batch --signal=USR1 "$job"
check "by mpirun: the job goes on, to the same bits" goes_on mpirun 1

start restarted --export=ALL,MAX_RESTARTS=0
slurm scancel --batch --signal=USR1 "$job"
check "MAX_RESTARTS: the job stays ended" ends "$job" FAILED
check "with the exit code of a stop" [ "$(field "$job" ExitCode)" = 75:0 ]

start cancelled
slurm scancel "$job"
check "scancel: the job stays ended" ends "$job" CANCELLED
check "it has not gone back into the queue" [ "$(field "$job" Restarts)" = 0 ]
check "there is no result" [ ! -e "$work/cancelled.h5" ]
check "and nothing half written" nothing_half
start cancelled
check "the same once more goes on, to the same bits" goes_on cancelled 0

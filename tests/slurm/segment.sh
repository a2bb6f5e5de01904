# shellcheck shell=bash
# slurm/segment.sbatch over two nodes gives, bit for bit, what one rank gives; and it refuses to start without a
# spec.

"$program" import tests/data/bfi/bfi.csv --id row_name --output "$work/bfi.h5" --quiet >/dev/null
mpirun -n 1 "$program" segment docs/examples/bfi.toml --input "$work/bfi.h5" --output "$work/one-rank.h5" --quiet \
  >/dev/null

check "arguments: two nodes, four ranks" submit_and_end COMPLETED slurm/segment.sbatch docs/examples/bfi.toml \
  --input "$work/bfi.h5" --output "$work/arguments.h5"
check "the same bits as one rank" same_result "$work/one-rank.h5" "$work/arguments.h5"
check "the job ran as one program of four ranks" attribute_is "$work/arguments.h5" ranks 4

export SPEC=docs/examples/bfi.toml INPUT=$work/bfi.h5 OUTPUT=$work/environment.h5
check "environment: SPEC, INPUT and OUTPUT" submit_and_end COMPLETED slurm/segment.sbatch
check "the same bits again" same_result "$work/one-rank.h5" "$work/environment.h5"
unset SPEC INPUT OUTPUT

check "no spec: the job fails" submit_and_end FAILED slurm/segment.sbatch
check "and says why" says "which spec?"
check "no previous result: the job fails" submit_and_end FAILED slurm/resegment.sbatch docs/examples/bfi.toml
check "and says why" says "from which result?"
check "an error in the data ends the job" submit_and_end FAILED slurm/segment.sbatch docs/examples/bfi.toml \
  --input "$work/nowhere.h5"
check "with the program's exit code" [ "$(field "$job" ExitCode)" = 3:0 ]
check "and it does not start again" [ "$(field "$job" Restarts)" = 0 ]

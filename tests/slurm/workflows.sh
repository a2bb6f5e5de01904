# shellcheck shell=bash
# Jobs that submit jobs: the comparison, the pipeline and the quarterly job.

spec=docs/examples/credit.toml
credit=tests/data/credit/credit_data.csv
"$program" import $credit --output "$work/credit.h5" --quiet >/dev/null
export OPTIONS="--nodes=2 --ntasks-per-node=1 --mem=500"

# numbers WORDS...: the jobs that a submitting script has named.
numbers() { grep -o '[a-z-]* [0-9][0-9]*' <<<"$*" | grep -o '[0-9]*$' || true; }

# all_end STATE JOBS...
all_end() {
  local state=$1 one
  shift
  for one in "$@"; do eventually has_ended "$one" && [ "$(field "$one" JobState)" = "$state" ] || return 1; done
}

# same_comparison FIRST.h5 SECOND.h5: to the last bit, but for seconds and what bounds have spared.
same_comparison() {
  /usr/bin/python3 -B - "$@" <<'END'
import sys
sys.path.insert(0, "tests/program")
import program
first, second = ({name: value for name, value in program.hash_datasets(path).items()
                  if not name.startswith(("/comparison/timings", "/comparison/trace_seconds"))} for path in sys.argv[1:3])
differ = [name for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)]
sys.exit(f"differ: {differ}" if differ or "/comparison/runs/id" not in first else 0)
END
}

cat $spec - >"$work/grid.toml" <<'END'

[compare]
k = [2, 3]
seeds = [1, 2, 3]
pairs = 4
references = 4
END
"$program" compare "$work/grid.toml" --input "$work/credit.h5" --output "$work/grid.h5" --csv "$work/grid" --quiet >/dev/null

# compare_in FOLDER [SETTINGS]: the parts are job $array, and the last job is $result.
compare_in() {
  said=$(env "${@:2}" FOLDER="$work/$1" scripts/slurm-cluster run slurm/compare "$work/grid.toml" --input "$work/credit.h5")
  read -r array result <<<"$(numbers "$said" | tr '\n' ' ')"
}
result_is_right() {
  all_end COMPLETED "$result" && same_comparison "$work/grid.h5" "$work/$1/comparison.h5" &&
    cmp "$work/grid/runs.csv" "$work/$1/runs.csv" && [ ! -e "$work/$1/comparison.h5.runs" ] ||
    { tail -n 20 "$work/$1"/*.out; return 1; }
}
done_before() { [ "$(grep -c 'done before' "$work/$1/compare-result-$result.out")" = "$2" ]; }

compare_in comparison PARTS=3
check "compare: parts and a last job come to what one job does" result_is_right comparison
check "compare: each part does its share" \
  [ "$(grep -c 'run [1-6] of 6' "$work"/comparison/compare-"$array"-[1-3].out | grep -c ':2$')" = 3 ]
check "compare: and the last job no run again" done_before comparison 6

compare_in one-fails PARTS=2 AT_ONCE=1
slurm scancel "${array}_2"
check "compare: the last job does what a cancelled part has left" result_is_right one-fails
check "compare: and that alone" done_before one-fails 3

# A part is stopped in the midst of its first run.
sed -i 's/^pairs = .*/pairs = 300/; s/^seeds = .*/seeds = [1]/' "$work/grid.toml"
compare_in stopped PARTS=2
part=$work/stopped/compare-$array-1.out
eventually grep -qs 'run 1 of 2' "$part" || true
slurm scancel --batch --signal=USR1 "${array}_1"
check "compare: a part that is stopped goes back into the queue" eventually grep -q "goes back into the queue" "$part"
check "compare: the last job waits for it" [ "$(field "$result" JobState)" = PENDING ]
check "compare: and has nothing left to do" eval "all_end COMPLETED $result && done_before stopped 2"

refuses() {
  local said status=0
  said=$("${@:2}" 2>&1) || status=$?
  [ $status = 2 ] && grep -q -- "$1" <<<"$said"
}
check "compare: nonsense is refused" refuses '"3-x"' env PARTS=3-x slurm/compare $spec
check "compare: so is no spec" refuses "which spec" slurm/compare
check "compare: so is what it gives itself" refuses "--part is given" slurm/compare $spec --part 1/2
check "pipeline: no data is refused" refuses "which spec and data" slurm/pipeline $spec
check "pipeline: so is a previous result that is not there" refuses "no result nowhere.h5" \
  env PREVIOUS=nowhere.h5 slurm/pipeline $spec $credit

said=$(FOLDER=$work/first slurm slurm/pipeline $spec $credit)
mapfile -t jobs < <(numbers "$said")
check "pipeline: import, segment, export, profile, report" [ ${#jobs[@]} = 5 ]
check "pipeline: they complete" all_end COMPLETED "${jobs[@]}"
"$program" segment $spec --input "$work/first/customers.h5" --output "$work/by-hand.h5" --quiet >/dev/null
"$program" export "$work/by-hand.h5" --output "$work/by-hand.csv" --quiet >/dev/null
check "pipeline: the result is the same as by hand" same_result "$work/by-hand.h5" "$work/first/segments.h5"
check "pipeline: so is the CSV" cmp "$work/by-hand.csv" "$work/first/assignments.csv"
check "pipeline: it ends in a profile and a page" grep -q "made of this" "$work/first/profile.csv"
check "pipeline: which is whole" grep -q "</html>" "$work/first/report.html"

said=$(FOLDER=$work/second PREVIOUS=$work/first/segments.h5 slurm slurm/pipeline $spec "$work/credit.h5")
mapfile -t jobs < <(numbers "$said")
check "pipeline with PREVIOUS: resegment and export complete" all_end COMPLETED "${jobs[@]}"
check "pipeline with PREVIOUS: the CSV has every customer" \
  [ "$(wc -l <"$work/by-hand.csv")" = "$(wc -l <"$work/second/assignments.csv")" ]

said=$(FOLDER=$work/broken slurm slurm/pipeline $spec "$work/nowhere.csv")
mapfile -t jobs < <(numbers "$said")
check "pipeline: a step that fails" all_end FAILED "${jobs[0]}"
check "pipeline: cancels those behind it" all_end CANCELLED "${jobs[@]:1}"

successors() { slurm squeue --noheader --name=quarterly --states=PENDING --format=%A; }
submit_quarterly() {
  job=$(SPEC=$spec DATA="$work/data/{quarter}/*.csv" ROOT=$work/quarters slurm sbatch --parsable \
    --output="$work/job-%j.out" slurm/quarterly.sbatch)
}
quarters() { /usr/bin/python3 - <<'END'
import datetime
today = datetime.date.today()
begun = datetime.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
last, after = begun - datetime.timedelta(days=1), begun + datetime.timedelta(days=95)
print(f"{last.year}-Q{(last.month + 2) // 3}", after.replace(day=1).isoformat() + "T03:00:00")
END
}

check "quarterly: dates over a new year" \
  [ "$(slurm/quarterly.sbatch dates 2026-12-31)" = "2026-Q3; the next is due at 2027-01-01T03:00:00" ]
check "quarterly: dates in a first quarter" \
  [ "$(slurm/quarterly.sbatch dates 2027-01-01)" = "2026-Q4; the next is due at 2027-04-01T03:00:00" ]
check "quarterly: what is no date is refused" refuses "no date" slurm/quarterly.sbatch dates 2027-02-31

read -r quarter due <<<"$(quarters)"
mkdir -p "$work/data/$quarter"
cp $credit "$work/data/$quarter"
submit_quarterly
check "quarterly: the job completes" ends "$job" COMPLETED
check "quarterly: one successor waits" [ "$(successors | wc -l)" = 1 ]
check "quarterly: for the next quarter" [ "$(field "$(successors)" StartTime)" = "$due" ]
mapfile -t jobs < <(numbers "$(grep -o 'jobs:.*;' "$work/job-$job.out")")
submit_quarterly
check "quarterly: twice does no harm" ends "$job" COMPLETED
check "quarterly: there is still one successor" [ "$(successors | wc -l)" = 1 ]
check "quarterly: the quarter is not done twice" eval "says 'is being worked on' || says 'is done'"
check "quarterly: its pipeline completes" all_end COMPLETED "${jobs[@]}"
check "quarterly: with the right result" cmp "$work/by-hand.csv" "$work/quarters/$quarter/assignments.csv"

# The successor's turn, moved up; and the quarter is one with a result before it.
mkdir -p "$work/quarters/2000-Q1"
mv "$work/quarters/$quarter/segments.h5" "$work/quarters/2000-Q1"
job=$(successors)
slurm scontrol update JobId="$job" StartTime=now
check "quarterly: the successor runs" ends "$job" COMPLETED
check "quarterly: and has one of its own" [ "$(successors | wc -l)" = 1 ]
mapfile -t jobs < <(numbers "$(grep -o 'jobs:.*;' "$(field "$job" StdOut)")")
check "quarterly: it goes on from the quarter before" all_end COMPLETED "${jobs[@]}"
slurm scancel --name=quarterly
no_successor() { [ -z "$(successors)" ]; }
check "quarterly: scancel ends it" eventually no_successor

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

# table_is_right FILE: against what the results themselves say.
table_is_right() {
  /usr/bin/python3 - "$1" <<'END'
import csv, h5py, math, sys, tomllib
rows = list(csv.DictReader(open(sys.argv[1])))
assert [(r["init"], r["k"]) for r in rows] == [(i, k) for i in ("k-means++", "random") for k in ("2", "3", "5")], rows
for row in rows:
    with h5py.File(row["file"]) as file:
        assert file["run"].attrs["k"] == int(row["k"]) == len(file["segments/id"])
        assert tomllib.loads(file["run/spec"][()].decode())["cluster"]["init"] == row["init"]
        assert file["run"].attrs["inertia"] == float(row["inertia"])
        assert math.isclose(file["assignments/margin"][:].astype(float).mean(), float(row["mean_margin"]), abs_tol=1e-8)
assert float(rows[1]["inertia_drop"]) == 1 - float(rows[1]["inertia"]) / float(rows[0]["inertia"])
END
}

said=$(K=2-3,5 INITS="k-means++ random" FOLDER=$work/comparison PYTHON=/usr/bin/python3 slurm slurm/compare $spec \
  --input "$work/credit.h5" --quiet)
read -r _ gather <<<"$(numbers "$said" | tr '\n' ' ')"
check "compare: the last job completes" all_end COMPLETED "$gather" || true
[ -e "$work/comparison/k003-random.h5" ] || tail -n 20 "$work"/comparison/*.out  # why a task has failed
check "compare: the table holds what the results say" table_is_right "$work/comparison/comparison.csv"
check "compare: and is printed" grep -q mean_margin "$work/comparison/compare-gather-$gather.out"

said=$(K=2,9999 FOLDER=$work/one-fails PYTHON=/usr/bin/python3 slurm slurm/compare $spec --input "$work/credit.h5")
read -r _ gather <<<"$(numbers "$said" | tr '\n' ' ')"
check "compare: a task that fails fails the last job" all_end FAILED "$gather"
check "compare: which names it" grep -q "k9999.h5: no result" "$work/one-fails/compare-gather-$gather.out"
check "compare: and lists the others" [ "$(wc -l <"$work/one-fails/comparison.csv")" = 2 ]
refuses() {
  local said status=0
  said=$("${@:2}" 2>&1) || status=$?
  [ $status = 2 ] && grep -q -- "$1" <<<"$said"
}
check "compare: nonsense is refused" refuses '"3-x"' env K=3-x slurm/compare $spec
check "compare: so is no spec" refuses "which spec" slurm/compare
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

"""The Slurm scripts without Slurm: stand-ins for sbatch, srun, scontrol and squeue do at once what they are told.

tests/slurm runs them on a cluster; here is what they make of files that lie there already.
"""
import os
import pathlib
import stat
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, environment, hash_datasets

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "slurm"
STAND_INS = {
    # Runs what is submitted to its end, the tasks of an array one by one. What ran is noted in ran.txt.
    "sbatch": r"""#!/usr/bin/env bash
array=0-0 name=
while [ $# -gt 0 ]; do
  case $1 in
    --array=*) array=${1#*=} ;;
    --job-name=*) name=${1#*=} ;;
    --begin=*) echo "successor" >>ran.txt; exit ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
name=${name:-$(basename "$1")}
echo "$name" >>ran.txt
array=${array%%%*}
for i in $(seq "${array%-*}" "${array#*-}"); do
  export SLURM_JOB_ID=1
  unset SLURM_ARRAY_TASK_ID
  [ "$array" = 0-0 ] || export SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=$i
  if [ "$name-$i" = "${FAILS:-}" ]; then rc=1; else bash "$@" >"$name-$i.out" 2>&1; rc=$?; fi
  echo $rc >"$name-$i.rc"
done
echo 1
""",
    "srun": '#!/usr/bin/env bash\nwhile [ "${1#--}" != "$1" ]; do shift; done\nexec "$@"\n',
    "scontrol": "#!/bin/sh\n",
    "squeue": "#!/bin/sh\n",
}


class Scripts(ProgramTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("bin"))
        for name, text in STAND_INS.items():
            path = self.folder / "bin" / name
            path.write_text(text)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        random = np.random.default_rng(1)
        self.table("a.h5", random.random(200))
        self.table("b.h5", np.arange(200) % 3.0)  # three different customers
        (self.folder / "s.toml").write_text('[input]\nfiles = ["a.h5"]\n[[features]]\ncolumns = ["x"]\n[cluster]\nk = 2\nrestarts = 1\n')

    def table(self, name, cells):
        with h5py.File(self.path(name), "w") as file:
            file["customers/x"] = cells

    def script(self, name, *args, **settings):
        env = environment(PATH=f"{self.path('bin')}:{os.environ['PATH']}", SCRIPTS=SCRIPTS, PROGRAM=binary(), **settings)
        return subprocess.run([str(SCRIPTS / name), *args], cwd=self.folder, env=env, capture_output=True, text=True, timeout=300,
                              check=False)

    def read(self, name):
        return (self.folder / name).read_text()


class Compare(Scripts):
    GRID = ("--set", "compare.k=[2, 3]", "--set", "compare.seeds=[1, 2]", "--set", "compare.pairs=2", "--set", "compare.references=2")

    def compare(self, table, parts, **settings):
        done = self.script("compare", "s.toml", "--input", table, *self.GRID, FOLDER="cmp", PARTS=parts, **settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        codes = [int(self.read(f"compare.sbatch-{part}.rc")) for part in range(1, parts + 1)]
        return codes, int(self.read("compare-result-0.rc")), self.read("compare-result-0.out")

    def lasting(self, path):
        return {name: value for name, value in hash_datasets(self.path(path)).items()
                if not name.startswith(("/comparison/timings", "/comparison/trace_seconds"))}

    def in_one(self, table):
        self.run_ok(2, "compare", "s.toml", "--input", table, *self.GRID, "--output", "one.h5", "--csv", "one", cwd=self.folder)
        return self.lasting("one.h5")

    def test_parts_come_to_what_one_job_does(self):
        codes, code, said = self.compare("a.h5", 3)
        self.assertEqual((codes, code, said.count("done before")), ([0] * 3, 0, 4), said)
        self.assertEqual(self.lasting("cmp/comparison.h5"), self.in_one("a.h5"))
        for name in ("runs", "verdicts", "stability", "agreement"):
            self.assertEqual(self.read(f"cmp/{name}.csv"), self.read(f"one/{name}.csv"))
        self.assertFalse((self.folder / "cmp/comparison.h5.runs").exists())
        # The folder was used before, by another table.
        self.assertEqual(self.compare("b.h5", 2)[:2], ([0] * 2, 0))
        self.assertEqual(self.lasting("cmp/comparison.h5"), self.in_one("b.h5"))

    def test_the_last_job_does_what_a_part_has_left(self):
        codes, code, said = self.compare("a.h5", 2, FAILS="compare.sbatch-1")
        self.assertEqual((codes, code, said.count("done before")), ([1, 0], 0, 2), said)
        self.assertEqual(self.lasting("cmp/comparison.h5"), self.in_one("a.h5"))
        codes, code, said = self.compare("nowhere.h5", 2)  # and fails by what all fail by
        self.assertNotIn(0, (*codes, code))
        self.assertIn("nowhere.h5", said)

    def test_more_parts_than_runs(self):
        self.assertEqual(self.compare("a.h5", 6)[:2], ([0] * 6, 0))

    def test_refused(self):
        for args, settings, word in (((), {}, "which spec"), (("none.toml",), {}, "no spec none.toml"),
                                     (("s.toml",), {"PARTS": "0"}, '"0"'), (("s.toml",), {"PARTS": "2-3"}, '"2-3"'),
                                     (("s.toml", "--output=c.h5"), {}, "--output is given"),
                                     (("s.toml", "--part", "1/2"), {}, "--part is given")):
            done = self.script("compare", *args, **settings)
            self.assertEqual(done.returncode, 2)
            self.assertIn(word, done.stderr)
        self.assertFalse((self.folder / "ran.txt").exists())


class Quarterly(Scripts):
    def quarterly(self, data):
        (self.folder / "ran.txt").write_text("")
        done = self.script("quarterly.sbatch", SPEC="s.toml", DATA=data, ROOT="q")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout, self.read("ran.txt").split()

    def check(self, data, outputs):
        quarter = self.script("quarterly.sbatch", "dates").stdout.split(";")[0]
        jobs = [f"{quarter}-{step}" for step in ("import", "segment", "export", "profile", "report")][5 - len(outputs):]
        self.assertEqual(self.quarterly(data)[1], ["successor", *jobs])
        self.assertEqual(sorted(name for name in os.listdir(self.path(f"q/{quarter}")) if not name.endswith(".out")), outputs)
        said, ran = self.quarterly(data)
        self.assertEqual(ran, ["successor"])
        self.assertIn(f"{quarter} is done", said)
        for output in outputs:  # whatever has come to half its way is done again
            os.remove(self.path(f"q/{quarter}/{output}"))
            said, ran = self.quarterly(data)
            self.assertNotIn("is done", said)
            self.assertEqual(ran, ["successor", *jobs], output)
            self.assertTrue((self.folder / "q" / quarter / output).exists())

    def test_from_csv(self):
        (self.folder / "a.csv").write_text("x\n" + "".join(f"{i % 17}\n" for i in range(200)))
        self.check("a.csv", ["assignments.csv", "customers.h5", "profile.csv", "report.html", "segments.h5"])

    def test_from_tables(self):
        self.check("a.h5", ["assignments.csv", "profile.csv", "report.html", "segments.h5"])


if __name__ == "__main__":
    unittest.main()

"""The Slurm scripts without Slurm: stand-ins for sbatch, srun, scontrol and squeue do at once what they are told.

tests/slurm runs them on a cluster; here is what they make of files that lie there already.
"""
import csv
import os
import pathlib
import stat
import subprocess
import sys
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, environment

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "slurm"
STAND_INS = {
    # Runs what is submitted to its end, the tasks of an array one by one. What ran is noted in ran.txt.
    "sbatch": r"""#!/usr/bin/env bash
array= wrap= script= args=() name=
while [ $# -gt 0 ]; do
  case $1 in
    --array=*) array=${1#*=} ;;
    --job-name=*) name=${1#*=} ;;
    --wrap) wrap=$2; shift ;;
    --begin=*) echo "successor" >>ran.txt; exit ;;
    --*) ;;
    *) script=$1; shift; args=("$@"); break ;;
  esac
  shift
done
echo "${name:-$(basename "${script:-wrap}")}" >>ran.txt
if [ -n "$wrap" ]; then bash -c "$wrap" >gather.out 2>&1; echo $? >gather.rc; echo 2; exit; fi
last=${array#0-}; last=${last%%%*}
for i in $(seq 0 "${last:-0}"); do
  export SLURM_JOB_ID=1
  [ -z "$array" ] || export SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=$i
  bash "$script" "${args[@]}" >"task$i.out" 2>&1; echo $? >"task$i.rc"
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
        env = environment(PATH=f"{self.path('bin')}:{os.environ['PATH']}", SCRIPTS=SCRIPTS, PROGRAM=binary(), PYTHON=sys.executable,
                          **settings)
        return subprocess.run([str(SCRIPTS / name), *args], cwd=self.folder, env=env, capture_output=True, text=True, timeout=300,
                              check=False)

    def read(self, name):
        return (self.folder / name).read_text()


class Compare(Scripts):
    def compare(self, table, **settings):
        done = self.script("compare", "s.toml", "--input", table, FOLDER="cmp", **settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("cmp/comparison.csv"), newline="") as file:
            return {int(row["k"]): row for row in csv.DictReader(file)}, int(self.read("gather.rc"))

    def test_a_used_folder(self):
        rows, code = self.compare("a.h5", K="2-4")
        self.assertEqual((sorted(rows), code), ([2, 3, 4], 0))
        rows, code = self.compare("b.h5", K="2-4")
        self.assertEqual((sorted(rows), code), ([2, 3], 3))
        self.assertIn("k004.h5: an earlier result, and no new one: its task failed", self.read("gather.out"))
        rows, code = self.compare("b.h5", K="4")
        self.assertEqual((sorted(rows), code), ([], 3))
        rows, code = self.compare("a.h5", K="3,4")
        self.assertEqual((sorted(rows), code), ([3, 4], 0))
        self.assertEqual([name for name in os.listdir(self.path("cmp")) if name.startswith(".")], [])

    def test_an_empty_folder(self):
        rows, code = self.compare("b.h5", K="3-4")
        self.assertEqual((sorted(rows), code), ([3], 3))
        self.assertIn("k004.h5: no result: its task failed", self.read("gather.out"))


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

"""psychograph plan: sane figures from a header or from numbers alone, and memory that a real run takes."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, run

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
NODE = DOCS / "examples" / "cluster-node.toml"
SPEC = """
[input]
files = ["customers.h5"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
[cluster]
k = 16
restarts = 1
max_iterations = 5
"""


class Plan(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text(SPEC, encoding="utf-8")

    def plan(self, *args, ranks=1, constants=NODE):
        told = () if constants is None else ("--constants", constants)
        return json.loads(self.run_ok(ranks, "plan", *args, *told, "--json", cwd=self.folder).stdout)

    def numbers(self, customers=10**7, features=32, k=64):
        return "--customers", customers, "--features", features, "--k", k

    def generate(self, customers, features):
        self.run_ok(1, "generate", "--customers", customers, "--features", features, "--segments", 20,
                    "--output", self.path("customers.h5"), "--quiet")

    def peak_memory(self, *args):
        """Bytes, as the kernel tells while it runs: what it tells afterwards counts the parent's too."""
        peak = 0
        with subprocess.Popen(command(0, *args), env=environment(), cwd=self.folder, stdout=subprocess.DEVNULL) as child:
            while child.poll() is None:
                with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                    found = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
                peak = max([peak, *found])
        self.assertEqual(child.returncode, 0)
        return peak * 1024

    def test_words_among_numbers_are_named(self):
        """The advice is that of the job itself; what a block declares missing is no culprit."""
        ages = np.full(50, b"41", "S7")
        ages[7] = b"n/a"
        ages[20] = b"unknown"
        with h5py.File(self.path("customers.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(50)
            file["customers/feature_age"] = ages
        for job in ("plan", "segment"):
            (self.folder / "spec.toml").write_text(
                SPEC.replace('["feature_*"]', '["feature_*"]\nkind = "numeric"\nmissing_values = ["n/a"]'), encoding="utf-8")
            told = self.assert_fails(2, ["row 20", '"unknown"'], 2, job, "spec.toml", cwd=self.folder).stderr
            self.assertNotIn("use categorical", told)
            self.assertNotIn("row 7", told)

    def test_measures_this_machine(self):
        completed = self.run_ok(1, "plan", *self.numbers(), "--nodes", 2, "--ranks-per-node", 4, "--node-memory", "64G",
                                "--save-constants", self.path("here.toml"))
        self.assertIn("measuring this machine", completed.stderr)
        for line in ("8 ranks on 2 nodes, 4 a node: 1250000 customers a rank", "#SBATCH --nodes=2",
                     "#SBATCH --ntasks-per-node=4", "#SBATCH --mem=", "#SBATCH --time=",
                     "psychograph segment SPEC.toml --k 64"):
            self.assertIn(line, completed.stdout)
        saved = self.plan(*self.numbers(), "--ranks", 8, constants=self.path("here.toml"))
        self.assertGreater(saved["seconds"]["total"], 0)
        self.assertTrue(all(seconds > 0 for seconds in saved["seconds"].values()))

    def test_several_ranks_measure_together(self):
        completed = self.run_ok(3, "plan", *self.numbers(features=5, k=3), "--save-constants", self.path("c.toml"), "--json")
        self.assertEqual(json.loads(completed.stdout)["customers"], 10**7)
        with open(self.path("c.toml"), encoding="utf-8") as file:
            self.assertIn("cores          = 3.0", file.read())

    def test_one_cluster_and_one_column(self):
        self.assertGreater(self.plan(*self.numbers(1, 1, 1), constants=None)["seconds"]["total"], 0)

    def test_very_many_clusters_and_columns(self):
        """Planned, and not tried out."""
        found = self.plan(*self.numbers(10**9, 100_000, 100_000), "--node-memory", "64G", constants=None)
        self.assertGreater(found["bytes"]["rank"], 40 * 10**10)
        self.assertFalse(found["fits"])

    def test_more_ranks_take_less_time_and_memory(self):
        one, two = (self.plan(*self.numbers(), "--nodes", n, "--ranks-per-node", 64) for n in (1, 2))
        self.assertAlmostEqual(one["iteration"]["rows"] / two["iteration"]["rows"], 2, places=4)
        self.assertLess(two["bytes"]["rank"], one["bytes"]["rank"])
        self.assertEqual(self.plan(*self.numbers(), "--ranks", 128, "--ranks-per-node", 64), two)

    def test_a_header_is_enough(self):
        """The file of this table is one hole; to read it would take long."""
        rows = 10**11
        stored = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        stored.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        stored.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        with h5py.File(self.path("customers.h5"), "w") as file:
            group = file.create_group("customers/feature_2").parent
            for name, dtype in (("customer_id", np.int64), ("feature_0", np.float32), ("feature_1", np.float64),
                                ("feature_2/codes", np.int8)):
                h5py.h5d.create(group.id, name.encode(), h5py.h5t.py_create(np.dtype(dtype)),
                                h5py.h5s.create_simple((rows,)), dcpl=stored)
            file["customers/feature_2/categories"] = ["north", "east", "south", "west"]
        found = self.plan("spec.toml", "--ranks", 64)
        self.assertEqual((found["customers"], found["columns"], found["k"]), (rows, 2 + 4, 16))
        self.assertAlmostEqual(found["seconds"]["read"], rows * (8 + 4 + 8 + 1) / 1e10, delta=1)
        self.assertEqual(sorted(os.listdir(self.folder)), ["customers.h5", "spec.toml"])

    def test_the_spec_and_its_overrides_count(self):
        self.generate(1000, 3)
        first = self.plan("spec.toml")
        self.assertEqual((first["customers"], first["columns"], first["k"]), (1000, 3, 16))
        changed = self.plan("spec.toml", "--input", "customers.h5", "--k", 32, "--set", "cluster.restarts=2")
        self.assertEqual(changed["k"], 32)
        self.assertGreater(changed["seconds"]["seed"], 2 * first["seconds"]["seed"])
        self.assertEqual(changed["command"],
                         "psychograph segment spec.toml --input customers.h5 --set cluster.restarts=2 --k 32")
        longer = self.plan("spec.toml", "--iterations", 50)
        self.assertGreater(longer["seconds"]["iterate"], 5 * first["seconds"]["iterate"])

    def test_the_command_runs(self):
        self.generate(2000, 3)
        planned = self.plan("spec.toml", "--restarts", 2, "--input", "customers.h5")["command"]
        self.run_ok(2, *shlex.split(planned)[1:], cwd=self.folder)
        self.assertTrue((self.folder / "segments.h5").exists())

    def test_memory_is_what_a_run_takes(self):
        for customers, features in ((400_000, 24), (1_000_000, 3)):
            self.generate(customers, features)
            planned = self.plan("spec.toml", "--ranks", 1, constants=None)["bytes"]["rank"]
            taken = self.peak_memory("segment", "spec.toml", "--quiet")
            self.assertLess(abs(planned / taken - 1), 0.2, f"planned {planned / 2**20:.1f}, taken {taken / 2**20:.1f} MiB")

    def test_what_does_not_fit_goes_to_scratch(self):
        size = (*self.numbers(10**9), "--nodes", 2, "--ranks-per-node", 64, "--node-memory")
        small, large = self.plan(*size, "32G"), self.plan(*size, "128G")
        self.assertEqual((small["fits"], large["fits"]), (False, True))
        self.assertIn("--memory 460M", small["command"])
        self.assertNotIn("--memory", large["command"])
        self.assertGreater(small["seconds"]["total"], large["seconds"]["total"])
        told = self.run_ok(1, "plan", *size, "32G", "--constants", NODE).stdout
        nodes = int(re.search(r"--nodes (\d+)", told)[1])
        for count, fits in ((nodes - 1, False), (nodes, True)):
            self.assertEqual(self.plan(*self.numbers(10**9), "--nodes", count, "--ranks-per-node", 64, "--node-memory",
                                       "32G")["fits"], fits)

    def test_no_job_is_printed_that_could_not_run(self):
        """What a rank holds besides its customers can't go to scratch."""
        done = self.run_ok(1, "plan", *self.numbers(10**6, 2000, 100_000), "--ranks-per-node", 64, "--node-memory", "64G",
                           "--constants", NODE, cwd=self.folder)
        self.assertRegex(done.stdout, r"too little, even with customers in scratch: at most [1-9]\d* ranks a node")
        self.assertNotIn("#SBATCH", done.stdout)
        done = self.run_ok(1, "plan", *self.numbers(10**6, 2000, 100_000), "--ranks-per-node", 64, "--node-memory", "1M",
                           "--constants", NODE, cwd=self.folder)
        self.assertIn("fewer segments or columns, or larger nodes", done.stdout)

    def test_the_page_shows_what_is_printed(self):
        page = (DOCS / "scaling.md").read_text(encoding="utf-8")
        shown = re.search(r"```console\n\$ (psychograph plan .*?[^\\])\n(.*?)```", page, re.DOTALL)
        args = shlex.split(shown[1].replace("\\\n", ""))[1:]
        self.assertEqual(self.run_ok(1, *args, cwd=DOCS.parent).stdout, shown[2])


class BadOptions(ProgramTest):
    def fails(self, code, parts, *args, ranks=2):
        self.assert_fails(code, parts, ranks, "plan", *args, cwd=self.folder)

    def test_what_is_planned(self):
        self.fails(2, ["spec", "--customers"])
        self.fails(2, ["--features"], "--customers", 10, "--k", 2)
        self.fails(2, ["--customers"], "spec.toml", "--customers", 10)
        self.fails(2, ["none.toml"], "none.toml")
        self.fails(2, ["--input"], "--customers", 10, "--features", 2, "--k", 2, "--input", "x.h5")
        self.fails(2, ["--k 20", "--customers 10"], "--customers", 10, "--features", 2, "--k", 20)

    def test_every_option_is_checked(self):
        good = {"customers": 100, "features": 2, "k": 2}
        bad = {"customers": (0, -1, "many"), "features": (0, "x"), "k": (0, 1.5), "ranks": (0, "all"), "nodes": (0, -2),
               "ranks-per-node": (0,), "restarts": (0,), "iterations": (0, "few"), "compared": (-0.1, 1.1, "nan"),
               "moved": (-1, 2, "nan"), "node-memory": ("much",), "constants": ("none.toml",)}
        for name, values in bad.items():
            for value in values:
                with self.subTest(option=name, value=value):
                    self.fails(2, [f"--{name}"], *(f"--{key}={text}" for key, text in {**good, name: value}.items()))
        plan = ("--customers", 100, "--features", 2, "--k", 2)
        self.fails(2, ["--nodes", "--ranks"], *plan, "--nodes", 2, "--ranks", 4)
        self.fails(2, ["--ranks 5", "--ranks-per-node"], *plan, "--ranks", 5, "--ranks-per-node", 4)
        self.fails(2, ["--save-constants"], *plan, "--constants", NODE, "--save-constants", self.path("x.toml"))
        self.fails(4, ["/no/such/folder/x.toml"], *plan, "--save-constants", "/no/such/folder/x.toml")

    def test_damaged_constants(self):
        text = NODE.read_text(encoding="utf-8")
        for name, damaged, part in (("missing", text.replace("latency ", "#"), "latency"),
                                    ("unknown", text + "speed = 1.0\n", "speed"),
                                    ("negative", text.replace("= 5.0e-6", "= -1.0"), "latency"),
                                    ("no.toml", "{", ":1")):
            pathlib.Path(self.path(name)).write_text(damaged, encoding="utf-8")
            self.fails(2, [name, part], "--customers", 10, "--features", 2, "--k", 2, "--constants", self.path(name))

    def test_no_such_table(self):
        (self.folder / "spec.toml").write_text(SPEC, encoding="utf-8")
        self.assertEqual(run(1, "plan", "spec.toml", cwd=self.folder).returncode, 3)
        pathlib.Path(self.path("customers.h5")).write_text("no table", encoding="utf-8")
        self.fails(3, ["customers.h5", "not an HDF5 file"], "spec.toml")


if __name__ == "__main__":
    unittest.main()

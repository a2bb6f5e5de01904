"""More customers than memory: --memory and --scratch change where rows lie, and no bit of what comes out."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, hash_datasets, messages, run

SPEC = """
[input]
files = ["customers.h5"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
facet = "behavioral"
[cluster]
k = 12
seed = 3
restarts = 2
max_iterations = 40
[output]
path = "segments.h5"
"""


class Scratch(ProgramTest):
    def setUp(self):
        super().setUp()
        # Where the tests run there is a disk; the folder for temporary files may be memory.
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="scratch-", dir=os.getcwd()))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        (self.folder / "spec.toml").write_text(SPEC)

    def generate(self, customers):
        completed = run(2, "generate", "--customers", customers, "--features", 8, "--segments", 20, "--separation", 3,
                        "--output", self.folder / "customers.h5")
        self.assertEqual(completed.returncode, 0, completed.stderr)

    def segment(self, ranks, *options, **keywords):
        return run(ranks, "segment", "spec.toml", *options, cwd=self.folder, **keywords)

    def test_same_bits_in_memory_and_in_scratch(self):
        self.generate(600_000)
        self.assertEqual(self.segment(2, "--output", "memory.h5").returncode, 0)
        expected = hash_datasets(self.folder / "memory.h5")
        for ranks in (1, 2, 3):
            completed = self.segment(ranks, "--memory", "10M", "--scratch", self.scratch, "--output", "scratch.h5")
            self.assertEqual(completed.returncode, 0, completed.stderr)
            self.assertIn(f"they are kept in {self.scratch}", completed.stderr)
            self.assertEqual(hash_datasets(self.folder / "scratch.h5"), expected)
            self.assertEqual(list(self.scratch.iterdir()), [])

    def peak(self, job, *arguments):
        """The highest resident memory of one rank, in bytes."""
        wrapper = ("import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)")
        run_once = command(0, job, *arguments, "--quiet")
        done = subprocess.run([sys.executable, "-c", wrapper, *run_once], cwd=self.folder, env=environment(),
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout) * 1024

    def test_a_rank_holds_no_more_than_it_may(self):
        """The promise is of the rank's resident memory at its highest, whatever the program is doing."""
        self.generate(6_000_000)
        few = ("spec.toml", "--set", "cluster.max_iterations=5")
        self.assertGreater(self.peak("segment", *few), 300 * 2**20)
        self.assertLess(self.peak("segment", *few, "--memory", "220M", "--scratch", self.scratch), 220 * 2**20)

    def test_ids_count(self):
        """Texts in no order: searched for repeated ones, looked up and written, each more than a rank may hold."""
        customers = 6_000_000
        completed = run(2, "generate", "--customers", customers, "--features", 2, "--segments", 3, "--output",
                        self.folder / "customers.h5")
        self.assertEqual(completed.returncode, 0, completed.stderr)
        numbers = np.random.default_rng(1).permutation(customers)
        ids = np.full((customers, 24), ord("c"), np.uint8)
        for digit in range(8):
            ids[:, 23 - digit] = ord("0") + numbers // 10**digit % 10
        with h5py.File(self.folder / "customers.h5", "r+") as file:
            del file["customers/customer_id"]
            file["customers/customer_id"] = ids.view("S24")[:, 0]
        bound = ("--memory", "220M", "--scratch", self.scratch)
        few = ("spec.toml", "--set", "cluster.max_iterations=5", "--k", "3")
        self.assertLess(self.peak("segment", *few, *bound), 220 * 2**20)
        with h5py.File(self.folder / "segments.h5") as file:
            np.testing.assert_array_equal(file["assignments/customer_id"][:], ids.view("S24")[:, 0])
        again = ("resegment", *few, "--previous", "segments.h5", "--output", "next.h5")
        self.assertLess(self.peak(*again, *bound), 220 * 2**20)
        with h5py.File(self.folder / "next.h5") as file:
            self.assertEqual(int(file["history/0001/migration"][:3, :3].sum()), customers)

    def test_a_look_up_in_scratch_is_the_same(self):
        for quarter in (1, 2):
            completed = run(2, "generate", "--customers", 300_000, "--features", 3, "--segments", 6, "--separation", 3,
                            "--quarter", quarter, "--output", self.folder / f"quarter-{quarter}.h5")
            self.assertEqual(completed.returncode, 0, completed.stderr)
        completed = self.segment(2, "--k", 6, "--input", "quarter-1.h5", "--output", "first.h5")
        self.assertEqual(completed.returncode, 0, completed.stderr)
        again = ("resegment", "spec.toml", "--k", 6, "--input", "quarter-2.h5", "--previous", "first.h5")
        self.assertEqual(run(2, *again, "--output", "memory.h5", cwd=self.folder).returncode, 0)
        expected = hash_datasets(self.folder / "memory.h5")
        for ranks in (1, 2, 3):
            completed = run(ranks, *again, "--memory", "10M", "--scratch", self.scratch, "--output", "scratch.h5",
                            cwd=self.folder)
            self.assertEqual(completed.returncode, 0, completed.stderr)
            self.assertIn(f"they are kept in {self.scratch}", completed.stderr)
            self.assertEqual(hash_datasets(self.folder / "scratch.h5"), expected)

    def test_files_have_no_name_while_the_job_runs(self):
        self.generate(400_000)
        seen, over = set(), threading.Event()

        def watch():
            while not over.wait(0.01):
                seen.update(self.scratch.iterdir())

        watcher = threading.Thread(target=watch)
        watcher.start()
        completed = self.segment(1, "--memory", "10M", "--scratch", self.scratch)
        over.set()
        watcher.join()
        self.assertEqual(completed.returncode, 0, completed.stderr)
        self.assertEqual(seen, set())

    def test_enough_memory_needs_no_scratch(self):
        self.generate(1000)
        completed = self.segment(2, "--memory", "1G", "--scratch", "/nowhere")
        self.assertEqual(completed.returncode, 0, completed.stderr)

    def test_the_folder_comes_from_the_environment(self):
        self.generate(1000)
        completed = self.segment(2, "--memory", "1M", env={"SLURM_TMPDIR": None, "TMPDIR": self.scratch})
        self.assertIn(f"they are kept in {self.scratch}", completed.stderr)
        self.assertRegex(completed.stderr, r"warning: --memory: a rank takes \d+M before its first customer, so it will hold more")
        completed = self.segment(2, "--memory", "1M", env={"SLURM_TMPDIR": self.scratch, "TMPDIR": self.folder})
        self.assertIn(f"they are kept in {self.scratch}", completed.stderr)

    def test_memory_in_disguise_is_refused(self):
        self.generate(1000)
        if not os.path.isdir("/dev/shm"):
            self.skipTest("there is no /dev/shm here")
        completed = self.segment(2, "--memory", "1M", "--scratch", "/dev/shm")
        self.assertEqual(completed.returncode, 4)
        self.assertEqual(len(messages(completed)), 1, completed.stderr)
        self.assertIn("memory itself (tmpfs); name a folder on a disk with --scratch", completed.stderr)

    def test_bad_options(self):
        self.generate(1000)
        for options, code, words in ((("--memory", "1M", "--scratch", "/nowhere"), 4, "scratch folder /nowhere: can't be used"),
                                     (("--memory", "much"), 2, '--memory: "much" is not a size'),
                                     (("--memory", "4X"), 2, '--memory: "4X" is not a size'),
                                     (("--memory=-5G",), 2, '--memory: "-5G" is not a size, as 4G or 500M are'),
                                     (("--memory=-1",), 2, '--memory: "-1" is not a size'),
                                     (("--memory", "0"), 2, '--memory: "0" is not a size'),
                                     (("--scratch", "/tmp"), 2, "--memory")):
            completed = self.segment(2, *options)
            self.assertEqual(completed.returncode, code, completed.stderr)
            self.assertIn(words, completed.stderr)
            self.assertFalse((self.folder / "segments.h5").exists())


if __name__ == "__main__":
    unittest.main()

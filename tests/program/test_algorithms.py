"""Each algorithm that has a page in docs/algorithms, through every job, as users run it."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, hash_datasets, messages, ranks_of, read, run

PAGES = pathlib.Path(__file__).resolve().parents[2] / "docs/algorithms"
NAMES = sorted(page.stem for page in PAGES.glob("*.md"))
# Their pages say so.
WITHOUT_START = {page.stem for page in PAGES.glob("*.md") if "(../resegment.md) refuses it" in page.read_text()}


# Of likelihoods, directions, or not of all: test_mixtures.py and test_directions.py have them.
OTHERS = {"latent_class", "gmm", "spherical", "trimmed", "medoids", "kmedians", "reduced_kmeans", "factor_kmeans"}
WITH_CENTROIDS = [name for name in NAMES if name not in OTHERS]


def spec(algorithm, table="customers.h5", k=5, restarts=3, more=""):
    return f"""
[input]
files = ["{table}"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
[cluster]
algorithm = "{algorithm}"
k = {k}
restarts = {restarts}
{more}
"""


class EveryAlgorithm(ProgramTest):
    def setUp(self):
        super().setUp()
        # Five clumps, near ones in far groups: no split has to cut one of them.
        generator = np.random.default_rng(7)
        self.planted = generator.choice(5, 3000, p=[0.3, 0.25, 0.2, 0.15, 0.1])
        centres = np.zeros((5, 6))
        centres[:2, 0], centres[2:4, 0] = -60, 60
        centres[[0, 2], 1], centres[[1, 3], 1] = 15, -15
        centres[4, 2:] = 80
        with h5py.File(self.path("customers.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(3000)
            for j, column in enumerate((centres[self.planted] + generator.normal(size=(3000, 6))).T):
                file[f"customers/feature_{j}"] = column

    def ok(self, ranks, *args):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def write_spec(self, name, text):
        (self.folder / name).write_text(text)

    def each(self):
        for name in WITH_CENTROIDS:
            self.algorithm = name
            self.write_spec("s.toml", spec(name))
            yield name

    def tearDown(self):
        if hasattr(self, "algorithm"):
            print(f"  (last algorithm: {self.algorithm})", file=sys.stderr)
        super().tearDown()

    def test_the_program_names_them_all(self):
        self.write_spec("s.toml", spec("witchcraft"))
        failed = run(0, "segment", "s.toml", cwd=self.folder)
        self.assertEqual(failed.returncode, 2)
        told = failed.stderr
        for name in NAMES:
            self.assertIn(name, told)

    def test_same_bits_on_any_ranks(self):
        for name in self.each():
            def make(ranks, output):
                self.ok(ranks, "segment", "s.toml", "--output", output)
            hashes = []
            for ranks in (1, 2, 3, 4):
                make(ranks, f"r{ranks}.h5")
                hashes.append(hash_datasets(self.path(f"r{ranks}.h5")))
            for other in hashes[1:]:
                self.assertEqual(other, hashes[0])
            self.assertEqual(read(self.path("r1.h5"))["algorithm"], name.encode())

    def test_same_bits_in_scratch(self):
        """More than a rank may hold, all at once and of what is copied on the way."""
        # Nearly all are one clump: what is split off from it leaves a copy that is more than the heap is for.
        generator = np.random.default_rng(3)
        cells = generator.normal(size=(200_000, 16)).astype(np.float32) + 40 * (generator.random((200_000, 1)) < 0.05)
        with h5py.File(self.path("many.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(200_000)
            for j, column in enumerate(cells.T):
                file[f"customers/feature_{j}"] = column
        scratch = tempfile.mkdtemp(prefix="scratch-", dir=os.getcwd())  # there is a disk; /tmp may be memory
        self.addCleanup(shutil.rmtree, scratch, ignore_errors=True)
        for name in self.each():
            self.write_spec("s.toml", spec(name, "many.h5", k=6, restarts=1, more="max_iterations = 8"))
            self.ok(2, "segment", "s.toml", "--output", "r.h5")
            told = self.ok(2, "segment", "s.toml", "--output", "scratch.h5", "--memory", "40M", "--scratch", scratch)
            self.assertIn("they are kept in", told.stderr)
            self.assertEqual(hash_datasets(self.path("scratch.h5")), hash_datasets(self.path("r.h5")))

    def test_planted_segments_come_back_and_are_assigned_and_verified(self):
        for name in self.each():
            self.ok(2, "segment", "s.toml", "--output", "r.h5")
            with h5py.File(self.path("r.h5")) as result:
                found = result["assignments/segment"][:]
                np.testing.assert_array_equal(found, self.planted)  # numbered by size, as they were planted
                run_attributes = dict(result["run"].attrs)
                self.assertGreaterEqual(run_attributes["objective"], run_attributes["inertia"] * (1 - 1e-12))
                self.assertEqual(run_attributes["objective_name"], b"inertia")
            self.ok(3, "assign", "r.h5", "--input", "customers.h5", "--output", "a.h5")
            with h5py.File(self.path("r.h5")) as result, h5py.File(self.path("a.h5")) as assigned:
                for column in ("segment", "runner_up", "distance", "margin"):
                    np.testing.assert_array_equal(assigned[f"assignments/{column}"][:], result[f"assignments/{column}"][:])
            self.assertIn("the same to the bit", self.ok(2, "verify", "r.h5").stdout)
            self.ok(2, "verify", "a.h5")

    def test_a_result_that_was_meddled_with_is_found(self):
        for name in self.each():
            self.ok(0, "segment", "s.toml", "--output", "r.h5")
            with h5py.File(self.path("r.h5"), "r+") as result:
                result["run"].attrs["objective"] *= 1.0000001
            failed = run(0, "verify", "r.h5", cwd=self.folder)
            self.assertEqual(failed.returncode, 3, failed.stderr)
            self.assertIn("/run@objective", failed.stdout + failed.stderr)

    def test_resegment(self):
        for name in self.each():
            self.ok(2, "segment", "s.toml", "--output", "r.h5")
            if name in WITHOUT_START:
                failed = run(0, "resegment", "s.toml", "--previous", "r.h5", "--output", "n.h5", cwd=self.folder)
                self.assertEqual(failed.returncode, 2)
                self.assertEqual(len(messages(failed)), 1)
                self.assertIn(f'"{name}"', failed.stderr)
            # A result of any algorithm can be carried on by k-means.
            self.write_spec("next.toml", spec("kmeans"))
            self.ok(2, "resegment", "next.toml", "--previous", "r.h5", "--output", "n.h5")
            with h5py.File(self.path("n.h5")) as again, h5py.File(self.path("r.h5")) as result:
                self.assertEqual(list(again["segments/id"][:]), list(result["segments/id"][:]))

    def test_plan(self):
        for name in self.each():
            told = self.ok(0, "plan", "s.toml").stdout
            self.assertIn("#SBATCH --mem=", told)
            self.ok(0, "plan", "s.toml", "--json")

    def test_one_segment(self):
        for name in self.each():
            self.ok(2, "segment", "s.toml", "--k", 1, "--output", "r.h5")
            with h5py.File(self.path("r.h5")) as result:
                self.assertEqual(list(result["segments/size"][:]), [3000])
                self.assertAlmostEqual(result["run"].attrs["objective"], 3000 * 6, places=3)  # z-scores

    def test_more_segments_than_customers(self):
        with h5py.File(self.path("few.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(12)
            file["customers/feature_0"] = np.arange(12) % 3
        for name in self.each():
            self.write_spec("s.toml", spec(name, "few.h5", k=4))
            failed = run(2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
            self.assertEqual(failed.returncode, 3)
            self.assertIn("few.h5: fewer distinct rows than k: there are 3 different customers for 4 segments", failed.stderr)
            self.assert_nothing_temporary()

    def test_equal_customers(self):
        """The message is about the k that was asked for, whatever a fit within the fit wanted."""
        with h5py.File(self.path("one.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(50)
            file["customers/feature_0"] = np.where(np.arange(50) % 2, 1e-30, 2e-30)
        for name in self.each():
            self.write_spec("s.toml", spec(name, "one.h5").replace('["feature_*"]', '["feature_*"]\nscale = "none"'))
            failed = run(2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
            self.assertEqual(failed.returncode, 3)
            self.assertRegex(failed.stderr, "there are [12] different customers for 5 segments")

    def test_a_leaf_that_nobody_is_nearest_to(self):
        """Then it is told, and every segment of the result has somebody all the same."""
        places = np.repeat([[-100, 0], [100, 0], [-1, 10], [-1, -10], [1, 10], [1, -10]], [1000, 1000, 10, 10, 20, 20], axis=0)
        with h5py.File(self.path("clumps.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(len(places))
            for j in range(2):
                file[f"customers/feature_{j}"] = places[:, j].astype(float)
        self.write_spec("s.toml", spec("bisecting", "clumps.h5", restarts=8).replace('["feature_*"]', '["feature_*"]\nscale = "none"'))
        told = self.ok(2, "segment", "s.toml", "--output", "r.h5")
        self.assertIn("a segment that nobody was nearest to is moved to the farthest customer, row 2000", told.stderr)
        self.assertIn("; converged after", told.stdout)
        with h5py.File(self.path("r.h5")) as result:
            self.assertEqual(list(result["segments/size"][:]), [1000, 1000, 30, 20, 10])
            self.assertEqual(result["run"].attrs["converged"], 1)

    def test_init_of_those_that_begin_with_all_together(self):
        for name in WITHOUT_START:
            self.write_spec("s.toml", spec(name, more='init = "start.h5"'))
            failed = run(0, "segment", "s.toml", cwd=self.folder)
            self.assertEqual(failed.returncode, 2)
            self.assertIn("init", failed.stderr)
            self.assertIn("can't start from a file", failed.stderr)


class Starts(ProgramTest):
    def test_how_many_came_to_the_best(self):
        """Where nothing is to be found starts end in many places; the log of events says where."""
        with h5py.File(self.path("customers.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(60)
            for j, column in enumerate(np.random.default_rng(1).normal(size=(60, 2)).T):
                file[f"customers/feature_{j}"] = column
        counted = set()
        for k in (2, 3, 4, 9):
            (self.folder / "s.toml").write_text(spec("kmeans", k=k, restarts=12, more='init = "random"'))
            said = self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--events", "log", cwd=self.folder).stdout
            ends = {}
            for line in (self.folder / "log").read_text().splitlines():
                event = json.loads(line)
                if "restart" in event:
                    ends[event["restart"]] = event["inertia"]
            (self.folder / "log").unlink()
            reached = sum(one <= min(ends.values()) * (1 + 1e-9) for one in ends.values())
            result = read(self.path("r.h5"))
            self.assertEqual((result["starts"], result["reached"], len(ends)), (12, reached, 12))
            self.assertIn(f"the best of 12 starts; {reached} of them came to it", said)
            counted.add(reached)
        self.assertGreater(len(counted), 1)


class Stopped(ProgramTest):
    """In the midst of the clustering, as its events tell, and gone on with on another number of ranks."""

    def stop_after(self, iterations):
        """Whether it was stopped after about so many; a machine may be too quick for that."""
        events = self.folder / "events.jsonl"
        events.unlink(missing_ok=True)
        process = subprocess.Popen(command(2, "segment", "s.toml", "--output", "r.h5", "--events", "events.jsonl"),
                                   cwd=self.folder, env=environment(), stderr=subprocess.PIPE, text=True)
        while process.poll() is None and not (
                events.exists() and events.read_text().count('"stage":"cluster"') >= iterations):
            time.sleep(0.01)
        for rank in ranks_of(process.pid):
            try:
                os.kill(rank, signal.SIGTERM)
            except ProcessLookupError:
                pass
        told = process.communicate(timeout=60)[1]
        self.assertIn(process.returncode, (0, 75), told)
        return process.returncode == 75

    def test_each(self):
        self.run_ok(2, "generate", "--customers", 300_000, "--features", 8, "--segments", 20, "--separation", 2.5, "--output",
                    self.path("customers.h5"))
        rounds = 8 if os.environ.get("PSYCHOGRAPH_SOAK") else 2
        for name in WITH_CENTROIDS:
            (self.folder / "s.toml").write_text(spec(name, k=16, restarts=5))
            self.run_ok(2, "segment", "s.toml", "--output", "whole.h5", cwd=self.folder)
            expected = hash_datasets(self.path("whole.h5"))
            stopped = 0
            for attempt in range(10 * rounds):
                iterations = random.randint(1, 60)
                with self.subTest(name, iterations=iterations):
                    if self.stop_after(iterations):
                        stopped += 1
                        self.run_ok((3, 1)[attempt % 2], "segment", "s.toml", "--output", "r.h5", "--resume", cwd=self.folder)
                    self.assertEqual(hash_datasets(self.path("r.h5")), expected)
                if stopped == rounds:
                    break
            self.assertEqual(stopped, rounds, name)


if __name__ == "__main__":
    unittest.main()

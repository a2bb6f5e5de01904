"""psychograph generate: what it plants can be found again, and is the same on any number of ranks."""
import os
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, hash_datasets, targets


class GenerateTest(ProgramTest):
    def generate(self, ranks=1, output="c.h5", customers=1003, features=5, segments=4, seed=7, extra=(), env=None):
        path = self.path(output)
        self.completed = self.run_ok(ranks, "generate", "--customers", customers, "--features", features,
                                     "--segments", segments, "--seed", seed, "--output", path, *extra, env=env)
        return path

    def assert_same_with_every_target(self, **options):
        first, *others = [hash_datasets(self.generate(env={"PSYCHOGRAPH_TARGET": name}, **options))
                          for name in targets()]
        for name, other in zip(targets()[1:], others):
            self.assertEqual(other, first, name)


class Generate(GenerateTest):

    def features(self, path, count, start=0, stop=None):
        with h5py.File(path) as file:
            width = max(2, len(str(count - 1)))
            columns = [file[f"customers/feature_{i:0{width}}"][start:stop] for i in range(count)]
            return np.stack(columns, axis=1)

    def test_same_on_any_number_of_ranks(self):
        self.assert_same_on_ranks(self.generate)

    def test_same_over_several_blocks(self):
        self.assert_same_on_ranks(lambda ranks: self.generate(ranks, customers=2_300_001, features=1),
                                  ranks=(1, 2, 3))

    def test_same_with_every_instruction_set(self):
        self.assert_same_with_every_target(customers=10_000, features=9, extra=("--correlation", 0.5))

    def test_a_row_does_not_depend_on_how_many_follow(self):
        few = self.generate(output="few.h5", customers=100)
        many = self.generate(ranks=2, output="many.h5", customers=1000)
        np.testing.assert_array_equal(self.features(many, 5, stop=100), self.features(few, 5))

    def test_layout(self):
        path = self.generate(features=101, customers=50, segments=3)
        with h5py.File(path) as file:
            columns = ["customer_id"] + [f"feature_{i:03}" for i in range(101)]
            self.assertEqual(sorted(file["customers"]), columns)
            np.testing.assert_array_equal(file["customers/customer_id"][:], np.arange(50))
            self.assertEqual(file["customers/customer_id"].dtype, np.int64)
            self.assertEqual(file["customers/feature_000"].dtype, np.float32)
            self.assertEqual(file["truth/segment"].dtype, np.int32)
            self.assertEqual(file["truth/centroids"].shape, (3, 101))
            self.assertEqual(file["truth/centroids"].dtype, np.float64)
            self.assertEqual(file["truth"].attrs["seed"], 7)

    def test_the_truth_is_what_was_planted(self):
        n, k = 200_000, 5
        path = self.generate(customers=n, features=7, segments=k)
        values = self.features(path, 7)
        with h5py.File(path) as file:
            truth, centroids = file["truth/segment"][:], file["truth/centroids"][:]
        noise = values - centroids[truth]
        self.assertLess(np.abs(noise.mean(axis=0)).max(), 5 / np.sqrt(n))
        self.assertLess(np.abs(np.cov(noise.T) - np.eye(7)).max(), 8 / np.sqrt(n))
        share = 1 / (1 + np.arange(k) / 2)
        share /= share.sum()
        self.assertLess(np.abs(np.bincount(truth, minlength=k) / n - share).max(), 5 / np.sqrt(n))
        # Overlapping, and yet to be found: most customers are nearest to their own centroid, not all.
        nearest = np.argmin((centroids**2).sum(axis=1) / 2 - values @ centroids.T, axis=1)
        self.assertGreater((nearest == truth).mean(), 0.8)
        self.assertLess((nearest == truth).mean(), 0.999)

    def test_separation_is_the_distance_of_centroids(self):
        path = self.generate(customers=200, features=300, segments=200, extra=("--separation", "3"))
        with h5py.File(path) as file:
            centroids = file["truth/centroids"][:]
        squared = ((centroids[:, None] - centroids[None]) ** 2).sum(axis=2)[np.triu_indices(200, 1)]
        self.assertAlmostEqual(np.sqrt(squared.mean()), 3, delta=0.1)
        path = self.generate(extra=("--separation", "0"))
        with h5py.File(path) as file:
            self.assertFalse(file["truth/centroids"][:].any())

    def test_seeds_differ(self):
        first = hash_datasets(self.generate(seed=1, output="a.h5"))
        second = hash_datasets(self.generate(seed=2, output="b.h5"))
        same = sorted(name for name in first if first[name] == second[name])
        self.assertEqual(same, ["/customers/customer_id", "/truth@correlation", "/truth@kind", "/truth@missing",
                                "/truth@separation"])

    def test_correlation_is_that_of_each_eight(self):
        n = 100_000
        path = self.generate(customers=n, features=19, segments=3, extra=("--correlation", "0.3"))
        with h5py.File(path) as file:
            noise = self.features(path, 19) - file["truth/centroids"][:][file["truth/segment"][:]]
        block = np.arange(19) // 8
        expected = np.where(block[:, None] == block, 0.3, 0.0)
        np.fill_diagonal(expected, 1)
        self.assertLess(np.abs(np.cov(noise.T) - expected).max(), 8 / np.sqrt(n))
        path = self.generate(features=8, segments=1, extra=("--correlation", "1"))
        values = self.features(path, 8)
        self.assertAlmostEqual(np.corrcoef(values.T).min(), 1, places=5)

    def test_missing(self):
        n = 100_000
        whole = self.features(self.generate(customers=n), 5)
        path = self.generate(customers=n, extra=("--missing", "0.05"))
        values = self.features(path, 5)
        missing = np.isnan(values)
        self.assertLess(np.abs(missing.mean(axis=0) - 0.05).max(), 6 * 0.22 / np.sqrt(n))
        self.assertLess(np.abs(np.corrcoef(missing.T) - np.eye(5)).max(), 6 / np.sqrt(n))
        np.testing.assert_array_equal(values[~missing], whole[~missing])

    def peak_memory(self, customers):
        """Megabytes. As the kernel tells while it runs: what it tells afterwards counts the parent's too."""
        args = command(0, "generate", "--customers", customers, "--features", 3, "--segments", 3, "--kind", "customers",
                       "--output", self.path("c.h5"), "--quiet")
        peak = 0
        with subprocess.Popen(args, env=environment(), stdout=subprocess.DEVNULL) as child:
            while child.poll() is None:
                with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                    found = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
                peak = max([peak, *found])
        self.assertEqual(child.returncode, 0)
        return peak / 1024

    def test_memory_does_not_grow_with_the_table(self):
        self.assertLess(self.peak_memory(6_000_000) - self.peak_memory(600_000), 8)

    def test_smallest(self):
        for ranks in (1, 4):
            path = self.generate(ranks, customers=1, features=1, segments=1)
            self.assertEqual(self.features(path, 1).shape, (1, 1))
        path = self.generate(3, customers=2, features=2, segments=2)  # a rank without rows
        with h5py.File(path) as file:
            np.testing.assert_array_equal(file["truth/segment"][:], [0, 1])

    def test_no_segment_is_empty(self):
        path = self.generate(2, customers=60, segments=60)
        with h5py.File(path) as file:
            self.assertEqual(sorted(file["truth/segment"][:]), list(range(60)))

    def test_summary(self):
        path = self.generate(2, customers=1000, extra=("--quiet",))
        lines = self.completed.stdout.splitlines()
        self.assertIn(path, lines[0])
        self.assertEqual(len(lines), 2 + 4)
        with h5py.File(path) as file:
            sizes = np.bincount(file["truth/segment"][:])
        self.assertEqual([int(line.split()[1]) for line in lines[2:]], list(sizes))
        self.assertEqual(self.completed.stderr, "")
        self.generate(segments=60, customers=100)
        self.assertIn("and 50 smaller ones", self.completed.stdout)

    def test_replaces_an_existing_file(self):
        self.generate(customers=10)
        path = self.generate(customers=20)
        self.assertEqual(self.features(path, 5).shape, (20, 5))
        self.assert_nothing_temporary()

    def fails(self, code, parts, ranks=2, **options):
        wanted = {"customers": 10, "features": 2, "segments": 2, "seed": 1, "output": self.path("x.h5")}
        wanted.update(options)
        args = [part for name, value in wanted.items() if value is not None for part in (f"--{name}", value)]
        self.assert_fails(code, parts, ranks, "generate", *args)
        self.assertFalse(os.path.exists(self.path("x.h5")))

    def test_every_option_is_checked(self):
        for name, values in {"customers": (0, -1, "many", 1.5, None), "features": (0, 10_001, None),
                             "segments": (0, -3, None), "seed": (-1, "x"), "separation": (-1, "wide"),
                             "correlation": (-0.1, 1.1, "some"), "missing": (-0.1, 0.91, "few"),
                             "kind": ("people", ""), "output": (None,)}.items():
            for value in values:
                with self.subTest(option=name, value=value):
                    self.fails(2, [f"--{name}"], **{name: value})
        for name in ("separation", "correlation", "missing"):
            self.fails(2, [f"--{name}"], **{name: "nan"})
        self.fails(2, ["--segments 10001", "--kind customers"], kind="customers", customers=20_000, segments=10_001)
        self.fails(2, ["--segments 11", "--customers 10"], segments=11)

    def test_unwritable(self):
        self.fails(4, ["/no/such/folder/x.h5", "No such file"], output="/no/such/folder/x.h5")
        self.fails(4, ["is a folder"], output=str(self.folder))
        self.fails(4, ["x.h5", "needs 200000000.0 GB"], customers=10**16)


if __name__ == "__main__":
    unittest.main()

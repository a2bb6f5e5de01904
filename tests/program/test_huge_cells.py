"""A few huge cells among ordinary ones: the others keep their segments, no segment is empty, and the inertia is that of
the partition; or the program says which column float can't hold."""
import os
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read, run

N = 6000


def groups(seed=5, n=N):
    """Four groups that "spend" and "visits" tell apart, and which group each customer is of."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 4, n)
    spend = np.round(np.array([20, 60, 150, 400.0])[group] + random.normal(size=n) * 3, 2)
    visits = np.array([2, 8, 3, 9.0])[group] + random.normal(size=n) * 0.5
    return group, spend, visits


def scaled(columns, scale):
    """As docs/spec.md has it, in double."""
    x = np.column_stack(columns)
    if scale == "robust":
        low, middle, high = np.quantile(x, [0.25, 0.5, 0.75], axis=0)
        return (x - middle) / (high - low)
    if scale == "zscore":
        return (x - x.mean(0)) / x.std(0)
    if scale == "minmax":
        return (x - np.median(x, axis=0)) / (x.max(0) - x.min(0))  # shifted, to keep digits: no distance changes
    return x


def inertia(points, labels, weights=None):
    """Of the partition, about its own means; summed without cancellation."""
    weights = np.ones(len(points)) if weights is None else weights
    total = 0.0
    for label in np.unique(labels):
        own, w = points[labels == label], weights[labels == label]
        # About one of the points first: a mean of huge numbers has no digits left for small differences.
        away = own - own[0]
        away = away - np.average(away, axis=0, weights=w)
        total += (w[:, None] * away**2).sum()
    return total


class HugeCells(ProgramTest):
    def write(self, columns, scale, cluster, weight=None):
        """A table and its spec; the arguments of a run."""
        with h5py.File(self.path("t.h5"), "w") as file:
            for name, values in columns.items():
                file[f"customers/{name}"] = values
            if weight is not None:
                file["customers/w"] = weight
        names = ", ".join(f'"{name}"' for name in columns)
        (self.folder / "spec.toml").write_text(
            f'[input]\nfiles = ["{self.path("t.h5")}"]\n' + ("" if weight is None else 'weight = "w"\n')
            + f'[[features]]\ncolumns = [{names}]\nscale = "{scale}"\n[cluster]\n{cluster}\n')
        return "segment", self.path("spec.toml"), "--output", self.path("s.h5")

    def segment(self, columns, scale, cluster, ranks=1, weight=None):
        self.done = self.run_ok(ranks, *self.write(columns, scale, cluster, weight), cwd=self.folder)
        return read(self.path("s.h5"))

    def check(self, columns, scale, k, wanted=None, ranks=(1, 3), weight=None, slack=1.02, rtol=1e-3):
        """Nobody's segment is empty, the inertia is the partition's, and no worse than that of the labels `wanted`."""
        result = self.segment(columns, scale, f"k = {k}", ranks[0], weight)
        first = hash_datasets(self.path("s.h5"))
        points = scaled(list(columns.values()), scale)
        own = inertia(points, result["assignments/segment"], weight)
        self.assertTrue((result["segments/size"] > 0).all(), result["segments/size"])
        np.testing.assert_allclose(result["inertia"], own, rtol=rtol)
        if wanted is not None:
            self.assertLessEqual(own, inertia(points, wanted, weight) * slack, result["segments/size"])
        for count in ranks[1:]:
            self.segment(columns, scale, f"k = {k}", count, weight)
            self.assertEqual(hash_datasets(self.path("s.h5")), first, f"{count} ranks")
        self.run_ok(1, "assign", self.path("s.h5"), "--input", self.path("t.h5"), "--output", self.path("a.h5"))
        np.testing.assert_array_equal(read(self.path("a.h5"))["assignments/segment"], result["assignments/segment"])
        return result

    def test_robust(self):
        """Few and many, large and very large: they have the fifth segment for themselves."""
        for big, many in ((999999, 600), (9999999, 600), (99999999, 60), (1e12, 1), (1e15, 1), (1e17, 2)):
            with self.subTest(f"{many} x {big:g}"):
                group, spend, visits = groups()
                spend[17:17 + many] = big
                group[17:17 + many] = 4
                result = self.check({"spend": spend, "visits": visits}, "robust", 5, group)
                self.assertNotIn("can hardly", self.done.stderr)
                if many < 100:  # of more it is worth two segments
                    self.assertIn(many, result["segments/size"])

    def test_every_scale_finds_the_others_beside_one_cell(self):
        random = np.random.default_rng(1)
        group = np.arange(150) % 2
        for scale in ("none", "zscore", "minmax", "robust"):
            for big in (1e9, -1e12):
                with self.subTest(f"{scale}, {big:g}"):
                    x = np.r_[group + 0.01 * random.normal(size=150), big]
                    # Less the least cell, -1e12, the others are known to 1e-4 in double; their deviation is 0.01.
                    self.check({"x": x}, scale, 3, np.r_[group, 2], rtol=1e-2 if scale == "minmax" else 1e-3)

    def test_structure_among_the_huge(self):
        """Customers who share a huge value differ in another column."""
        group, spend, visits = groups()
        spend[:600] = 99999999.0
        for scale in ("robust", "zscore"):
            with self.subTest(scale):
                wanted = group.copy()
                wanted[:600] = 4 + (visits[:600] > 5.5)
                self.check({"spend": spend, "visits": visits}, scale, 6,
                           wanted if scale == "robust" else None)

    def test_heavy_tails(self):
        random = np.random.default_rng(9)
        for name, tail in (("pareto", lambda: random.pareto(0.7, N)), ("lognormal", lambda: np.exp(4 * random.normal(size=N)))):
            columns = {f"{name}_{i}": tail() for i in range(3)}
            weight = np.exp(2 * random.normal(size=N))
            for scale in ("robust", "none", "zscore", "minmax"):
                with self.subTest(f"{name}, {scale}"):
                    self.check(columns, scale, 8, weight=weight if scale in ("robust", "none") else None)

    def test_weights(self):
        group, spend, visits = groups()
        random = np.random.default_rng(3)
        spend[5:8] = 1e12
        group[5:8] = 4
        weight = 10.0 ** random.uniform(-4, 4, N)
        self.check({"spend": spend, "visits": visits}, "robust", 5, group, weight=weight)

    def test_rare_values_beside_one_cell(self):
        """Nearly all cells are the same: no quantile tells of the rest."""
        random = np.random.default_rng(2)
        x = np.zeros(20000)
        x[:60] = 1 + 0.1 * random.normal(size=60)
        x[60:120] = 5 + 0.1 * random.normal(size=60)
        x[120] = 1e9
        self.check({"x": x}, "none", 4, np.digitize(x, [0.5, 3, 100]))

    def test_two_far_groups(self):
        """Neither the mean nor the median is near to both; seconds since 1970, or none."""
        random = np.random.default_rng(4)
        far = np.arange(N) % 2
        x = np.where(far, 1.7e9 + 50000 * (np.arange(N) % 3 // 2) + random.normal(size=N) * 3000, 0.0)
        y = (np.arange(N) // 2 % 2) * 4e4 + random.normal(size=N)
        self.check({"x": x, "y": y}, "none", 6, far * 4 + (np.arange(N) % 3 // 2) * far * 2 + np.arange(N) // 2 % 2)

    def test_what_float_cannot_hold_is_told(self):
        random = np.random.default_rng(6)
        x = random.normal(size=500)
        x[3] = 1e25
        done = self.check_told({"x": x}, "zscore")
        self.assertIn('column "x": beside values from', done)
        self.assertIn("log1p", done)
        y = 1e9 * (np.arange(500) % 2) + random.normal(size=500)
        self.assertIn('column "y"', self.check_told({"x": random.normal(size=500), "y": y}, "none"))

    def test_rare_values_beside_many_huge_ones(self):
        """No quantile shows the rare ones, float is centred at the huge ones, and the segments' inertia is what it
        loses: never a figure that is not the partition's."""
        random = np.random.default_rng(3)
        for huge, share in ((1e8, 0.97), (1e8, 0.5), (1e10, 0.99), (-1e9, 0.8), (1e15, 0.97)):
            for scale in ("none", "zscore", "minmax"):
                with self.subTest(f"{share} x {huge:g}, {scale}"):
                    few = np.repeat([10, 50, 90], 6) + 0.5 * random.normal(size=18)
                    many = int(18 * share / (1 - share))
                    x = np.r_[np.full(many, huge), few]
                    told = set()
                    for ranks in (1, 3):
                        done = run(ranks, *self.write({"x": x}, scale, "k = 4"), cwd=self.folder)
                        self.assertEqual(done.returncode, 3, done.stderr)
                        told.update(line for line in done.stderr.splitlines()
                                    if line.startswith("psychograph: ") and "warning" not in line)
                    self.assertEqual(len(told), 1, told)
                    self.assertRegex(told.pop(), r'column "x": beside .* float can.t tell .* apart.*log1p')
                    self.assertFalse(os.path.exists(self.path("s.h5")))

    def test_resegment_too(self):
        """Whose assignment has ids, not numbers."""
        random = np.random.default_rng(3)
        few = np.repeat([10, 50, 90], 6) + 0.5 * random.normal(size=18)
        x = np.r_[few[:6].repeat(97), few]
        self.run_ok(1, *self.write({"x": x}, "none", "k = 4"), cwd=self.folder)
        x[:582] = 1e8
        with h5py.File(self.path("next.h5"), "w") as file:
            file["customers/x"] = x
        done = run(2, "resegment", self.path("spec.toml"), "--previous", self.path("s.h5"), "--input", self.path("next.h5"), "--k",
                   "4", "--output", self.path("n.h5"), cwd=self.folder)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r'column "x": beside .* float can.t tell .* apart.*log1p')

    def test_an_ordinary_value_is_not_called_large(self):
        x = np.r_[np.full(582, 1e25), np.arange(10.0, 28)]
        self.assertRegex(self.check_told({"x": x}, "none"), r'column "x", row 58.: 10 is too far from the others, near 1e\+25')

    def test_rare_values_by_their_logarithm(self):
        """The remedy that is named."""
        random = np.random.default_rng(3)
        few = np.repeat([10, 50, 90], 6) + 0.5 * random.normal(size=18)
        x = np.r_[np.full(582, 1e8), few]
        self.run_ok(2, *self.write({"x": x}, 'zscore"\ntransform = "log1p', "k = 4"), cwd=self.folder)
        self.assertEqual(sorted(read(self.path("s.h5"))["segments/size"]), [6, 6, 6, 582])

    def test_what_float_loses_of_equal_values_is_no_fault(self):
        """Cells that differ by the rounding of what wrote them are one value: an inertia of 0 is right."""
        random = np.random.default_rng(12)
        value = np.array([0.1, 0.3, 0.7, 123456.7])[np.arange(N) % 4]
        for rounding in (0, 1e-16, 1e-12, 1e-8):
            with self.subTest(rounding):
                self.run_ok(2, *self.write({"x": value * (1 + rounding * random.normal(size=N))}, "none", "k = 4"),
                            cwd=self.folder)

    def check_told(self, columns, scale):
        done = run(2, *self.write(columns, scale, "k = 3"), cwd=self.folder)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        if done.returncode == 0:
            self.assertTrue((read(self.path("s.h5"))["segments/size"] > 0).all())
        return done.stderr

    def test_cut_short_nobody_is_left_without(self):
        """Iterations that end early: even then every segment has a customer."""
        random = np.random.default_rng(8)
        x = np.r_[random.normal(size=300), 50 + random.normal(size=3), 1e6]
        start = self.path("start.h5")
        with h5py.File(start, "w") as file:
            file["centroids"] = [[0.0], [-3e5], [3.0], [2e5]]
        for limit in (1, 2, 300):
            result = self.segment({"x": x}, "none", f'k = 4\nmax_iterations = {limit}\ninit = "{start}"')
            self.assertTrue((result["segments/size"] > 0).all(), result["segments/size"])

    def test_ordinary_columns_are_centred_at_the_mean(self):
        """Where the mean serves, results are those of earlier versions: skewed, and mostly zero."""
        random = np.random.default_rng(11)
        for x in (np.exp(random.normal(size=N)), np.where(random.random(N) < 0.8, 0, random.poisson(9, N))):
            result = self.segment({"x": x.astype(float)}, "zscore", "k = 3")
            mean = (result["segments/centroids"][:, 0] * result["segments/size"]).sum() / N
            self.assertLess(abs(mean), 1e-7)


if __name__ == "__main__":
    unittest.main()

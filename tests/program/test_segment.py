"""psychograph segment: the same bits on any number of ranks and any instruction set, and the right figures.

The oracle is numpy in double precision. PSYCHOGRAPH_SOAK=1 adds the large table.
"""
import os
import pathlib
import shutil
import tempfile
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read, run, targets

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
DATA = ROOT / "tests" / "data"
ITEMS = [f"{scale}{i}" for scale in "ACENO" for i in range(1, 6)]


def table(path, group="customers"):
    with h5py.File(path) as file:
        return {name: column[()] for name, column in file[group].items()}


def lloyd(x, centroids, updates=300):
    """Lloyd's iteration until no row moves: labels, centroids, and the number of updates."""
    labels = None
    for done in range(updates + 1):
        nearest = ((x[:, None, :] - centroids[None]) ** 2).sum(axis=2).argmin(axis=1)
        if done == updates or (labels is not None and (nearest == labels).all()):
            return nearest, centroids, done
        labels = nearest
        centroids = np.stack([x[labels == c].mean(axis=0) for c in range(len(centroids))])


class Segment(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="psychograph-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.bfi = str(cls.shared / "bfi.h5")
        cls.credit = str(cls.shared / "credit.h5")
        cls.large = str(cls.shared / "large.h5")
        cls.small = str(cls.shared / "small.h5")
        for args in (["import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", cls.bfi],
                     ["import", DATA / "credit/credit_data.csv", "--output", cls.credit],
                     ["generate", "--customers", 200_000, "--features", 8, "--segments", 6, "--seed", 3,
                      "--output", cls.large],
                     ["generate", "--customers", 5003, "--features", 4, "--segments", 5, "--seed", 11,
                      "--separation", 4, "--output", cls.small]):
            assert run(0, *args).returncode == 0
        with h5py.File(cls.credit, "a") as file:
            rows = len(file["customers/Age"])
            file["customers/panel_weight"] = np.random.default_rng(1).gamma(2, size=rows) + 0.01

    def spec(self, text, name="spec.toml"):
        path = self.path(name)
        pathlib.Path(path).write_text(text)
        return path

    def segment(self, spec, *args, ranks=2, output="segments.h5", env=None):
        """Runs, and returns the path of the result."""
        path = self.path(output)
        self.run_ok(ranks, "segment", spec, "--output", path, "--quiet", *args, env=env)
        self.assert_nothing_temporary()
        return path

    def assert_same(self, spec, *args, ranks=(1, 2, 3, 4, 7), sets=()):
        """The same result on so many ranks, and with each of the instruction sets on two."""
        wanted = self.assert_same_on_ranks(lambda count: self.segment(spec, *args, ranks=count), ranks)
        for name in sets:
            found = hash_datasets(self.segment(spec, *args, env={"PSYCHOGRAPH_TARGET": name}))
            self.assertEqual(found, wanted, f"PSYCHOGRAPH_TARGET={name}")

    def generated_spec(self, path, k=5, scale="none", cluster=""):
        return self.spec(f'[input]\nfiles = ["{path}"]\nid = "customer_id"\n'
                         f'[[features]]\ncolumns = ["feature_*"]\nscale = "{scale}"\n'
                         f'[cluster]\nk = {k}\n{cluster}')


class SameBits(Segment):
    def test_bfi(self):
        self.assert_same(EXAMPLES / "bfi.toml", "--input", self.bfi, "--set", "cluster.restarts=3", sets=targets())

    def test_refined(self):
        self.assert_same(EXAMPLES / "bfi.toml", "--input", self.bfi, "--set", "cluster.restarts=2",
                         "--set", "cluster.refine=true", ranks=(1, 3), sets=targets()[-1:])

    def test_200_000_rows(self):
        spec = self.generated_spec(self.large, k=6, scale="zscore", cluster="restarts = 2\nmax_iterations = 15")
        self.assert_same(spec, sets=targets())

    def test_weights_and_categories(self):
        self.assert_same(EXAMPLES / "credit.toml", "--input", self.credit, "--set", "cluster.restarts=2",
                         "--set", "input.weight=panel_weight", ranks=(1, 2, 3, 4))

    def test_constructs(self):
        self.assert_same(EXAMPLES / "bfi-constructs.toml", "--input", self.bfi, "--set", "cluster.restarts=2",
                         ranks=(1, 2, 3, 4))

    def test_every_start(self):
        for init in ("k-means++", "random"):
            spec = self.generated_spec(self.small, scale="robust", cluster=f'restarts = 2\ninit = "{init}"')
            self.assert_same(spec, ranks=(1, 3))

    def test_a_seed_matters(self):
        spec = self.generated_spec(self.small, k=9, cluster="restarts = 1\nmax_iterations = 1")
        one, two = (read(self.segment(spec, "--seed", seed))["inertia"] for seed in (1, 2))
        self.assertNotEqual(one, two)


class Figures(Segment):
    def assert_own_figures(self, result, x, weights=None):
        """Everything in the result that follows from encoded rows and the result's own centroids."""
        k = len(result["segments/id"])
        weights = np.ones(len(x)) if weights is None else weights
        part = result["assignments/segment"] >= 0
        for name in ("distance", "margin"):
            np.testing.assert_array_equal(np.isnan(result[f"assignments/{name}"]), ~part)
        np.testing.assert_array_equal(result["assignments/runner_up"][~part], -1)
        x, weights = x[part], weights[part]
        labels = result["assignments/segment"][part]
        squares = ((x[:, None, :] - result["segments/centroids"][None]) ** 2).sum(axis=2)
        own = squares[np.arange(len(x)), labels]
        others = squares.copy()
        others[np.arange(len(x)), labels] = np.inf
        np.testing.assert_array_less(own, others.min(axis=1) + 1e-4)  # nearest, but for the rounding of a score
        second = squares[np.arange(len(x)), result["assignments/runner_up"][part]]
        np.testing.assert_allclose(second, others.min(axis=1), atol=1e-4)
        np.testing.assert_allclose(result["assignments/distance"][part], np.sqrt(own), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(result["assignments/margin"][part], 1 - np.sqrt(own / second), atol=1e-5)

        size = np.bincount(labels, minlength=k)
        np.testing.assert_array_equal(result["segments/size"], size)
        self.assertEqual(sorted(size, reverse=True), list(size))
        share = np.bincount(labels, weights, k)
        np.testing.assert_allclose(result["segments/share"], share / share.sum(), rtol=1e-12)
        np.testing.assert_allclose(result["segments/inertia"], np.bincount(labels, weights * own, k), rtol=1e-5)
        self.assertAlmostEqual(result["inertia"] / (weights * own).sum(), 1, delta=1e-6)
        np.testing.assert_array_equal(result["segments/id"], np.arange(k))

    def assert_statistics(self, result, columns):
        """/features against numpy, within 1e-12; `columns` by name, NaN where missing."""
        names = [name.decode() for name in result["features/name"]]
        for name, values in columns.items():
            i = names.index(name)
            seen = values[~np.isnan(values)].astype(float)
            self.assertEqual(result["features/count"][i], len(seen))
            self.assertEqual(result["features/missing"][i], len(values) - len(seen))
            levels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
            wanted = [seen.mean(), seen.std(), seen.min(), seen.max(), *np.quantile(seen, levels)]
            found = [result[f"features/{figure}"][i] for figure in ("mean", "sd", "min", "max")]
            np.testing.assert_allclose([*found, *result["features/quantiles"][i]], wanted, rtol=1e-12, atol=1e-12,
                                       err_msg=name)

    def test_lloyd_from_given_centroids(self):
        columns = table(self.small)
        x = np.stack([columns[f"feature_{i:02}"] for i in range(4)], axis=1).astype(float)
        start = x[[0, 17, 400, 2222, 5002]]
        with h5py.File(self.path("start.h5"), "w") as file:
            file["centroids"] = start
        labels, centroids, updates = lloyd(x, start)
        size = np.bincount(labels)
        number = np.empty(5, int)
        number[np.argsort(-size, kind="stable")] = np.arange(5)
        spec = self.generated_spec(self.small, cluster=f'init = "{self.path("start.h5")}"')
        for ranks in (1, 3):
            result = read(self.segment(spec, ranks=ranks))
            np.testing.assert_array_equal(result["assignments/segment"], number[labels])
            np.testing.assert_array_equal(result["assignments/customer_id"], columns["customer_id"])
            np.testing.assert_allclose(result["segments/centroids_original"][number], centroids, rtol=1e-6)
            self.assertEqual(result["iterations"], updates)
            self.assertEqual(result["converged"], 1)
            self.assertAlmostEqual(result["inertia"] / ((x - centroids[labels]) ** 2).sum(), 1, delta=1e-6)

    def test_an_earlier_result_is_a_start(self):
        first = self.segment(self.generated_spec(self.small, cluster="restarts = 1"), output="first.h5")
        again = read(self.segment(self.generated_spec(self.small, cluster=f'init = "{first}"')))
        self.assertLessEqual(again["iterations"], 1)  # to float and back
        np.testing.assert_array_equal(again["assignments/segment"], read(first)["assignments/segment"])

    def test_generated(self):
        columns = table(self.large)
        x = np.stack([columns[f"feature_{i:02}"] for i in range(8)], axis=1).astype(float)
        spec = self.generated_spec(self.large, k=6, scale="zscore", cluster="restarts = 2\nmax_iterations = 15")
        result = read(self.segment(spec))
        self.assert_own_figures(result, (x - x.mean(axis=0)) / x.std(axis=0))
        self.assert_statistics(result, {f"feature_{i:02}": x[:, i] for i in range(8)})
        labels = result["assignments/segment"]
        if result["converged"]:
            means = [x[labels == c].mean(axis=0) for c in range(6)]
            np.testing.assert_allclose(result["segments/centroids_original"], means, rtol=1e-5, atol=1e-5)

    def test_members_means(self):
        columns = table(self.small)
        x = np.stack([columns[f"feature_{i:02}"] for i in range(4)], axis=1).astype(float)
        for scale in ("none", "zscore", "minmax", "robust"):
            result = read(self.segment(self.generated_spec(self.small, scale=scale, cluster="restarts = 2")))
            self.assertEqual(result["converged"], 1)
            labels = result["assignments/segment"]
            means = [x[labels == c].mean(axis=0) for c in range(5)]
            np.testing.assert_allclose(result["segments/centroids_original"], means, rtol=1e-6, atol=1e-6)
            self.assertEqual(list(result["segments/columns"]), [b"feature_%02d" % i for i in range(4)])

    def test_bfi(self):
        columns = table(self.bfi)
        x = np.stack([columns[item] for item in ITEMS], axis=1).astype(float)
        result = read(self.segment(EXAMPLES / "bfi.toml", "--input", self.bfi, "--set", "cluster.restarts=2"))
        complete = ~np.isnan(x).any(axis=1)
        np.testing.assert_array_equal(result["assignments/segment"] >= 0, complete)
        self.assert_own_figures(result, x)
        # Of the customers that take part.
        described = {name: columns[name].astype(float)[complete] for name in ("gender", "education", "age")}
        self.assert_statistics(result, {**{item: x[complete, i] for i, item in enumerate(ITEMS)}, **described})
        np.testing.assert_array_equal(result["assignments/customer_id"], columns["customer_id"])

    def test_weights(self):
        # numpy's own encoding of docs/examples/credit.toml
        columns = table(self.credit)
        parts = []
        for name in ("Income", "Assets", "Debt", "Amount", "Price", "Seniority", "Time", "Expenses", "Age"):
            values = columns[name].astype(float)
            values[np.isnan(values)] = np.nanmean(values)
            if len(parts) < 5:
                values = np.log1p(values)
            parts.append((values - values.mean()) / values.std())
        names = []
        for name in ("Home", "Marital", "Job", "Records"):
            values = np.array([value.decode() for value in columns[name]])
            levels = sorted(set(values) - {""}) + ([""] if "" in values else [])
            for level in levels:
                parts.append((values == level) * np.sqrt(0.5 * (2 if name == "Records" else 1)))
                names.append(f"{name}={level or '(missing)'}")
        result = read(self.segment(EXAMPLES / "credit.toml", "--input", self.credit, "--set", "cluster.restarts=2",
                                   "--set", "input.weight=panel_weight"))
        self.assertEqual([name.decode() for name in result["segments/encoded_columns"][9:]], names)
        weights = columns["panel_weight"]
        x = np.stack(parts, axis=1)
        self.assert_own_figures(result, x, weights)
        labels = result["assignments/segment"]
        self.assertEqual(result["converged"], 1)
        means = [np.average(x[labels == c], axis=0, weights=weights[labels == c]) for c in range(4)]
        np.testing.assert_allclose(result["segments/centroids"], means, rtol=1e-5, atol=1e-6)
        # In the user's units a level is the share of those who have it.
        is_yes = columns["Records"] == b"yes"
        shares = [np.average(is_yes[labels == c], weights=weights[labels == c]) for c in range(4)]
        np.testing.assert_allclose(result["segments/centroids_original"][:, -1], shares, atol=1e-6)

    def test_statistics_far_from_zero(self):
        random = np.random.default_rng(2)
        columns = {"far": 1e9 + random.normal(size=5000), "tiny": 1e-12 * random.normal(size=5000),
                   "ties": random.integers(0, 3, 5000).astype(float), "tail": random.pareto(0.7, 5000)}
        columns["ties"][random.random(5000) < 0.2] = np.nan
        with h5py.File(self.path("table.h5"), "w") as file:
            for name, values in columns.items():
                file[f"customers/{name}"] = values
        spec = self.spec(f'[input]\nfiles = ["{self.path("table.h5")}"]\n[[features]]\ncolumns = ["*"]\n'
                         '[cluster]\nk = 3\nrestarts = 1\n')
        self.assert_statistics(read(self.segment(spec, ranks=3)), columns)


class KnownFigures(Segment):
    def refined(self, k, restarts):
        # One rank: refining is all latency, and that the bits are the same on more is tested above.
        return read(self.segment(EXAMPLES / "bfi.toml", "--input", self.bfi, "--k", k, "--set", "cluster.refine=true",
                                 "--set", f"cluster.restarts={restarts}", ranks=1))

    def test_inertia(self):
        known = {2: 105139.932, 3: 98119.407, 4: 94132.099, 6: 88861.241}
        for k, inertia in known.items():
            self.assertLessEqual(self.refined(k, 100)["inertia"], inertia * (1 + 1e-6), f"k = {k}")

    def test_five_segments(self):
        result = self.refined(5, 300)
        self.assertLessEqual(result["inertia"], 91176.257 * (1 + 1e-6))
        self.assertEqual(list(result["segments/size"]), [602, 573, 450, 409, 402])

    def test_alpha(self):
        completed = self.run_ok(2, "describe", EXAMPLES / "bfi-constructs.toml", "--input", self.bfi, "--quiet")
        known = {"agreeableness": 0.7030, "conscientiousness": 0.7267, "extraversion": 0.7617, "neuroticism": 0.8140,
                 "openness": 0.6002}
        for name, alpha in known.items():
            self.assertRegex(completed.stdout, rf"(?m)^{name} .* alpha {alpha:.4f}")
        result = read(self.segment(EXAMPLES / "bfi-constructs.toml", "--input", self.bfi, "--set",
                                   "cluster.restarts=1"))
        np.testing.assert_allclose(result["features/alpha"][:5], list(known.values()), atol=5e-5)


class LargeSums(Segment):
    def check(self, n):
        """Nine rows in ten near 50, one near 100, and starts that are far from balanced."""
        path = self.path("sums.h5")
        random = np.random.default_rng(4)
        means, inertia = np.zeros((2, 2)), 0.0
        with h5py.File(path, "w") as file:
            for j, name in enumerate(("a", "b")):
                column = file.create_dataset(f"customers/{name}", (n,), "f8")
                for part, rows, centre in ((0, slice(0, n * 9 // 10), 50), (1, slice(n * 9 // 10, n), 100)):
                    values = random.normal(centre, 1, rows.stop - rows.start)
                    column[rows] = values
                    means[part, j] = values.mean()
                    inertia += ((values - values.mean()) ** 2).sum()
        with h5py.File(self.path("start.h5"), "w") as file:
            file["centroids"] = [[100.0, 100.0], [50.0, 50.0]]
        spec = self.spec(f'[input]\nfiles = ["{path}"]\n[[features]]\ncolumns = ["*"]\nscale = "none"\n'
                         f'[cluster]\nk = 2\nmax_iterations = 2\ninit = "{self.path("start.h5")}"\n')
        self.assert_same(spec, ranks=(1, 2, 3))
        result = read(self.path("segments.h5"))
        np.testing.assert_allclose(result["segments/centroids_original"], means, rtol=1e-7)
        np.testing.assert_array_equal(result["segments/size"], [n * 9 // 10, n - n * 9 // 10])
        self.assertAlmostEqual(result["inertia"] / inertia, 1, delta=1e-6)

    def test_400_000_rows(self):
        self.check(400_000)

    @unittest.skipUnless(os.environ.get("PSYCHOGRAPH_SOAK"), "PSYCHOGRAPH_SOAK=1 runs 40 million rows")
    def test_40_million_rows(self):
        self.check(40_000_000)


if __name__ == "__main__":
    unittest.main()

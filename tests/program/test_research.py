#!/usr/bin/env python3
"""Figures of independent programs (tests/data/references/research.json), each by the acceptance that stands there."""
import json
import unittest

import h5py
import numpy as np

from program import hash_datasets, read
from research import DATA, ITEMS, NAMES, NUMBERS, REFERENCES, SOAK, Credit


class References(Credit):
    def test_kprototypes(self):
        """At most 2e-4 above (k = 2: 1e-6)."""
        self.credit()
        features = (f'[[features]]\ncolumns = {json.dumps(NUMBERS)}\nmissing = "drop"\n'
                    f'[[features]]\ncolumns = {json.dumps(NAMES)}\nkind = "categorical"\nmissing = "drop"')
        for k in (2, 3, 4, 5):
            run = self.segment("p", features, f'algorithm = "kprototypes"\nk = {k}\nrestarts = 100\ninit = "random"')
            expected = REFERENCES[f"credit_kprototypes_gamma1_k{k}"]["value"]
            self.assertLessEqual(run["objective"] / expected - 1, 1e-6 if k == 2 else 2e-4, k)
            self.assertGreater(run["objective"] / expected, 1 - 1e-4)  # the best known, not proven

    def test_estimated_gamma(self):
        """Names and numbers say as much: the numbers' mean variance over the mean chance that two customers' names differ."""
        self.credit()
        features = (f'[[features]]\ncolumns = {json.dumps(NUMBERS)}\nmissing = "drop"\nscale = "minmax"\n'
                    f'[[features]]\ncolumns = {json.dumps(NAMES)}\nkind = "categorical"\nmissing = "drop"')
        algorithm = 'algorithm = "kprototypes"\nk = 3\nrestarts = 2'
        run = self.segment("e", features, f'{algorithm}\ngamma = "estimated"')
        with h5py.File(self.path("credit.h5")) as file, h5py.File(self.path("e.h5")) as found:
            taken = found["assignments/segment"][:] >= 0
            numbers = np.array([file[f"customers/{name}"][:][taken].astype(float) for name in NUMBERS])
            names = [file[f"customers/{name}"][:][taken] for name in NAMES]
        scaled = (numbers.T - numbers.min(1)) / (numbers.max(1) - numbers.min(1))
        apart = [1 - ((np.unique(cells, return_counts=True)[1] / len(cells)) ** 2).sum() for cells in names]
        self.assertAlmostEqual(run["gamma"] / (scaled.var(0).mean() / np.mean(apart)), 1, delta=1e-5)
        given = self.segment("g", features, f'{algorithm}\ngamma = {run["gamma"]!r}')
        self.assertEqual(given["objective"], run["objective"])
        self.assertNotIn("gamma", given)
        for ranks in (1, 3):
            self.segment("e", features, f'{algorithm}\ngamma = "estimated"', ranks=ranks)
            self.assertEqual(read(self.path("e.h5"))["gamma"], run["gamma"])
        self.run_ok(2, "verify", "e.h5", "--quiet", cwd=self.folder)
        self.run_ok(2, "resegment", "s.toml", "--previous", "e.h5", "--output", "n.h5", "--quiet", cwd=self.folder)
        self.assertEqual(read(self.path("n.h5"))["gamma"], run["gamma"])

    def test_kmodes(self):
        """Equal or lower; a cost is a number of mismatches, told in float."""
        self.credit()
        for k in (2, 4):
            case = REFERENCES.get(f"credit_kmodes_k{k}")
            if case is None:
                continue
            run = self.segment("m", f'[[features]]\ncolumns = {json.dumps(NAMES)}\nkind = "categorical"\nmissing = "drop"',
                               f'algorithm = "kmodes"\nk = {k}\nrestarts = 300\ninit = "random"')
            self.assertLessEqual(round(run["objective"], 2), case["value"]["cost"], k)


class RowOptions(Credit):
    """Answers told against a customer's others: Likert items of the Big Five."""

    def bfi(self):
        self.run_ok(1, "import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "bfi.h5", "--quiet", cwd=self.folder)

    def spec(self, row, cluster, more='missing = "drop"'):
        (self.folder / "s.toml").write_text(
            f'[input]\nfiles = ["bfi.h5"]\nid = "customer_id"\n[[features]]\ncolumns = {json.dumps(ITEMS)}\n'
            f'kind = "ordinal"\nscale = "none"\nrow = "{row}"\n{more}\n[cluster]\n{cluster}\n')

    def test_references(self):
        """1e-6 with transfers and many starts."""
        self.bfi()
        for option, kind, most in (("center", "rowcentre", 3), ("standardize", "rowstd", 6)):
            for k in range(2, most + 1):
                case = REFERENCES.get(f"bfi_{kind}_kmeans_k{k}")
                if case is None:
                    continue
                # k = 5 and 6: at 400 starts, in soak; here by the wider acceptance.
                many = SOAK or k <= 4
                self.spec(option, f'k = {k}\nrefine = true\nrestarts = {400 if SOAK else 100}\ninit = "random"')
                self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
                self.assertAlmostEqual(read(self.path("r.h5"))["objective"] / case["value"]["best"], 1,
                                       delta=1e-6 if many else 1e-4, msg=f"{option} {k}")

    def test_through_the_jobs(self):
        """The same bits on any ranks; verified; assigned alike; what is told, and of what."""
        self.bfi()
        with h5py.File(self.path("bfi.h5")) as file:
            cells = np.stack([file["customers"][item][:] for item in ITEMS], axis=1).astype(float)
        for option in ("center", "standardize"):
            self.spec(option, "k = 3", more="")
            hashes = []
            for ranks in (1, 2, 3, 4):
                result = self.run_ok(ranks, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
                hashes.append(hash_datasets(self.path("r.h5")))
            self.assertTrue(all(one == hashes[0] for one in hashes))
            self.assertIn(f'A1 to O5 count less each customer\'s mean of the 25', result.stdout)
            self.run_ok(2, "verify", "r.h5", "--input", "bfi.h5", cwd=self.folder)
            self.run_ok(3, "assign", "r.h5", "--input", "bfi.h5", "--output", "a.h5", "--quiet", cwd=self.folder)
            with h5py.File(self.path("r.h5")) as found, h5py.File(self.path("a.h5")) as again:
                for name in ("segment", "distance", "margin"):
                    np.testing.assert_array_equal(found[f"assignments/{name}"][:], again[f"assignments/{name}"][:])
                labels = found["profile/label"].asstr()[:]
                means = found["profile/mean"][:]
                rows = [i for i in range(len(labels)) if found["profile/feature"].asstr()[i] == "A1"]
                segment = found["assignments/segment"][:]
            away = cells - np.nanmean(cells, axis=1, keepdims=True)
            if option == "standardize":
                deviation = np.nanstd(cells, axis=1, ddof=1, keepdims=True)
                away /= np.where(deviation > 0, deviation, 1)
            few = np.isfinite(cells).sum(axis=1) * 2 < cells.shape[1]
            away[few] = np.nan
            expected = [np.nanmean(away[segment == c, 0]) for c in range(3)] + [np.nanmean(away[:, 0])]
            self.assertIn("against own mean answer", labels[rows[0]])
            np.testing.assert_allclose(means[rows], expected, rtol=1e-9, atol=1e-12)

    def test_equal_answers_and_few(self):
        """Who answers alike to all has 0 everywhere; who answers too little, nothing."""
        generator = np.random.default_rng(7)
        cells = generator.integers(1, 7, (400, 4)) * 0.1
        cells[:50] = cells[:50, :1]
        cells[50:60, 1:] = np.nan
        cells[60:70, 2:] = np.nan
        with h5py.File(self.path("t.h5"), "w") as file:
            for c in range(4):
                file[f"customers/q{c}"] = cells[:, c]
        (self.folder / "s.toml").write_text(
            '[input]\nfiles = ["t.h5"]\n[[features]]\ncolumns = ["q*"]\nscale = "none"\nrow = "standardize"\n'
            'missing = "drop"\n[cluster]\nk = 3\n')
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
        with h5py.File(self.path("r.h5")) as file:
            segment, distance = file["assignments/segment"][:], file["assignments/distance"][:]
            lowest = file["features/min"][:]
        self.assertTrue((segment[50:70] == -1).all())  # an answer is missing in either
        self.assertEqual(len({*segment[:50]}), 1)
        self.assertEqual(len({*distance[:50]}), 1)
        self.assertTrue((lowest > -2).all())

    def test_refused(self):
        self.bfi()
        for more, told in (('transform = "log1p"', "there is no transform with row"),):
            self.spec("center", "k = 3", more)
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5",
                              cwd=self.folder)
        for features, told in (
                ('columns = ["A1"]', "nothing to tell its answers against"),
                ('columns = ["A1", "A2"]\nkind = "binary"', "has no mean to be told against"),
                ('columns = ["A1", "A2"]\nrow = "double"', "row")):
            row = "" if "row" in features else 'row = "center"\n'
            (self.folder / "s.toml").write_text(
                f'[input]\nfiles = ["bfi.h5"]\n[[features]]\n{features}\n{row}[cluster]\nk = 3\n')
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5",
                              cwd=self.folder)

    def test_another_quarter(self):
        """On the same block, and on no other."""
        self.bfi()
        self.spec("center", "k = 3", more="")
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
        self.run_ok(2, "resegment", "s.toml", "--previous", "r.h5", "--output", "q.h5", "--quiet", cwd=self.folder)
        self.spec("standardize", "k = 3", more="")
        self.assert_fails(3, ["feature \"A1\" was told with row = \"center\""], 2, "resegment", "s.toml", "--previous",
                          "r.h5", "--output", "q.h5", cwd=self.folder)


class Prototypes(Credit):
    """Names and numbers together through the jobs."""

    def setUp(self):
        super().setUp()
        self.credit()
        (self.folder / "s.toml").write_text(
            f'[input]\nfiles = ["credit.h5"]\nid = "customer_id"\n[[features]]\ncolumns = {json.dumps(NUMBERS[:5])}\n'
            f'[[features]]\ncolumns = {json.dumps(NAMES)}\n[cluster]\nalgorithm = "kprototypes"\nk = 4\n')
        with h5py.File(self.path("credit.h5"), "a") as file:
            if "customer_id" not in file["customers"]:
                file["customers/customer_id"] = np.arange(len(file["customers/Age"]))

    def job(self, ranks, *args):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def test_same_bits_through_the_jobs(self):
        hashes = set()
        for ranks in (1, 2, 3, 4):
            done = self.job(ranks, "segment", "s.toml", "--output", f"r{ranks}.h5")
            hashes.add(str(hash_datasets(self.path(f"r{ranks}.h5"))))
        self.assertEqual(len(hashes), 1)
        self.assertIn(" most often", done.stdout)
        self.assertNotIn("%, Home=", done.stdout)
        self.job(2, "verify", "r1.h5")
        self.job(3, "assign", "r1.h5", "--input", "credit.h5", "--output", "a.h5")
        with h5py.File(self.path("r1.h5")) as one, h5py.File(self.path("a.h5")) as other:
            np.testing.assert_array_equal(one["assignments/segment"][:], other["assignments/segment"][:])
        self.job(2, "resegment", "s.toml", "--previous", "r1.h5", "--output", "q.h5")
        with h5py.File(self.path("r1.h5")) as one, h5py.File(self.path("q.h5")) as other:
            np.testing.assert_array_equal(one["assignments/segment"][:], other["assignments/segment"][:])

    def test_ties_go_to_the_first(self):
        """Of names alone many customers differ in as many from two prototypes; new shares of names change nothing for them."""
        random = np.random.default_rng(4)
        group = random.integers(0, 6, 3000)
        names = [np.where(random.random(3000) < 0.55, (group * (j + 1)) % 4, random.integers(0, 4, 3000)) for j in range(8)]
        words = np.array([b"a", b"b", b"c", b"d"])
        for file, rows in (("n1.h5", np.arange(3000)), ("n2.h5", np.r_[np.arange(3000), np.arange(60)])):
            with h5py.File(self.folder / file, "w") as table:
                table["customers/id"] = np.arange(len(rows))
                for j in range(8):
                    table[f"customers/n{j}"] = words[names[j][rows]]
        (self.folder / "n.toml").write_text('[input]\nfiles = ["n1.h5"]\nid = "id"\n[[features]]\ncolumns = ["n*"]\n[cluster]\nalgorithm = "kmodes"\nk = 6\n')
        self.job(2, "segment", "n.toml", "--output", "n1r.h5", "--no-profile")
        self.job(2, "resegment", "n.toml", "--input", "n2.h5", "--previous", "n1r.h5", "--output", "n2r.h5", "--no-profile")
        for file, rows in (("n1r.h5", 3000), ("n2r.h5", 3060)):
            with h5py.File(self.folder / file) as result:
                centres, own = result["segments/centroids_original"][:], result["assignments/segment"][:]
            codes = np.stack(names, axis=1)[np.r_[np.arange(3000), np.arange(rows - 3000)]]
            modes = centres.reshape(len(centres), 8, 4).argmax(axis=2)
            costs = (codes[:, None, :] != modes[None]).sum(axis=2)
            tied = (costs == costs.min(axis=1, keepdims=True)).sum(axis=1) > 1
            self.assertGreater(tied.sum(), 100)
            np.testing.assert_array_equal(own, costs.argmin(axis=1))
            # A mismatch is twice the square of a float next to the root of a half.
            self.assertAlmostEqual(read(self.path(file))["objective"], costs.min(axis=1).sum(), delta=1e-7 * costs.min(axis=1).sum())

    def test_gamma_weighs_names(self):
        """Of much the names alone decide: then no segment has two of the heaviest."""
        self.job(2, "segment", "s.toml", "--output", "r.h5", "--set", "cluster.gamma=1000")
        self.job(2, "segment", "s.toml", "--output", "w.h5", "--set", "features.1.weight=1000")
        with h5py.File(self.path("r.h5")) as one, h5py.File(self.path("w.h5")) as other:
            np.testing.assert_array_equal(one["assignments/segment"][:], other["assignments/segment"][:])

    def test_wrong_input(self):
        for sets, said in ((["cluster.refine=true"], "modes"), (["cluster.gamma=0"], "gamma"), (["cluster.gamma=guessed"], "estimated"), (['cluster.algorithm="kmeans"', "cluster.gamma=2"], "kprototypes"),
                           (['cluster.algorithm="kmodes"', "cluster.gamma=2"], "gamma"), (['cluster.algorithm="kmodes"'], '"Seniority" holds numbers'),
                           (['cluster.algorithm="kmods"'], "kmodes")):
            sets = [part for one in sets for part in ("--set", one)]
            self.assert_fails(2, [said], 2, "segment", "s.toml", "--output", "no.h5", *sets, cwd=self.folder)
        self.assertFalse((self.folder / "no.h5").exists())


if __name__ == "__main__":
    unittest.main()

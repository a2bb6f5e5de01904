#!/usr/bin/env python3
"""latent_class and gmm: figures of independent programs, through the jobs, and what is refused."""
import csv
import json
import unittest

import h5py
import numpy as np

from program import read, run
from research import DATA, ITEMS, NAMES, NUMBERS, REFERENCES, Credit


class LatentClasses(Credit):
    def bfi(self, cells="all"):
        """As text file by text file: what R was given."""
        with open(DATA / "bfi/bfi.csv") as file:
            rows = list(csv.DictReader(file))
        items = ITEMS
        table = np.array([[float(row[item]) if row[item] not in ("", "NA") else np.nan for item in items] for row in rows])
        if cells != "all":
            table = table[np.isfinite(table).all(axis=1)]
        if cells == "binary":
            table = (table >= 4).astype(np.int8)
        with h5py.File(self.path("bfi.h5"), "w") as file:
            for j, item in enumerate(items):
                file[f"customers/{item}"] = table[:, j]
        return 'files = ["bfi.h5"]', "columns = ['*']", len(table)

    def home(self):
        self.credit()
        return 'files = ["credit.h5"]', "columns = ['Home', 'Marital', 'Job']\nmissing = 'drop'", 4446

    def test_references(self):
        """Within 1e-4, or higher without a class of nobody."""
        tables = {"Home_Marital_Job": self.home, "binary_ge4": lambda: self.bfi("binary"),
                  "nominal_complete": lambda: self.bfi("complete"), "nominal_all2800_missing": self.bfi}
        for name, case in sorted(REFERENCES.items()):
            if case.get("kind") != "latent_class" or "Home_Marital_Records" in name:
                continue
            make = next(make for part, make in tables.items() if part in name)
            files, features, n = make()
            with self.subTest(name):
                (self.folder / "s.toml").write_text(
                    f'[input]\n{files}\n[[features]]\n{features}\n[cluster]\nalgorithm = "latent_class"\n'
                    f'k = {name[-1]}\nrestarts = 20\ninit = "random"\n')
                self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
                expected = case["value"]
                run = read(self.path("r.h5"))
                self.assertEqual(run["objective_name"], b"log_likelihood")
                self.assertGreater(run["objective"] / expected["ll"], 1 - 1e-4)
                self.assertLess(run["objective"] / expected["ll"], 1 + 1e-4)
                with h5py.File(self.path("r.h5")) as file:
                    found = dict(zip(file["quality/measures/measure"].asstr()[:], file["quality/measures/value"][:]))
                    posterior = file["assignments/posterior"][:]
                taking_part = np.isfinite(posterior[:, 0])
                self.assertEqual(taking_part.sum(), n)
                self.assertEqual(found["parameters"], expected["npar"])
                self.assertAlmostEqual(found["log_likelihood"], run["objective"], delta=1e-9 * n)
                self.assertAlmostEqual(found["bic"] / expected["bic"], 1, delta=1e-4)
                self.assertAlmostEqual(found["aic"] / expected["aic"], 1, delta=1e-4)
                self.assertAlmostEqual(found["icl"] / expected["icl"], 1, delta=1e-2)
                self.assertAlmostEqual(found["entropy_r2"], expected["entropy_r2"], delta=0.03)
                np.testing.assert_allclose(sorted(posterior[taking_part].mean(axis=0)), sorted(expected["shares"]), atol=0.02)

    def test_through_the_jobs(self):
        files, features, n = self.bfi()
        with h5py.File(self.path("bfi.h5"), "r+") as file:
            file["customers/customer_id"] = np.arange(n)
        features = "columns = ['A?', 'C?']"
        (self.folder / "s.toml").write_text(
            f'[input]\n{files}\nid = "customer_id"\n[[features]]\n{features}\n[cluster]\nalgorithm = "latent_class"\n'
            f'k = 3\nrestarts = 3\n')
        self.assert_through_the_jobs("bfi.h5")
        self.assertAlmostEqual(read(self.path("n.h5"))["objective"] / read(self.path("r.h5"))["objective"], 1, delta=1e-6)
        # An answer that nobody gave then has no say.
        with h5py.File(self.path("bfi.h5"), "r+") as file:
            file["customers/A1"][0] = 77
        self.run_ok(1, "assign", "r.h5", "--input", "bfi.h5", "--output", "a.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.path("r.h5"), "r+") as file:
            file["run"].attrs["objective"] *= 1.0000001
        self.assertEqual(run(0, "verify", "r.h5", cwd=self.folder).returncode, 3)

    def test_refused(self):
        files, _, _ = self.bfi()
        for features, more, told in (
                ('columns = ["A?"]\nkind = "ordinal"', "", "latent classes are of answers by name"),
                ('columns = ["A?"]\nweight = 2', "", "has a weight"),
                ('columns = ["A?"]', "refine = true", "refine"),
                ('columns = ["A?"]', "gamma = 2", "gamma")):
            (self.folder / "s.toml").write_text(
                f'[input]\n{files}\n[[features]]\n{features}\n[cluster]\nalgorithm = "latent_class"\nk = 3\n{more}\n')
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)


class Normals(Credit):
    KINDS = {"VII": "spherical", "EEI": "tied_diagonal", "VVI": "diagonal", "EEE": "tied", "VVV": "full"}

    def test_references(self):
        """mclust's, within 1e-4 or higher, and no component that is all but flat."""
        self.run_ok(1, "import", DATA / "bfi/bfi.csv", "--output", "bfi.h5", "--quiet", cwd=self.folder)
        self.credit()
        for name, case in sorted(REFERENCES.items()):
            if case.get("kind") != "gmm":
                continue
            table, _, kind, k = name.split("_")
            with self.subTest(name):
                scale = "none" if table == "bfi" else "zscore"
                features = (f"columns = {json.dumps(ITEMS)}\nmissing = 'drop'\nscale = 'none'" if table == "bfi" else
                            f"columns = {json.dumps(NUMBERS)}\nmissing = 'drop'\n[[features]]\ncolumns = {json.dumps(NAMES)}\n"
                            f"kind = 'categorical'\nmissing = 'drop'")
                if table == "credit":
                    self.complete_credit()
                    features = f"columns = {json.dumps(NUMBERS)}"
                (self.folder / "s.toml").write_text(
                    f'[input]\nfiles = ["{table}.h5"]\n[[features]]\n{features}\n[cluster]\nalgorithm = "gmm"\n'
                    f'covariance = "{self.KINDS[kind]}"\nk = {k[1:]}\nrestarts = 10\ninit = "random"\n')
                self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
                expected = case["value"]
                run = read(self.path("r.h5"))
                self.assertGreater(run["objective"], expected["ll"] - 1e-4 * abs(expected["ll"]), scale)
                with h5py.File(self.path("r.h5")) as file:
                    found = dict(zip(file["quality/measures/measure"].asstr()[:], file["quality/measures/value"][:]))
                    self.assertGreater(file["segments/share"][:].min(), 0.05)
                self.assertEqual(found["parameters"], expected["npar"])
                self.assertAlmostEqual(found["bic"] / (found["parameters"] * np.log(expected["n"]) - 2 * run["objective"]), 1,
                                       delta=1e-12)
                if run["objective"] > expected["ll"] + 1e-4 * abs(expected["ll"]):
                    continue  # higher
                self.assertAlmostEqual(found["icl"] / expected["icl"], 1, delta=1e-3)
                self.assertAlmostEqual(found["entropy_r2"], expected["entropy_r2"], delta=5e-3)

    def complete_credit(self):
        """The 4,039 complete rows."""
        with h5py.File(self.path("credit.h5"), "r+") as file:
            table = file["customers"]
            if table["Age"].shape[0] == 4039:
                return
            complete = np.ones(table["Age"].shape[0], bool)
            for name in NUMBERS:
                complete &= np.isfinite(table[name][:].astype(float))
            for name in NAMES:
                complete &= np.array([cell not in (b"", b"NA") for cell in table[name][:]])
            cells = {name: table[name][:][complete] for name in NUMBERS}
            for name in list(table):
                del table[name]
            for name, values in cells.items():
                table[name] = values
        self.assertEqual(complete.sum(), 4039)

    def test_through_the_jobs(self):
        self.credit()
        with h5py.File(self.path("credit.h5"), "r+") as file:
            file["customers/customer_id"] = np.arange(file["customers/Age"].shape[0])
        for covariance in ("full", "tied_diagonal"):
            (self.folder / "s.toml").write_text(
                f'[input]\nfiles = ["credit.h5"]\nid = "customer_id"\n[[features]]\ncolumns = {json.dumps(NUMBERS)}\n'
                f'[cluster]\nalgorithm = "gmm"\ncovariance = "{covariance}"\nk = 3\nrestarts = 3\n')
            # It starts from last quarter's means alone, and may come to another summit.
            self.assert_through_the_jobs("credit.h5", same=0.9)

    def test_refused(self):
        self.credit()
        for algorithm, more, told in (("gmm", 'covariance = "round"', "covariance"), ("gmm", "ridge = 0", "ridge"),
                                      ("kmeans", "ridge = 0.1", "ridge"), ("kmeans", 'covariance = "full"', "covariance"),
                                      ("gmm", "refine = true", "refine")):
            (self.folder / "s.toml").write_text(f'[input]\nfiles = ["credit.h5"]\n[[features]]\ncolumns = ["Age"]\n'
                                                f'[cluster]\nalgorithm = "{algorithm}"\nk = 2\n{more}\n')
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""evaluate: measures of groups and their agreement, against scikit-learn's (tests/data/references/research.json)."""
import json
import unittest

import h5py
import numpy as np

from program import hash_datasets
from research import DATA, ITEMS, NAMES, NUMBERS, REFERENCES, Credit


class Evaluate(Credit):
    """scikit-learn's figures, of the values of a column."""

    def evaluate(self, *args, ranks=2):
        self.run_ok(ranks, "evaluate", "s.toml", *args, "--output", "q.h5", "--quiet", cwd=self.folder)
        tables = {}
        with h5py.File(self.path("q.h5")) as file:
            for name in file["quality"]:
                group = file["quality"][name]
                tables[name] = {column: group[column].asstr()[:] if group[column].dtype.kind in "OS" else group[column][:]
                                for column in group}
        return tables

    def write(self, table, features):
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["{table}"]\n[[features]]\n{features}\n')

    def assert_measures(self, found, expected):
        measured = dict(zip(found["measure"], found["value"]))
        errors = dict(zip(found["measure"], found["error"]))
        for name in ("inertia", "explained", "calinski_harabasz", "davies_bouldin", "simplified_silhouette"):
            self.assertAlmostEqual(measured[name] / expected[name], 1, delta=1e-6, msg=name)
        self.assertAlmostEqual(measured["silhouette"] / expected["silhouette_euclidean"], 1, delta=1e-6)
        self.assertEqual(errors["silhouette"], 0)

    def assert_agreement(self, table, expected):
        self.assertEqual(table["customers"][0], expected["n"])
        for ours, theirs in (("adjusted_rand", "ari"), ("rand", "rand"), ("information", "mi"), ("fowlkes_mallows", "fmi"),
                             ("nmi_arithmetic", "nmi_arithmetic"), ("nmi_geometric", "nmi_geometric"),
                             ("nmi_max", "nmi_max"), ("adjusted_information", "ami")):
            self.assertAlmostEqual(table[ours][0] / expected[theirs], 1, delta=1e-6, msg=ours)

    def test_bfi(self):
        self.run_ok(1, "import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "bfi.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.path("bfi.h5"), "r+") as file:
            age = file["customers/age"][:].astype(float)
            file["customers/group"] = np.digitize(age, [20, 30, 40], right=True)
        self.write("bfi.h5", f'columns = {json.dumps(ITEMS)}\nscale = "none"\nmissing = "drop"')
        tables = self.evaluate("--by", "education", "--against", "gender", "--sample", 5000)
        self.assert_measures(tables["measures"], REFERENCES["measures_bfi_by_education"]["value"])
        self.assert_agreement(tables["agreement"], REFERENCES["agree_bfi_education_gender"]["value"])
        tables = self.evaluate("--by", "gender", "--against", "group")
        self.assert_agreement(tables["agreement"], REFERENCES["agree_bfi_gender_age20_30_40"]["value"])

    def test_credit(self):
        self.credit()
        self.write("credit.h5", f'columns = {json.dumps(NUMBERS)}\nmissing = "drop"\n[[features]]\n'
                                f'columns = {json.dumps(NAMES)}\nkind = "categorical"\nmissing = "drop"\nweight = 1e-6')
        # The complete rows are those of the reference; names as good as without weight leave it the numbers.
        hashes = []
        for ranks in (1, 2, 3, 4):
            tables = self.evaluate("--by", "Marital", "--against", "Job", ranks=ranks)
            hashes.append(hash_datasets(self.path("q.h5")))
        self.assertTrue(all(one == hashes[0] for one in hashes))
        expected = dict(REFERENCES["measures_credit_by_Marital"]["value"])
        measured = dict(zip(tables["measures"]["measure"], tables["measures"]["value"]))
        for name in ("inertia", "calinski_harabasz", "davies_bouldin", "simplified_silhouette"):
            self.assertAlmostEqual(measured[name] / expected[name], 1, delta=1e-4, msg=name)
        tables = self.evaluate("--by", "Home", "--against", "Job")
        self.assert_agreement(tables["agreement"], REFERENCES["agree_credit_Home_Job"]["value"])

    def test_a_result_against_itself_and_a_sample(self):
        generator = np.random.default_rng(5)
        with h5py.File(self.path("t.h5"), "w") as file:
            planted = generator.integers(0, 3, 4000)
            file["customers/customer_id"] = np.arange(4000)
            file["customers/planted"] = planted
            for j in range(3):
                file[f"customers/f{j}"] = generator.normal(size=4000) + 9 * (planted == j)
        (self.folder / "s.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\n'
                                            'columns = ["f*"]\n[cluster]\nk = 3\n')
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
        said = self.run_ok(2, "evaluate", "r.h5", "--against", "planted", "r.h5", "--output", "q.h5", cwd=self.folder).stdout
        self.assertIn("4000 customers in 3 groups", said)
        with h5py.File(self.path("q.h5")) as file:
            self.assertEqual(list(file["quality/agreement/adjusted_rand"][:]), [1, 1])
            whole = dict(zip(file["quality/measures/measure"].asstr()[:], file["quality/measures/value"][:]))
        self.run_ok(3, "evaluate", "r.h5", "--sample", 300, "--output", "q.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.path("q.h5")) as file:
            value, error = file["quality/measures/value"][:][-1], file["quality/measures/error"][:][-1]
        self.assertGreater(error, 0)
        self.assertLess(abs(value - whole["silhouette"]), 4 * error)

    def test_refused(self):
        self.credit()
        self.write("credit.h5", 'columns = ["Age"]')
        self.assert_fails(3, ['"Agee"'], 2, "evaluate", "s.toml", "--by", "Agee", cwd=self.folder)
        self.assert_fails(2, ["--sample"], 2, "evaluate", "s.toml", "--by", "Home", "--sample", 1, cwd=self.folder)
        self.assert_fails(3, ["no.h5"], 2, "evaluate", "s.toml", "--by", "Home", "--against", "no.h5", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()

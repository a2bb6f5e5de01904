"""What tests of algorithms and measures share: tables of tests/data, and figures of independent programs on them."""
import json
import os
import pathlib

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
REFERENCES = json.loads((DATA / "references/research.json").read_text())
SOAK = bool(os.environ.get("PSYCHOGRAPH_SOAK"))
NUMBERS = ["Seniority", "Time", "Age", "Expenses", "Income", "Assets", "Debt", "Amount", "Price"]
ITEMS = [f"{letter}{number}" for letter in "ACENO" for number in range(1, 6)]  # of bfi
NAMES = ["Home", "Marital", "Records", "Job"]


class Credit(ProgramTest):
    def credit(self):
        self.run_ok(1, "import", DATA / "credit/credit_data.csv", "--output", "credit.h5", "--quiet", cwd=self.folder)

    def segment(self, name, features, cluster, ranks=2):
        """Attributes of the run."""
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["credit.h5"]\n{features}\n[cluster]\n{cluster}\n')
        self.run_ok(ranks, "segment", "s.toml", "--output", f"{name}.h5", "--quiet", "--no-profile", cwd=self.folder)
        return read(self.path(f"{name}.h5"))

    def assert_through_the_jobs(self, table, same=0.99, carried_on=True):
        """The spec s.toml: the same bits on any ranks; verified; assigned alike; carried on; planned."""
        hashes = []
        for ranks in (1, 2, 3, 4):
            self.run_ok(ranks, "segment", "s.toml", "--output", "r.h5", "--quiet", cwd=self.folder)
            hashes.append(hash_datasets(self.path("r.h5")))
        self.assertTrue(all(one == hashes[0] for one in hashes))
        self.assertIn("the same to the bit", self.run_ok(2, "verify", "r.h5", cwd=self.folder).stdout)
        self.run_ok(3, "assign", "r.h5", "--input", table, "--output", "a.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.path("r.h5")) as found, h5py.File(self.path("a.h5")) as again:
            self.assertEqual(set(found["assignments"]), set(again["assignments"]))
            for name in found["assignments"]:
                np.testing.assert_array_equal(found[f"assignments/{name}"][:], again[f"assignments/{name}"][:])
            segment = found["assignments/segment"][:]
            if "posterior" in found["assignments"]:
                np.testing.assert_array_equal(found["assignments/posterior"][:].argmax(axis=1), segment)
        self.run_ok(2, "verify", "a.h5", cwd=self.folder)
        if not carried_on:
            self.assert_fails(2, ["resegment starts from the previous segments"], 2, "resegment", "s.toml", "--previous", "r.h5",
                              "--output", "n.h5", cwd=self.folder)
            return self.run_ok(0, "plan", "s.toml", cwd=self.folder)
        self.run_ok(2, "resegment", "s.toml", "--previous", "r.h5", "--output", "n.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.path("n.h5")) as again:
            self.assertGreater((again["assignments/segment"][:] == segment).mean(), same)
        self.run_ok(0, "plan", "s.toml", cwd=self.folder)

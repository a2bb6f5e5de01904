"""Whole numbers of 8 and 16 bits are counted by value: what is found is what the same numbers give as doubles."""
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

SPEC = """
[input]
{input}
[[features]]
columns = ["answer", "tenure", "visits", "*_count", "late"]
[[features]]
columns = ["gap"]
missing_values = [-9, 99]
missing = "{missing}"
[[features]]
columns = ["spend"]
transform = "log1p"
scale = "robust"
missing = "median"
missing_values = [-1]
[[features]]
columns = ["flag", "member"]
kind = "binary"
missing_values = [7]
missing = "mode"
[cluster]
k = 3
restarts = 2
"""


class Narrow(ProgramTest):
    def write(self, rows, seed=3):
        """The same cells in `narrow.h5` (8 and 16 bits, signed or not, truth values) and in `wide.h5`."""
        random = np.random.default_rng(seed)
        group = random.integers(0, 3, rows)
        cells = {
            "answer": (random.integers(1, 4, rows) + group).astype(np.int8),
            "tenure": np.minimum(255, random.geometric(0.02, rows) + 40 * group).astype(np.uint8),
            "visits": (random.geometric(0.002, rows) + 3 - 1000 * group).clip(-32768, 32767).astype(np.int16),
            "big_count": random.integers(0, 65536, rows).astype(np.uint16),
            "gap": np.where(random.random(rows) < 0.1, -9, random.integers(-128, 128, rows)).astype(np.int8),
            "spend": np.where(random.random(rows) < 0.1, -1, random.geometric(0.001, rows).clip(0, 32767)).astype(np.int16),
            "flag": np.where(random.random(rows) < 0.05, 7, 2 + 3 * (random.random(rows) < 0.3)).astype(np.uint8),
            "late": (random.random(rows) < 0.2).astype(np.int8),
            "weight": random.integers(1, 5, rows).astype(np.float64),
        }
        member = random.random(rows) < 0.4
        for name in ("narrow", "wide"):
            with h5py.File(self.path(name + ".h5"), "w") as file:
                for column, values in cells.items():
                    file["customers/" + column] = values if name == "narrow" else values.astype(np.float64)
                file["customers/member"] = member  # HDF5's truth values
        return cells

    def spec(self, missing="mean", input_keys=""):
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(SPEC.format(missing=missing, input=input_keys))
        return path

    def results(self, ranks, name, spec):
        out = self.path("out.h5")
        self.run_ok(ranks, "segment", spec, "--input", self.path(name), "--output", out, "--quiet")
        found = {path: hashed for path, hashed in hash_datasets(out).items() if path != "/run/spec"}
        return found, read(out)

    def agree(self, rows, rank_counts, **keys):
        cells = self.write(rows)
        spec = self.spec(**keys)
        wide, _ = self.results(1, "wide.h5", spec)
        for ranks in rank_counts:
            narrow, found = self.results(ranks, "narrow.h5", spec)
            self.assertEqual(wide, narrow, f"{rows} rows on {ranks} ranks, {keys}")
        return cells, found

    def test_few_rows(self):
        for keys in ({}, {"missing": "drop"}, {"missing": "mode", "input_keys": 'weight = "weight"'}):
            self.agree(1003, (1, 2, 3, 4), **keys)

    def test_more_rows_than_two_bytes_hold(self):
        """On one rank and on two these are counted; on four each rank has fewer than there are values."""
        cells, found = self.agree(230_001, (1, 2, 4))
        names = [row.decode() for row in found["features/name"]]
        for name in ("tenure", "visits", "big_count"):
            at = names.index(name)
            np.testing.assert_allclose(found["features/mean"][at], cells[name].mean(), rtol=1e-13)
            np.testing.assert_allclose(found["features/sd"][at], cells[name].std(), rtol=1e-12)
            np.testing.assert_array_equal(found["features/quantiles"][at],
                                          np.quantile(cells[name].astype(float), [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]))

    def test_several_files(self):
        """Files that store a column in other types, and mark other cells as missing."""
        cells = self.write(4000)
        for part, rows in enumerate((slice(0, 1500), slice(1500, 4000))):
            for name in ("narrow", "wide"):
                with h5py.File(self.path(f"{name}-{part}.h5"), "w") as file:
                    for column, values in cells.items():
                        stored = values[rows]
                        if part == 1 and column == "answer":
                            stored = stored.astype(np.uint8)
                        file["customers/" + column] = stored if name == "narrow" else stored.astype(np.float64)
                    file["customers/member"] = np.arange(len(values[rows])) % 3 == 0
                    if part == 1:
                        answer = file["customers/answer"]
                        answer.attrs["_FillValue"] = answer.dtype.type(2)
        spec = self.spec()
        wide, found = self.results(2, "wide-*.h5", spec)
        for ranks in (1, 3):
            self.assertEqual(wide, self.results(ranks, "narrow-*.h5", spec)[0])
        names = [row.decode() for row in found["features/name"]]
        self.assertEqual(found["features/missing"][names.index("answer")], (cells["answer"][1500:] == 2).sum())

    def test_a_missing_cell_is_named(self):
        cells = self.write(1000)
        spec = self.spec(missing="error")
        row = int(np.flatnonzero((cells["gap"] == -9) | (cells["gap"] == 99))[0])
        for ranks in (1, 3):
            self.assert_fails(3, ['column "gap"', f"row {row}"], ranks, "segment", spec, "--input", self.path("narrow.h5"),
                              "--output", self.path("o.h5"))


if __name__ == "__main__":
    unittest.main()

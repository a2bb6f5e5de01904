"""Statistics, encoding and fingerprint of one pass over the table, against numpy and the fingerprint's definition."""
import pathlib
import struct
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

N = 2_777
P = 70  # more than are fitted at once, in any layout
LEVELS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
WORD = 2**64 - 1


def wide_table():
    """Columns of every shape: bell, heavy tail, few values, whole numbers, and cells that are missing."""
    random = np.random.default_rng(21)
    columns = {}
    for j in range(P):
        values = [lambda: random.normal(100 * j, 3, N), lambda: random.lognormal(0, 4, N),
                  lambda: random.integers(0, 3, N), lambda: random.integers(-500, 500, N)][j % 4]()
        values = values.astype(np.float32)
        if j % 5 == 0:
            values[random.integers(0, N, 30)] = np.nan
        columns[f"x{j:02}"] = values
    return columns


def scramble(a, b):
    """128 bits of two words, by two multiplications."""
    first = (a ^ 0x9E3779B97F4A7C15) * (b ^ 0xC2B2AE3D27D4EB4F)
    low, high = first & WORD, first >> 64
    second = (low ^ a ^ 0x165667B19E3779F9) * (high ^ b ^ 0xD6E8FEB86659FD93)
    return (second & WORD) ^ high, (second >> 64) ^ low


def hash_text(text):
    data = text.encode()
    low, high = len(data), 0x27D4EB2F165667C5
    for i in range(0, len(data), 8):
        word = int.from_bytes(data[i:i + 8], "little")
        low, high = scramble(low ^ word, (high + word) & WORD)
    return scramble(low, high)


def hash_cell(value, column, row):
    first = (value + column[0]) & WORD
    place = (row * 0x9E3779B97F4A7C15 + column[1]) & WORD
    low = (((first ^ first >> 32) * 0xD6E8FEB86659FD93) & WORD) ^ place
    low = ((low ^ low >> 29) * 0xBF58476D1CE4E5B9) & WORD
    high = (low + (place ^ place >> 32)) & WORD
    high = ((high ^ high >> 31) * 0x94D049BB133111EB) & WORD
    return (low ^ low >> 32) + ((high ^ high >> 29) << 64)


def bits_of(cell):
    missing = 0x7FF8000000000000
    if isinstance(cell, bytes):
        return hash_text(cell.decode())[0] if cell else missing
    if np.isnan(cell):
        return missing
    return struct.unpack("<Q", struct.pack("<d", float(cell) + 0.0))[0]


def fingerprint(columns):
    total = 0
    for name, values in columns.items():
        column = hash_text(name)
        for row, cell in enumerate(values):
            total += hash_cell(bits_of(cell), column, row)
    return f"{total % 2**128:032x}"


class OnePass(ProgramTest):
    def write(self, columns, layout="columns", dtype="f4", **options):
        path = self.path("table.h5")
        with h5py.File(path, "w") as file:
            if layout == "columns":
                for name, values in columns.items():
                    file.create_dataset(f"customers/{name}", data=values, **options)
            elif layout == "matrix":
                data = np.stack(list(columns.values()), axis=1).astype(dtype)
                file.create_dataset("customers", data=data, **options).attrs["columns"] = list(columns)
            else:
                rows = np.zeros(N, [(name, dtype) for name in columns])
                for name, values in columns.items():
                    rows[name] = values
                file.create_dataset("customers", data=rows, **options)
        return path

    def segment(self, path, features, ranks=2, more=""):
        spec = self.path("spec.toml")
        pathlib.Path(spec).write_text(f'[input]\nfiles = ["{path}"]\n{more}\n[cluster]\nk = 3\nrestarts = 1\n{features}')
        output = self.path("segments.h5")
        self.run_ok(ranks, "segment", spec, "--output", output, "--quiet")
        found = hash_datasets(output)
        del found["/run/spec"]
        return read(output), found

    def test_statistics_of_many_columns(self):
        columns = wide_table()
        features = "[[features]]\ncolumns = [\"x*\"]\n"
        result, wanted = self.segment(self.write(columns), features)
        for j, values in enumerate(columns.values()):
            seen = values[~np.isnan(values)].astype(float)
            self.assertEqual(result["features/missing"][j], N - len(seen))
            self.assertEqual(result["features/min"][j], seen.min())
            self.assertEqual(result["features/max"][j], seen.max())
            np.testing.assert_allclose(result["features/mean"][j], seen.mean(), rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(result["features/sd"][j], seen.std(), rtol=1e-12)
            np.testing.assert_array_equal(result["features/quantiles"][j], np.quantile(seen, LEVELS))
        for layout, dtype, options in (("columns", "", {"chunks": (200,), "compression": "gzip"}),
                                       ("matrix", "f4", {}), ("matrix", "f8", {}),
                                       ("matrix", ">f4", {"chunks": (100, P), "compression": "gzip"}),
                                       ("records", "f4", {}), ("records", "f8", {})):
            path = self.write(columns, layout, dtype, **options)
            for ranks in (1, 3):
                self.assertEqual(self.segment(path, features, ranks)[1], wanted, f"{layout} {dtype} {ranks}")

    def test_the_encoding_under_every_rule(self):
        """With one cluster, the inertia is the sum of squares of what was encoded."""
        columns = {name: np.abs(values) + 1 for name, values in wide_table().items()}
        path = self.write(columns)
        for transform, function in (("none", lambda x: x), ("log1p", np.log1p), ("sqrt", np.sqrt)):
            for missing, fill in (("mean", np.nanmean), ("median", np.nanmedian), ("zero", lambda x: 0.0)):
                for scale in ("zscore", "minmax", "robust"):
                    features = (f'[[features]]\ncolumns = ["x*0", "x*5", "x*1"]\ntransform = "{transform}"\n'
                                f'missing = "{missing}"\nscale = "{scale}"\n')
                    result, _ = self.segment(path, features)
                    wanted = 0.0
                    for name in sorted(n for n in columns if n[-1] in "015"):
                        values = columns[name].astype(float)
                        x = function(np.where(np.isnan(values), fill(values), values))
                        spread = {"zscore": x.std(), "minmax": np.ptp(x),
                                  "robust": np.subtract(*np.quantile(x, [0.75, 0.25]))}[scale]
                        wanted += N * x.var() / spread**2
                    # Within the three clusters and between them: all there is.
                    centroids = result["segments/centroids"]
                    sizes = result["segments/size"]
                    mean = sizes @ centroids / N
                    between = sizes @ ((centroids - mean) ** 2).sum(axis=1)
                    np.testing.assert_allclose(result["inertia"] + between, wanted, rtol=1e-5,
                                               err_msg=f"{transform} {missing} {scale}")

    def test_the_fingerprint_is_the_sum_of_its_cells(self):
        random = np.random.default_rng(4)
        columns = {"a": random.normal(size=N).astype("f4"), "b": random.integers(0, 6, N).astype("i2"),
                   "c": random.integers(0, 6, N).astype("i4"), "d": random.integers(-9, 9, N).astype("i8"),
                   "home": random.choice([b"castle", b"flat", b"a house with a garden", b""], N),
                   "who": np.arange(N), "w": random.random(N) + 1}
        columns["a"][::7] = np.nan
        columns["a"][1] = -0.0
        # Columns that are read more than once (drop, items of scales) and by several readers count once.
        features = ('[[features]]\ncolumns = ["a"]\nmissing = "drop"\n[[features]]\ncolumns = ["home"]\n'
                    '[[constructs]]\nname = "s"\nitems = ["b", "c"]\n[[constructs]]\nname = "t"\nitems = ["c", "d"]\n')
        path = self.write(columns)
        for ranks in (1, 2, 4):
            result, _ = self.segment(path, features, ranks, 'id = "who"\nweight = "w"')
            self.assertEqual(result["input_fingerprint"].decode(), fingerprint(columns))
        changed = {**columns, "d": columns["d"].copy()}
        changed["d"][N // 2] += 1
        result, _ = self.segment(self.write(changed), features, 2, 'id = "who"\nweight = "w"')
        self.assertEqual(result["input_fingerprint"].decode(), fingerprint(changed))


if __name__ == "__main__":
    unittest.main()
